import { h, icon } from "./dom.js";
import { bilingual, say } from "./language.js";
import { entry, sample } from "./list.js";

/**
 * A raster as the style's metadata describes it.
 * @typedef {object} Raster
 * @property {string} name
 * @property {import("./language.js").Text} title
 * @property {import("./language.js").Text} description
 * @property {import("./language.js").Text} group
 * @property {boolean} visible
 * @property {string[]} styleLayers
 * @property {import("./catalogue.js").Layer["legend"]} legend
 */

/** The rasters of a style, which the map draws by itself; only their switches and legends are the page's. */
export class Rasters {
  /** @param {any} map @param {any} style */
  constructor(map, style) {
    this.map = map;
    /** @type {Raster[]} */
    this.rasters = style.metadata["onemap:rasters"] ?? [];
    this.on = new Set(this.rasters.filter(({ visible }) => visible).map(({ name }) => name));
  }

  /** The list of rasters with their switches and legends; none where there is no raster. @returns {HTMLElement[]} */
  list() {
    if (!this.rasters.length) return [];
    const rows = this.rasters.map((raster) => this.#row(raster));
    const title = h("summary", {}, bilingual(this.rasters[0].group), icon("fold"));
    return [h("details", { class: "group", open: true }, title, h("ul", {}, rows))];
  }

  /** @param {Raster} raster @param {boolean} on */
  #switch({ name, styleLayers }, on) {
    this.on[on ? "add" : "delete"](name);
    for (const id of styleLayers) this.map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
  }

  /** @param {Raster} raster */
  #row(raster) {
    const { name, title, description, legend } = raster;
    const on = this.on.has(name);
    const row = h("li", { class: "layer", id: `layer-${name}`, "data-on": on });
    const change = (/** @type {Event} */ { target }) => {
      const { checked } = /** @type {HTMLInputElement} */ (target);
      row.toggleAttribute("data-on", checked);
      this.#switch(raster, checked);
    };
    const input = h("input", { type: "checkbox", role: "switch", checked: on, onchange: change });
    const named = h("span", { class: "name" }, bilingual(title));
    row.append(h("label", { title: say(description) }, input, sample(legend), named));
    row.append(...(legend.length ? [h("ul", { class: "legend" }, legend.map(entry))] : []));
    return row;
  }
}
