import { sourced } from "./style.js";

/** @typedef {[number, number]} Position */
/** @typedef {Position[][]} Rings the outer ring of a polygon, then its holes */

/** Where across a polygon's height lines are tried: the middle first. */
const CUTS = [0.5, 0.4, 0.6, 0.3, 0.7];
/** How much wider a cut away from the middle must be to be preferred. */
const MIDDLE = 1.15;

/**
 * Where a polygon is best named: once, inside it, where it is wide. (A label left to the tiles appears in each one.)
 * @param {GeoJSON.Feature} feature @returns {GeoJSON.Feature}
 */
export function anchored(feature) {
  return sourced(feature, { type: "Point", coordinates: anchor(largest(feature.geometry)) });
}

/** The polygon of a geometry that covers most. @param {any} geometry @returns {Rings} */
function largest({ type, coordinates }) {
  const polygons = type === "MultiPolygon" ? coordinates : [coordinates];
  return polygons.reduce((/** @type {Rings} */ a, /** @type {Rings} */ b) => (area(b[0]) > area(a[0]) ? b : a));
}

/** Twice the area of a ring, by the shoelace formula. @param {Position[]} ring */
function area(ring) {
  return Math.abs(sides(ring).reduce((sum, [[x, y], [u, v]]) => sum + x * v - u * y, 0));
}

/** @param {Position[]} ring @returns {[Position, Position][]} */
function sides(ring) {
  return ring.slice(1).map((end, n) => [ring[n], end]);
}

/** The middle of the widest cut through a polygon. @param {Rings} rings @returns {Position} */
function anchor(rings) {
  const heights = rings[0].map(([, y]) => y);
  const [low, high] = [heights.reduce((a, b) => Math.min(a, b)), heights.reduce((a, b) => Math.max(a, b))];
  const all = rings.flatMap(sides);
  const cuts = CUTS.flatMap((part) => widest(all, low + (high - low) * part));
  if (!cuts.length) return rings[0][0];
  const [, , x, y] = cuts.reduce((a, b) => (b[0] > a[0] * MIDDLE ? b : a));
  return [x, y];
}

/**
 * The widest stretch inside along a parallel: width, height, and its middle.
 * @param {[Position, Position][]} all
 * @param {number} y
 * @returns {[number, number, number, number][]}
 */
function widest(all, y) {
  const crossed = all.filter(([[, a], [, b]]) => a > y !== b > y);
  const at = crossed.map(([[x, a], [u, b]]) => x + ((y - a) / (b - a)) * (u - x)).sort((a, b) => a - b);
  const stretches = at.flatMap((x, n) =>
    n % 2 ? [/** @type {[number, number, number, number]} */ ([x - at[n - 1], y, (x + at[n - 1]) / 2, y])] : [],
  );
  return stretches.sort((a, b) => b[0] - a[0]).slice(0, 1);
}
