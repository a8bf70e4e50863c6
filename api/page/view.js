/** West, south, east, north in degrees. @typedef {[number, number, number, number]} Box */

const PAD = 0.15;
const DIGITS = 5;

/**
 * The part of the world that the map shows.
 * @param {import("./vendor/maplibre-gl/maplibre-gl.mjs").Map} map
 * @returns {Box}
 */
export function seen(map) {
  const [[west, south], [east, north]] = map.getBounds().toArray();
  return [Math.max(west, -180), Math.max(south, -90), Math.min(east, 180), Math.min(north, 90)];
}

/** A box with a margin, so that a small move needs nothing new. @param {Box} box @returns {Box} */
export function padded([west, south, east, north]) {
  const [x, y] = [(east - west) * PAD, (north - south) * PAD];
  return [Math.max(west - x, -180), Math.max(south - y, -90), Math.min(east + x, 180), Math.min(north + y, 90)];
}

/** Whether the outer box holds the inner one. @param {Box} outer @param {Box} inner */
export function holds(outer, inner) {
  return outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3];
}

/** A box as the `bbox` parameter. @param {Box} box */
export function bbox(box) {
  return box.map((side) => side.toFixed(DIGITS)).join(",");
}

/** The box around a geometry. @param {GeoJSON.Geometry} geometry @returns {Box} */
export function around(geometry) {
  const box = /** @type {Box} */ ([Infinity, Infinity, -Infinity, -Infinity]);
  for (const [x, y] of positions(geometry)) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  return box;
}

/** Every position of a geometry. @param {any} geometry @returns {Iterable<GeoJSON.Position>} */
function* positions(geometry) {
  if (geometry.geometries) for (const part of geometry.geometries) yield* positions(part);
  else yield* flat(geometry.coordinates);
}

/** @param {any} coordinates @returns {Iterable<GeoJSON.Position>} */
function* flat(coordinates) {
  if (typeof coordinates[0] === "number") yield coordinates;
  else for (const part of coordinates) yield* flat(part);
}
