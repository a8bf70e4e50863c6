import { settled } from "./dom.js";
import { address } from "./http.js";
import { interval, period } from "./period.js";

/** @typedef {import("./catalogue.js").Layer} Layer */

/** What the names of sources and style layers of tiles end with. */
const MARK = "@tiles";
/** How long a change rests before tiles are asked for again: the service's own are true within a tenth of a second. */
const REST = 300;

/** Draws a layer from tiles while the view holds more of it than can be loaded. */
export class TileSheet {
  #map;
  #loader;
  #on = false;
  #address = "";
  #renew = settled(() => this.#ask(), REST);

  /** @param {any} map @param {import("./loader.js").Loader} loader */
  constructor(map, loader) {
    this.#map = map;
    this.#loader = loader;
  }

  /** Show what is loaded, or tiles in its place, or nothing. @param {boolean} visible */
  show(visible) {
    const { layer } = this.#loader;
    const { more, status } = this.#loader.state.value;
    const on = visible && Boolean(layer.tiles) && more && ["loading", "ready"].includes(status);
    if (on !== this.#on) on ? this.#add() : this.#remove();
    else if (on && template(layer) !== this.#address) this.#ask();
    this.#see(visible && !on);
  }

  /** Something has changed that tiles may show. */
  renew() {
    if (this.#on) this.#renew();
  }

  /** Ask for the tiles of the period, those that are there too. */
  #ask() {
    if (!this.#on) return;
    this.#address = template(this.#loader.layer);
    this.#map.getSource(this.#source).setTiles([this.#address]);
  }

  get #source() {
    return `${this.#loader.layer.name}${MARK}`;
  }

  /** Each of its style layers right above the one that it stands for, so that shapes stay below labels. */
  #add() {
    const { tiles } = /** @type {{tiles: {source: any, layers: any[]}}} */ (this.#loader.layer);
    this.#on = true;
    this.#address = template(this.#loader.layer);
    this.#map.addSource(this.#source, { ...tiles.source, tiles: [this.#address] });
    for (const one of tiles.layers) {
      const order = this.#map.getLayersOrder();
      this.#map.addLayer(one, order[order.indexOf(one.id.slice(0, -MARK.length)) + 1]);
    }
  }

  #remove() {
    this.#on = false;
    for (const { id } of this.#loader.layer.tiles?.layers ?? []) this.#map.removeLayer(id);
    this.#map.removeSource(this.#source);
  }

  /** @param {boolean} on */
  #see(on) {
    const visibility = on ? "visible" : "none";
    for (const id of this.#loader.layer.styleLayers)
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
