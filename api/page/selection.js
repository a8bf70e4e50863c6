import { address, askJSON, givenUp, Refusal } from "./http.js";
import { goTo, uncover } from "./room.js";
import { Signal } from "./signal.js";
import { SELECTED, sourced } from "./style.js";
import { around } from "./view.js";

/** @typedef {import("./catalogue.js").Layer} Layer */
/** @typedef {import("./hits.js").Hit} Hit */
/**
 * The features the reader opened, and the one they look at.
 * @typedef {object} Opened
 * @property {Hit[]} hits
 * @property {number} place of the one looked at
 * @property {GeoJSON.Feature} feature as far as it is known
 * @property {"asking" | "whole" | "part"} known
 */

const NEAR = 15.5;

/** What is selected, on the map and in the panel. */
export class Selection {
  /** @type {Signal<Opened | null>} */
  opened = new Signal(null);
  #atlas;
  #refused;
  #running = new AbortController();

  /**
   * @param {import("./atlas.js").Atlas} atlas
   * @param {(layer: Layer, id: string, problem: unknown) => void} refused hears why a feature could not be had
   */
  constructor(atlas, refused) {
    this.#atlas = atlas;
    this.#refused = refused;
    atlas.changed.add((layer, change) => this.#follow(layer, change));
    atlas.moved.add((layer, places) => this.#move(layer, places));
    this.opened.listen((opened) => this.#mark(opened?.feature));
  }

  /** Open features, the first of them on top. @param {Hit[]} hits */
  open(hits) {
    return hits.length ? this.#look(hits, 0) : this.close();
  }

  /**
   * Open a feature wherever it lies, and go there.
   * @param {Layer} layer
   * @param {string} id
   * @param {GeoJSON.Feature} [feature]
   */
  async find(layer, id, feature) {
    this.#atlas.switch(layer.name, true);
    const known = this.#look([{ layer, id }], 0, feature);
    if (feature) this.go();
    else if (await known) this.go();
  }

  /** Step to another of the opened features. @param {number} by */
  step(by) {
    const { hits, place } = /** @type {Opened} */ (this.opened.value);
    return this.#look(hits, (place + by + hits.length) % hits.length);
  }

  close() {
    this.#running.abort();
    this.opened.value = null;
  }

  /** Go to the feature looked at. */
  go() {
    const opened = this.opened.value;
    if (!opened?.feature.geometry) return;
    const { zooms } = opened.hits[opened.place].layer;
    const zoom = Math.min(Math.max(NEAR, zooms[0] + 0.1), zooms[1] - 0.1);
    goTo(this.#atlas.map, around(opened.feature.geometry), zoom);
  }

  /**
   * @param {Hit[]} hits
   * @param {number} place
   * @param {GeoJSON.Feature} [given]
   * @returns {Promise<boolean>} whether it could be had
   */
  async #look(hits, place, given) {
    const { layer, id } = hits[place];
    const loaded = this.#atlas.sheets.get(layer.name)?.loader.state.value.features.get(id);
    const feature = given ?? loaded;
    if (feature) this.opened.value = { hits, place, feature, known: "asking" };
    this.#running.abort();
    this.#running = new AbortController();
    const known = await this.#complete({ hits, place }, feature, this.#running.signal);
    if (known && !given) uncover(this.#atlas.map, this.opened.value?.feature.geometry);
    return known;
  }

  /**
   * Ask for the whole feature: what is loaded is what its style needs.
   * @param {{hits: Hit[], place: number}} asked
   * @param {GeoJSON.Feature | undefined} part
   * @param {AbortSignal} signal
   * @returns {Promise<boolean>}
   */
  async #complete(asked, part, signal) {
    const { layer, id } = asked.hits[asked.place];
    try {
      const feature = await askJSON(address(`${layer.items}/${encodeURIComponent(id)}`, { f: "json" }), signal);
      this.opened.value = { ...asked, feature, known: "whole" };
      return true;
    } catch (problem) {
      if (givenUp(problem)) return false;
      if (part) this.opened.value = { ...asked, feature: part, known: "part" };
      if (!part || !(problem instanceof Refusal) || problem.status) this.#refused(layer, id, problem);
      return part !== undefined;
    }
  }

  /** @param {Layer} layer @param {import("./loader.js").Change} change */
  #follow(layer, change) {
    if (change.kind !== "put" || !this.#holds(layer, `${change.feature.id}`)) return;
    const { feature, ...opened } = /** @type {Opened} */ (this.opened.value);
    const properties = { ...feature.properties, ...change.feature.properties };
    const geometry = this.#atlas.sheets.get(layer.name)?.canvas.placed(change.feature).geometry ?? feature.geometry;
    this.opened.value = { ...opened, feature: { ...feature, geometry, properties } };
  }

  /** @param {Layer} layer @param {Map<string, [number, number]>} places */
  #move(layer, places) {
    const id = `${this.opened.value?.feature.id}`;
    const coordinates = places.get(id);
    if (coordinates && this.#holds(layer, id))
      this.#mark({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates } });
  }

  /** @param {Layer} layer @param {string} id */
  #holds(layer, id) {
    const { hits, place } = this.opened.value ?? { hits: [], place: 0 };
    return hits[place]?.layer === layer && hits[place]?.id === id;
  }

  /** @param {GeoJSON.Feature} [feature] */
  #mark(feature) {
    const features = feature?.geometry ? [sourced(feature)] : [];
    this.#atlas.map.getSource(SELECTED)?.setData({ type: "FeatureCollection", features });
  }
}
