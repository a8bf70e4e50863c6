import { locale, say, word } from "./language.js";

/** Units as they are written; others are shown as the schema gives them. @type {Record<string, string>} */
const UNITS = { m2: "m²", km2: "km²", m3: "m³", deg: "°", percent: "%", degC: "℃" };
const AGES = /** @type {const} */ ([
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
]);
const DATE = /** @type {const} */ ({ year: "numeric", month: "2-digit", day: "2-digit" });
const CLOCK = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const MONTH = 30 * 86400;

/** Write a whole number with its thousands apart. @param {number} value */
export function count(value) {
  return value.toLocaleString(locale());
}

/** Write a number with its unit. @param {number} value @param {string} [unit] */
export function measure(value, unit) {
  const written = value.toLocaleString(locale(), { maximumFractionDigits: 6 });
  const symbol = unit && (UNITS[unit] ?? unit);
  return symbol ? `${written}${symbol === "°" ? "" : " "}${symbol}` : written;
}

/** Write an instant in the reader's own zone: 2026-11-22 17:41:05. @param {Date} instant */
export function moment(instant) {
  return instant.toLocaleString("sv-SE", { ...DATE, ...CLOCK });
}

/**
 * Write how long ago an instant was, up to a month; empty beyond.
 * @param {Date} instant
 * @param {number} now milliseconds
 */
export function age(instant, now) {
  const seconds = Math.round((instant.getTime() - now) / 1000);
  if (Math.abs(seconds) > MONTH) return "";
  const [unit, length] = AGES.find(([, size]) => Math.abs(seconds) >= size) ?? AGES[3];
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(Math.trunc(seconds / length), unit);
}

/**
 * Write a field's value; codes are not known here.
 * @param {unknown} value
 * @param {{format?: string, "x-onemap-unit"?: string}} field its schema
 * @returns {string}
 */
export function written(value, field) {
  if (value === null || value === undefined || value === "") return "—";
  if (typeof value === "boolean") return word(value ? "yes" : "no");
  if (typeof value === "number") return measure(value, field["x-onemap-unit"]);
  if (Array.isArray(value)) return listed(value.map((one) => written(one, field)));
  return typeof value === "object" ? JSON.stringify(value) : string(`${value}`, field.format);
}

/** @param {string} value @param {string | undefined} format */
function string(value, format) {
  const instant = format === "date-time" ? new Date(value) : null;
  return instant && !Number.isNaN(instant.getTime()) ? moment(instant) : value;
}

/** @param {string[]} values */
function listed(values) {
  return values.join(locale() === "en" ? ", " : "、") || "—";
}

/**
 * What a feature is called: its label, else its id.
 * @param {GeoJSON.Feature} feature
 * @param {{label: string | null}} layer
 */
export function named(feature, layer) {
  const label = layer.label && feature.properties?.[layer.label];
  return `${label || feature.id}`;
}

/** The name of a layer in the reader's language. @param {{title: import("./language.js").Text}} layer */
export function titled(layer) {
  return say(layer.title);
}
