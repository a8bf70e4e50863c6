import { settled } from "./dom.js";
import { address } from "./http.js";
import { interval, period } from "./period.js";

/** @typedef {import("./catalogue.js").Layer} Layer */

/** How long a change rests before tiles are asked for again: the service's own are true within a tenth of a second. */
const REST = 300;

/** What the names of sources and style layers of tiles end with. */
const MARK = "@tiles";

/** The source of a layer's tiles. @param {Layer} layer */
export function tilesOf(layer) {
  return `${layer.name}${MARK}`;
}

/**
 * What a style needs to draw layers from tiles, all of it hidden.
 * @param {Layer[]} layers
 */
export function tileStyle(layers) {
  const tiled = layers.filter(({ tiles }) => tiles);
  const drawn = tiled.flatMap(({ tiles }) => tiles?.layers ?? []);
  return {
    sources: Object.fromEntries(
      tiled.map((layer) => [tilesOf(layer), { ...layer.tiles?.source, tiles: [template(layer)] }]),
    ),
    /** @param {string} id of a layer of the style */
    above: (id) => drawn.filter((one) => one.id === `${id}${MARK}`).map(hidden),
  };
}

/** Draws a layer from tiles while the view holds more of it than can be loaded. */
export class TileSheet {
  #map;
  #loader;
  #on = false;
  #address;
  #renew = settled(() => this.#ask(true), REST);

  /** @param {any} map @param {import("./loader.js").Loader} loader */
  constructor(map, loader) {
    this.#map = map;
    this.#loader = loader;
    this.#address = template(loader.layer);
  }

  /** Show what is loaded, or tiles in its place, or nothing. @param {boolean} visible */
  show(visible) {
    const { layer } = this.#loader;
    const { more, status } = this.#loader.state.value;
    this.#on = visible && Boolean(layer.tiles) && more && status !== "failed";
    if (this.#on) this.#ask(false);
    this.#see(layer.styleLayers, visible && !this.#on);
    this.#see(layer.tiles?.layers.map(({ id }) => id) ?? [], this.#on);
  }

  /** Something has changed that tiles may show. */
  renew() {
    if (this.#on) this.#renew();
  }

  /** Ask for the tiles of the period, again if they may have changed. @param {boolean} again */
  #ask(again) {
    const { layer } = this.#loader;
    const asked = template(layer);
    if (!this.#on || (!again && asked === this.#address)) return;
    this.#address = asked;
    this.#map.getSource(tilesOf(layer)).setTiles([asked]);
  }

  /** @param {string[]} ids @param {boolean} on */
  #see(ids, on) {
    const visibility = on ? "visible" : "none";
    for (const id of ids)
      if (this.#map.getLayoutProperty(id, "visibility") !== visibility)
        this.#map.setLayoutProperty(id, "visibility", visibility);
  }
}

/** The address of a layer's tiles in the period. @param {Layer} layer */
function template(layer) {
  const datetime = layer.time ? interval(period.value, new Date()) : null;
  const [path] = layer.tiles?.source.tiles ?? [""];
  // the braces are places to fill in, not letters of the address
  return address(path, { datetime }).replaceAll("%7B", "{").replaceAll("%7D", "}");
}

/** @param {any} one */
function hidden(one) {
  return { ...one, layout: { ...one.layout, visibility: "none" } };
}
