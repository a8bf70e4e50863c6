import { grouped } from "./catalogue.js";
import { element, h, icon } from "./dom.js";
import { count, titled } from "./format.js";
import { bilingual, language, say, word } from "./language.js";

/** @typedef {import("./atlas.js").Atlas} Atlas */
/** @typedef {import("./atlas.js").Sheet} Sheet */

const CLOSED = new Set();

/**
 * Draw the list of layers with its switches, counts and legends, and keep it true.
 * @param {Atlas} atlas
 * @param {import("./rasters.js").Rasters} rasters
 */
export function drawList(atlas, rasters) {
  language.follow(() =>
    element("layer-list").replaceChildren(
      ...grouped(atlas.layers).map((layers) => group(atlas, layers)),
      ...rasters.list(),
    ),
  );
  atlas.visible.listen((visible) => atlas.layers.forEach(({ name }) => mark(name, visible.has(name))));
  for (const sheet of atlas.sheets.values()) {
    sheet.loader.state.listen(() => status(sheet));
    sheet.live.state.listen(() => status(sheet));
  }
}

/** @param {Atlas} atlas @param {import("./catalogue.js").Layer[]} layers */
function group(atlas, layers) {
  const { group: title } = layers[0];
  const fold = (/** @type {Event} */ { target }) =>
    CLOSED[/** @type {HTMLDetailsElement} */ (target).open ? "delete" : "add"](title.zh);
  const rows = layers.map(({ name }) => row(atlas, /** @type {Sheet} */ (atlas.sheets.get(name))));
  return h(
    "details",
    { class: "group", open: !CLOSED.has(title.zh), ontoggle: fold },
    h("summary", {}, bilingual(title), icon("fold")),
    h("ul", {}, rows),
  );
}

/** @param {Atlas} atlas @param {Sheet} sheet */
function row(atlas, sheet) {
  const { layer } = sheet;
  const on = atlas.visible.value.has(layer.name);
  const change = (/** @type {Event} */ { target }) =>
    atlas.switch(layer.name, /** @type {HTMLInputElement} */ (target).checked);
  const input = h("input", {
    type: "checkbox",
    role: "switch",
    checked: on,
    onchange: change,
    "aria-describedby": `status-${layer.name}`,
  });
  return h(
    "li",
    { class: "layer", id: `layer-${layer.name}`, "data-on": on },
    h(
      "label",
      { title: say(layer.description) },
      input,
      sample(layer.legend),
      h("span", { class: "name" }, bilingual(layer.title)),
    ),
    h("div", { class: "status", id: `status-${layer.name}` }, told(sheet)),
    layer.legend.length > 1 ? h("ul", { class: "legend" }, layer.legend.map(entry)) : null,
  );
}

/** @param {import("./catalogue.js").Layer["legend"][0]} one */
export function entry(one) {
  return h("li", {}, swatch(one), bilingual(one.title));
}

/** One swatch for a whole layer, of all its colours. @param {import("./catalogue.js").Layer["legend"]} legend */
export function sample(legend) {
  const colors = [...new Set(legend.map(({ color }) => color))];
  const parts = colors.map((color, n) => `${color} ${n / colors.length}turn ${(n + 1) / colors.length}turn`);
  const node = h("span", { class: "sample" }, legend.length ? swatch(legend[0]) : null);
  if (colors.length > 1)
    /** @type {HTMLElement} */ (node.firstChild).style.background = `conic-gradient(${parts.join(", ")})`;
  return node;
}

/** @param {{color: string, shape: string}} one */
function swatch({ color, shape }) {
  const node = h("i", { class: `swatch ${shape}`, "aria-hidden": "true" });
  node.style.setProperty("--color", color);
  return node;
}

/** @param {string} name @param {boolean} on */
function mark(name, on) {
  const node = element(`layer-${name}`);
  node.toggleAttribute("data-on", on);
  /** @type {HTMLInputElement} */ (node.querySelector("input")).checked = on;
}

/** @param {Sheet} sheet */
function status(sheet) {
  element(`status-${sheet.layer.name}`).replaceChildren(...told(sheet));
  element(`layer-${sheet.layer.name}`).dataset.status = sheet.loader.state.value.status;
}

/** What is loaded of a layer, in words. @param {Sheet} sheet @returns {HTMLElement[]} */
function told({ loader, live }) {
  const { status: now } = loader.state.value;
  const more = loader.state.value.more && !loader.layer.tiles;
  if (now === "off") return [];
  if (now === "far" || now === "near" || now === "failed") return [h("span", { class: now }, word(now))];
  const counted = h("span", { class: more ? "count part" : "count" }, amount(loader.state.value, Boolean(loader.layer.tiles)));
  return live.state.value === "off" ? [counted] : [pulse(live.state.value), counted];
}

/** @param {import("./loader.js").Loaded} loaded @param {boolean} tiled */
function amount({ features, matched, more, status: now }, tiled) {
  const n = count(features.size);
  if (now === "loading" && !features.size) return "…";
  if (!more) return n;
  if (tiled && matched !== null) return count(matched);
  return matched === null ? word("shownMore", { n }) : word("shown", { n, m: count(matched) });
}

/** @param {"on" | "connecting"} state */
function pulse(state) {
  const said = word(state === "on" ? "live" : "reconnecting");
  return h(
    "span",
    { class: `pulse ${state}`, title: said },
    h("span", { class: state === "on" ? "" : "unseen" }, word("live")),
  );
}

/** Keep one line over the map true: what the view holds and the map does not. @param {Atlas} atlas */
export function drawNotice(atlas) {
  const draw = () => {
    const partial = [...atlas.sheets.values()].filter(
      ({ layer, loader }) => loader.state.value.more && loader.state.value.status === "ready" && !layer.tiles,
    );
    const layers = partial.map(({ layer }) => titled(layer)).join(language.value === "zh" ? "、" : ", ");
    element("notice").hidden = !partial.length;
    element("notice").textContent = partial.length ? word("partial", { layers }) : "";
  };
  for (const { loader } of atlas.sheets.values()) loader.state.listen(draw);
  language.listen(draw);
}
