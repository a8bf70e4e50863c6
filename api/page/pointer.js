import { element, settled } from "./dom.js";
import { count, named, titled } from "./format.js";
import { clusterAt, hitsAt, unfold } from "./hits.js";

/** @typedef {import("./atlas.js").Atlas} Atlas */
/** @typedef {import("./selection.js").Selection} Selection */

const REST = 25;
/** A finger is less exact than a mouse. */
const FINGER = 14;
const coarse = matchMedia("(pointer: coarse)");

/**
 * Let clicks, keys and the resting pointer find features on the map.
 * @param {Atlas} atlas
 * @param {Selection} selection
 */
export function pointAt(atlas, selection) {
  const { map } = atlas;
  map.on("click", (/** @type {any} */ { point }) => open(atlas, selection, point));
  map.on(
    "mousemove",
    settled((/** @type {any} */ { point }) => hover(atlas, point), REST),
  );
  map.on("movestart", () => (element("tip").hidden = true));
  map.getCanvas().addEventListener("mouseleave", () => (element("tip").hidden = true));
  map
    .getCanvas()
    .addEventListener(
      "keydown",
      (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && openCentre(atlas, selection),
    );
}

/** @param {Atlas} atlas @param {Selection} selection @param {{x: number, y: number}} point */
async function open(atlas, selection, point) {
  const cluster = clusterAt(atlas, point);
  const hits = cluster ? await unfold(atlas, cluster) : hitsAt(atlas, point, coarse.matches ? FINGER : undefined);
  if (hits.length || !cluster) await selection.open(hits);
}

/** @param {Atlas} atlas @param {Selection} selection */
async function openCentre(atlas, selection) {
  await open(atlas, selection, atlas.map.project(atlas.map.getCenter()));
  if (selection.opened.value) element("details").focus();
}

/** Name the small thing, or the many, under the pointer. @param {Atlas} atlas @param {{x: number, y: number}} point */
function hover(atlas, point) {
  const [hit] = hitsAt(atlas, point, 2);
  const feature = hit && atlas.sheets.get(hit.layer.name)?.loader.state.value.features.get(hit.id);
  const small = feature && !feature.geometry.type.endsWith("Polygon");
  const cluster = clusterAt(atlas, point);
  const tip = element("tip");
  atlas.map.getCanvas().style.cursor = hit || cluster ? "pointer" : "";
  tip.hidden = !small && !cluster;
  if (cluster) tip.textContent = `${titled(cluster.layer)} ${count(cluster.count)}`;
  else if (small) tip.textContent = named(feature, hit.layer);
  tip.style.transform = `translate(${Math.round(point.x)}px, ${Math.round(point.y)}px)`;
}
