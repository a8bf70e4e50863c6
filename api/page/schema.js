import { address, askJSON } from "./http.js";

/** @typedef {import("./catalogue.js").Layer} Layer */
/** @typedef {import("./language.js").Text} Text */

/** Documents asked for once. @type {Map<string, Promise<any>>} */
const asked = new Map();

/** Ask for a document unless it was had before; a failure is not kept. @param {string} path @returns {Promise<any>} */
function once(path) {
  const answer = asked.get(path) ?? askJSON(address(path));
  asked.set(path, answer);
  answer.catch(() => asked.delete(path));
  return answer;
}

/** The fields of a layer by name. @param {Layer} layer @returns {Promise<Record<string, any>>} */
export async function fieldsOf(layer) {
  return (await once(layer.schema)).properties;
}

/** The title of a field in both languages. @param {any} field @param {string} name @returns {Text} */
export function titleOf(field, name) {
  return field?.["x-onemap-title"] ?? { zh: field?.title ?? name, en: field?.title ?? name };
}

/** Whether a field is the geometry, which is on the map and not in the panel. @param {any} field */
export function isGeometry(field) {
  return field?.["x-ogc-role"] === "primary-geometry" || `${field?.format}`.startsWith("geometry");
}

/** The names of a field's codes; empty when it has none. @param {any} field @returns {Promise<Map<string, Text>>} */
export async function codesOf(field) {
  const inline = field.oneOf ?? field.items?.oneOf;
  if (inline) return new Map(inline.map((/** @type {any} */ one) => [`${one.const}`, titleOf(one, one.const)]));
  const path = field["x-onemap-codelist"] ?? field.items?.["x-onemap-codelist"];
  if (!path) return new Map();
  const { codes } = await once(path);
  return new Map(codes.map((/** @type {any} */ one) => [`${one.code}`, one.title]));
}

/**
 * The time of a feature by the roles of its fields, in milliseconds; null where it is open.
 * @param {Record<string, any>} fields @param {Record<string, any>} properties
 * @returns {[number | null, number | null]}
 */
export function timeOf(fields, properties) {
  const at = role(fields, properties, "primary-instant");
  if (at !== null) return [at, at];
  const start = role(fields, properties, "primary-interval-start");
  const ends = Object.values(fields).some((field) => field["x-ogc-role"] === "primary-interval-end");
  return [start, ends ? role(fields, properties, "primary-interval-end") : start];
}

/** @param {Record<string, any>} fields @param {Record<string, any>} properties @param {string} name */
function role(fields, properties, name) {
  const found = Object.keys(fields).find((field) => fields[field]["x-ogc-role"] === name);
  const instant = found ? Date.parse(properties[found]) : Number.NaN;
  return Number.isNaN(instant) ? null : instant;
}
