import { address, askJSON, givenUp } from "./http.js";
import { interval, period } from "./period.js";
import { Signal } from "./signal.js";
import { bbox, holds, padded, seen } from "./view.js";

/**
 * What is loaded of one layer.
 * @typedef {object} Loaded
 * @property {"off" | "far" | "near" | "loading" | "ready" | "failed"} status
 * @property {Map<string, GeoJSON.Feature>} features by id
 * @property {number | null} matched how many the view holds, where the service says
 * @property {boolean} more the view holds more than was loaded
 */

/**
 * A change of what is loaded: all of it, a feature that came or changed, one that went.
 * @typedef {{kind: "put", feature: GeoJSON.Feature, before?: GeoJSON.Feature}} Put
 * @typedef {{kind: "reset"} | Put | {kind: "drop", id: string}} Change
 */

/** As many as the service gives at once. */
const LIMIT = 10_000;
/** How long a complete load serves views inside it, in milliseconds. */
const FRESH = 60_000;

/** Loads one layer for the view, and holds what it loaded. */
export class Loader {
  /** @type {Signal<Loaded>} */
  state = new Signal(nothing("off"));
  /** @type {unknown} why the last load failed */
  problem = null;
  #map;
  #asked = { key: "", box: /** @type {import("./view.js").Box} */ ([0, 0, 0, 0]), at: -FRESH };
  #running = new AbortController();
  /** @type {Change[]} changes that came while a load was under way */
  #meanwhile = [];
  #tell;

  /**
   * @param {any} map @param {import("./catalogue.js").Layer} layer
   * @param {(layer: import("./catalogue.js").Layer, change: Change) => void} tell hears of every change
   */
  constructor(map, layer, tell) {
    this.#map = map;
    this.layer = layer;
    this.#tell = tell;
  }

  /** Load what the view needs and is not there; `force` loads it again. @param {boolean} on @param {boolean} [force] */
  async refresh(on, force = false) {
    const status = on ? reach(this.layer, this.#map.getZoom()) : "off";
    if (status) return this.#rest(status);
    const key = this.layer.time ? period.value : "";
    if (!force && this.#serves(key))
      return this.#put({ status: this.state.value.status === "loading" ? "loading" : "ready" });
    await this.#load(key);
  }

  /** A feature came or changed. @param {GeoJSON.Feature} feature */
  put(feature) {
    const { features, matched } = this.state.value;
    const before = features.get(`${feature.id}`);
    features.set(`${feature.id}`, feature);
    this.#changed({ kind: "put", feature, before }, before || matched === null ? matched : matched + 1);
  }

  /** A feature went. @param {string} id */
  drop(id) {
    const { features, matched } = this.state.value;
    // of more than was loaded, tiles may show what is not here
    if (!features.delete(id)) return this.state.value.more ? this.#tell(this.layer, { kind: "drop", id }) : undefined;
    this.#changed({ kind: "drop", id }, matched === null ? null : matched - 1);
  }

  /** Whether a position lies in what was loaded. @param {GeoJSON.Position} position */
  covers([x, y]) {
    return holds(this.#asked.box, [x, y, x, y]);
  }

  /** @param {Change} change @param {number | null} matched */
  #changed(change, matched) {
    if (this.state.value.status === "loading") this.#meanwhile.push(change);
    this.#put({ matched });
    this.#tell(this.layer, change);
  }

  /** @param {Partial<Loaded>} part */
  #put(part) {
    this.state.value = { ...this.state.value, ...part };
  }

  /** @param {"off" | "far" | "near"} status */
  #rest(status) {
    this.#running.abort();
    this.#asked.at = -FRESH;
    this.#put({ status });
  }

  /** Whether the last load holds the view and is complete and fresh. @param {string} key */
  #serves(key) {
    const { key: had, box, at } = this.#asked;
    return had === key && !this.state.value.more && performance.now() - at < FRESH && holds(box, seen(this.#map));
  }

  /** @param {string} key */
  async #load(key) {
    this.#running.abort();
    this.#running = new AbortController();
    const { signal } = this.#running;
    const box = padded(seen(this.#map));
    this.#meanwhile = [];
    this.#put({ status: "loading" });
    try {
      if (await this.#crowded(box, signal)) return;
      const found = await askJSON(address(this.layer.items, this.#query(box)), signal);
      this.#asked = { key, box, at: performance.now() };
      this.#take(found);
    } catch (problem) {
      if (!givenUp(problem)) this.#fail(problem);
    }
  }

  /**
   * Whether a layer that held too much to load, and is drawn from tiles, still does: then counting is enough.
   * @param {import("./view.js").Box} box @param {AbortSignal} signal
   */
  async #crowded(box, signal) {
    if (!this.layer.tiles || !this.state.value.more) return false;
    const { numberMatched } = await askJSON(address(this.layer.items, { ...this.#query(box), limit: 1 }), signal);
    if (numberMatched !== undefined && numberMatched <= LIMIT) return false;
    this.problem = null;
    this.#asked = { ...this.#asked, box };
    this.#put({ status: "ready", matched: numberMatched ?? null });
    return true;
  }

  /** @param {import("./view.js").Box} box */
  #query(box) {
    const { layer } = this;
    const datetime = layer.time ? interval(period.value, new Date()) : null;
    return { f: "json", limit: LIMIT, bbox: bbox(box), datetime, properties: layer.fields.join(",") || null };
  }

  /** @param {any} found a feature collection */
  #take(found) {
    const features = new Map(found.features.map((/** @type {GeoJSON.Feature} */ one) => [`${one.id}`, one]));
    const more = found.links?.some((/** @type {{rel: string}} */ link) => link.rel === "next") ?? false;
    const changes = this.#meanwhile;
    this.problem = null;
    this.state.value = {
      status: "ready",
      features,
      matched: found.numberMatched ?? (more ? null : features.size),
      more,
    };
    this.#tell(this.layer, { kind: "reset" });
    for (const change of changes)
      change.kind === "put" ? this.put(change.feature) : change.kind === "drop" && this.drop(change.id);
  }

  /** @param {unknown} problem */
  #fail(problem) {
    this.problem = problem;
    this.#put({ status: "failed" });
  }
}

/**
 * Why a layer is not drawn at a zoom; empty when it is.
 * @param {import("./catalogue.js").Layer} layer
 * @param {number} zoom
 */
function reach({ zooms: [low, high] }, zoom) {
  if (zoom < low) return "far";
  return zoom >= high ? "near" : "";
}

/** @param {Loaded["status"]} status @returns {Loaded} */
function nothing(status) {
  return { status, features: new Map(), matched: null, more: false };
}
