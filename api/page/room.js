import { element } from "./dom.js";

/**
 * @typedef {{left: number, right: number, top: number, bottom: number}} Room pixels at each side that cards lie over
 */

const MARGIN = 48;
/** How near to a card a point may lie. */
const EDGE = 24;

/** What the cards leave of the map: beside them where it is wide, above them where it is narrow. @returns {Room} */
function taken() {
  const stage = element("stage").getBoundingClientRect();
  const room = { left: 0, right: 0, top: 0, bottom: 0 };
  for (const card of ["layers", "details"].map(element).filter((one) => one.offsetHeight)) {
    const { left, right, top, width } = card.getBoundingClientRect();
    if (width === stage.width) room.bottom = Math.max(room.bottom, stage.bottom - top);
    else if (left + right < stage.width) room.left = right;
    else room.right = stage.right - left;
  }
  return room;
}

/** The middle of the free part, from the map's own middle. @param {Room} room @returns {[number, number]} */
function middle({ left, right, top, bottom }) {
  return [(left - right) / 2, (top - bottom) / 2];
}

/**
 * Show a box in the free part of the map; a point at `zoom` or nearer.
 * @param {any} map
 * @param {import("./view.js").Box} box
 * @param {number} zoom
 */
export function goTo(map, [west, south, east, north], zoom) {
  const room = taken();
  const point = west === east && south === north;
  if (point) return map.flyTo({ center: [west, south], zoom: Math.max(zoom, map.getZoom()), offset: middle(room) });
  const padding = Object.fromEntries(Object.entries(room).map(([side, size]) => [side, size + MARGIN]));
  return map.fitBounds([west, south, east, north], { padding, maxZoom: Math.max(zoom, 15) });
}

/**
 * Move a point out from under the cards, if it lies there.
 * @param {any} map
 * @param {GeoJSON.Geometry | null | undefined} geometry
 */
export function uncover(map, geometry) {
  if (geometry?.type !== "Point") return;
  const { x, y } = map.project(geometry.coordinates);
  const { clientWidth, clientHeight } = map.getContainer();
  const room = taken();
  const [left, right, top, bottom] = [room.left, room.right, room.top, room.bottom].map((size) => size && size + EDGE);
  const free = x > left && x < clientWidth - right && y > top && y < clientHeight - bottom;
  if (!free) map.easeTo({ center: geometry.coordinates, offset: middle(room) });
}
