import { Canvas } from "./canvas.js";
import { settled } from "./dom.js";
import { Live } from "./live.js";
import { Loader } from "./loader.js";
import { period } from "./period.js";
import { Signal } from "./signal.js";
import { TileSheet } from "./tiles.js";

/** @typedef {import("./catalogue.js").Layer} Layer */
/** @typedef {{layer: Layer, loader: Loader, canvas: Canvas, live: Live, tiles: TileSheet}} Sheet one layer at work */

const PAUSE = 180;
/** How often a map left alone looks for news, in milliseconds. */
const ROUND = 60_000;

/** All layers on one map: which are on, what is loaded of them, and how they are drawn. */
export class Atlas {
  /** @type {Map<string, Sheet>} */
  sheets;
  /** The names of the layers that are on. @type {Signal<Set<string>>} */
  visible;
  /**
   * Hears of every change of a loaded feature.
   * @type {Set<(layer: Layer, change: import("./loader.js").Change) => void>}
   */
  changed = new Set();
  /**
   * Hears where points under way were drawn.
   * @type {Set<(layer: Layer, places: Map<string, [number, number]>) => void>}
   */
  moved = new Set();

  /** @param {any} map @param {Layer[]} layers @param {Set<string>} visible */
  constructor(map, layers, visible) {
    this.map = map;
    this.layers = layers;
    this.visible = new Signal(visible);
    this.sheets = new Map(layers.map((layer) => [layer.name, this.#sheet(layer)]));
  }

  /** Begin to load, and keep loading what the reader looks at. */
  start() {
    const refresh = settled(() => this.refresh(), PAUSE);
    this.map.on("moveend", refresh);
    period.listen(() => this.refresh());
    this.visible.listen(() => this.#show());
    document.addEventListener("visibilitychange", () => this.refresh(!document.hidden));
    addEventListener("online", () => this.refresh(true));
    setInterval(() => document.hidden || this.refresh(), ROUND);
    this.refresh();
  }

  /** Load what the view needs of every layer that is on. @param {boolean} [force] */
  refresh(force = false) {
    for (const { layer, loader } of this.sheets.values()) loader.refresh(this.visible.value.has(layer.name), force);
  }

  /** Switch a layer on or off. @param {string} name @param {boolean} on */
  switch(name, on) {
    const visible = new Set(this.visible.value);
    on ? visible.add(name) : visible.delete(name);
    this.visible.value = visible;
  }

  /** The layer of that name, if there is one. @param {string} name */
  layer(name) {
    return this.sheets.get(name)?.layer;
  }

  /** @param {Layer} layer @returns {Sheet} */
  #sheet(layer) {
    const loader = new Loader(this.map, layer, (_, change) => this.#tell(layer, change));
    const canvas = new Canvas(this.map, loader, (_, places) => this.moved.forEach((hears) => hears(layer, places)));
    const live = new Live(loader);
    loader.state.listen(({ status }) =>
      live.listen(layer.live && !document.hidden && ["loading", "ready"].includes(status)),
    );
    const tiles = new TileSheet(this.map, loader);
    loader.state.listen(() => tiles.show(this.visible.value.has(layer.name)));
    return { layer, loader, canvas, live, tiles };
  }

  /** @param {Layer} layer @param {import("./loader.js").Change} change */
  #tell(layer, change) {
    const sheet = this.sheets.get(layer.name);
    sheet?.canvas.draw(change);
    sheet?.tiles.renew();
    this.changed.forEach((hears) => hears(layer, change));
  }

  #show() {
    for (const { layer, tiles } of this.sheets.values()) tiles.show(this.visible.value.has(layer.name));
    this.refresh();
  }
}
