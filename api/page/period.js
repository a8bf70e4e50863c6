import { Signal } from "./signal.js";

/**
 * The time the reader looks at: the name of a rolling period, or an interval `START/END` in which `..` is open.
 * @typedef {string} Period
 */

const HOUR = 3_600_000;

/** The period that the page opens with. */
export const USUAL = "today";

/** The rolling periods, each with when it began. @type {Record<string, (now: Date) => Date | null>} */
const BEGINNINGS = {
  hour: (now) => new Date(now.getTime() - HOUR),
  today: (now) => new Date(now.getFullYear(), now.getMonth(), now.getDate()),
  week: (now) => new Date(now.getFullYear(), now.getMonth(), now.getDate() - 6),
  all: () => null,
};

export const ROLLING = Object.keys(BEGINNINGS);

/** @type {Signal<Period>} */
export const period = new Signal(USUAL);

/** @param {Period} chosen */
function rolls(chosen) {
  return Object.hasOwn(BEGINNINGS, chosen);
}

/** Write an instant as RFC 3339 in UTC, to the second. @param {Date} instant */
export function stamp(instant) {
  return instant.toISOString().replace(/\.\d+Z$/, "Z");
}

/**
 * A period as the `datetime` parameter (OGC API Features Part 1, 7.15.4); null asks for all.
 * @param {Period} chosen @param {Date} now
 */
export function interval(chosen, now) {
  if (!rolls(chosen)) return chosen;
  const start = BEGINNINGS[chosen](now);
  return start && `${stamp(start)}/..`;
}

/** Whether a text read from the address is a period. @param {string} chosen */
export function isPeriod(chosen) {
  if (rolls(chosen)) return true;
  const ends = chosen.split("/");
  return ends.length === 2 && ends.some((end) => end !== "..") && ends.every(isEnd);
}

/** @param {string} end */
function isEnd(end) {
  return end === ".." || !Number.isNaN(Date.parse(end));
}

/**
 * Make a period of two local times as `<input type=datetime-local>` gives them, either of which may be empty.
 * @returns {Period | null} null when the start is not before the end
 * @param {string} from @param {string} to
 */
export function between(from, to) {
  if (!from && !to) return "all";
  if (from && to && from >= to) return null;
  return [from, to].map((end) => (end ? stamp(new Date(end)) : "..")).join("/");
}

/** The two ends of an interval as local times for `<input type=datetime-local>`. @param {Period} chosen */
export function locals(chosen) {
  if (rolls(chosen)) return ["", ""];
  return chosen.split("/").map((end) => (end === ".." ? "" : local(new Date(end))));
}

/** @param {Date} instant */
function local(instant) {
  return instant.toLocaleString("sv-SE", { dateStyle: "short", timeStyle: "short" }).replace(" ", "T");
}

/**
 * Whether a time from `start` to `end` (milliseconds; null is open) meets an interval.
 * @param {string | null} asked @param {number | null} start @param {number | null} end
 */
export function meets(asked, start, end) {
  if (asked === null) return true;
  const [first, last] = asked.split("/").map((one) => (one === ".." ? null : Date.parse(one)));
  const before = end !== null && first !== null && end < first;
  const after = start !== null && last !== null && start > last;
  return !before && !after;
}
