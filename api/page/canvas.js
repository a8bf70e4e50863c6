import { anchored } from "./anchor.js";
import { Motion } from "./motion.js";
import { anchorsOf, gathers, sourced, token } from "./style.js";

/** @typedef {import("./catalogue.js").Layer} Layer */
/** @typedef {import("./motion.js").Position} Position */

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Draws one layer's features on the map, and moves its points. */
export class Canvas {
  #map;
  #loader;
  #moved;
  #motion = new Motion();
  #gathered = false;
  #running = false;

  /**
   * @param {any} map @param {import("./loader.js").Loader} loader
   * @param {(layer: Layer, places: Map<string, Position>) => void} moved hears where points were drawn
   */
  constructor(map, loader, moved) {
    this.#map = map;
    this.#loader = loader;
    this.#moved = moved;
  }

  /** Draw a change of what is loaded. @param {import("./loader.js").Change} change */
  draw(change) {
    if (change.kind === "reset") this.#reset();
    else if (change.kind === "put") this.#put(change.feature, change.before);
    else this.#drop(change.id);
    if (this.#loader.layer.anchored) this.#name();
  }

  /** Name the areas, each once. */
  #name() {
    const features = [...this.#loader.state.value.features.values()].filter(({ geometry }) => geometry).map(anchored);
    this.#map.getSource(anchorsOf(this.#loader.layer)).setData({ type: "FeatureCollection", features });
  }

  /**
   * A feature as it is drawn: where it is while under way.
   * @param {GeoJSON.Feature} feature
   * @returns {GeoJSON.Feature}
   */
  placed(feature, now = performance.now()) {
    const coordinates = this.#motion.at(`${feature.id}`, now);
    return sourced(feature, coordinates && { type: "Point", coordinates });
  }

  get #source() {
    return this.#map.getSource(this.#loader.layer.name);
  }

  #reset() {
    const { features } = this.#loader.state.value;
    this.#motion.retain((id, to) => `${position(features.get(id))}` === `${to}`);
    this.#gather(features.size);
    this.#source.setData({
      type: "FeatureCollection",
      features: [...features.values()].map((one) => this.placed(one)),
    });
  }

  /** Gather points where there are many. @param {number} size */
  #gather(size) {
    const { layer } = this.#loader;
    const gathered = gathers(layer) && size >= (layer.clusterFrom ?? 0);
    if (gathered !== this.#gathered) this.#source.setClusterOptions({ cluster: gathered });
    this.#gathered = gathered;
  }

  /** @param {GeoJSON.Feature} feature @param {GeoJSON.Feature | undefined} before */
  #put(feature, before) {
    const [id, from, to] = [`${feature.id}`, position(before), position(feature)];
    if (from && to && !still.matches && !this.#gathered) this.#motion.send(id, from, to, performance.now());
    else this.#motion.stop(id);
    this.#source.updateData({ add: [this.placed(feature)] });
    this.#run();
  }

  /** @param {string} id */
  #drop(id) {
    this.#motion.stop(id);
    this.#source.updateData({ remove: [token(id)] });
  }

  /** Draw a step at every frame until all points have arrived. */
  async #run() {
    if (this.#running) return;
    this.#running = true;
    while (this.#motion.size) await this.#step(await frame());
    this.#running = false;
  }

  /** Draw one step; the next waits for it, so that a slow machine draws fewer. @param {number} now */
  async #step(now) {
    const places = this.#motion.step(now);
    this.#moved(this.#loader.layer, places);
    const update = [...places].map(([id, coordinates]) => ({
      id: token(id),
      newGeometry: { type: "Point", coordinates },
    }));
    await this.#source.updateData({ update });
  }
}

/** @param {GeoJSON.Feature | undefined} feature @returns {Position | undefined} */
function position(feature) {
  return feature?.geometry?.type === "Point" ? /** @type {Position} */ (feature.geometry.coordinates) : undefined;
}

/** The time of the next frame. @returns {Promise<number>} */
function frame() {
  return new Promise(requestAnimationFrame);
}
