import { element, h, icon, settled } from "./dom.js";
import { count, named } from "./format.js";
import { address, askJSON } from "./http.js";
import { bilingual, language, word } from "./language.js";

/** @typedef {import("./catalogue.js").Layer} Layer */
/** @typedef {{layer: Layer, features: GeoJSON.Feature[], matched: number | undefined}} Found */

const PAUSE = 250;
const EACH = 6;
/** @type {Record<string, number>} */
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/** The box that searches the visible layers. */
export class Search {
  #input = /** @type {HTMLInputElement} */ (element("search-input"));
  #list = element("search-results");
  #atlas;
  #open;
  #running = new AbortController();
  #active = -1;

  /**
   * @param {import("./atlas.js").Atlas} atlas
   * @param {(layer: Layer, feature: GeoJSON.Feature) => void} open opens a result
   */
  constructor(atlas, open) {
    this.#atlas = atlas;
    this.#open = open;
    const search = settled(() => this.#search(), PAUSE);
    this.#input.addEventListener("input", search);
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#input.addEventListener("focus", () => this.#list.childElementCount && this.#show(true));
    document.addEventListener(
      "pointerdown",
      ({ target }) => element("search").contains(/** @type {Node} */ (target)) || this.#show(false),
    );
    element("search-clear").addEventListener("click", () => this.#clear());
    language.follow(() => this.#name());
  }

  #name() {
    this.#input.placeholder = word("search");
    this.#input.setAttribute("aria-label", word("search"));
    this.#list.setAttribute("aria-label", word("results"));
    element("search-clear").setAttribute("aria-label", word("clear"));
    this.#list.replaceChildren();
    this.#show(false);
  }

  #clear() {
    this.#input.value = "";
    this.#search();
    this.#input.focus();
  }

  async #search() {
    this.#running.abort();
    this.#running = new AbortController();
    const { signal } = this.#running;
    const q = this.#input.value.trim();
    element("search-clear").hidden = !q;
    if (!q) return this.#fill([]);
    this.#fill([h("li", { class: "said" }, word("searching"))]);
    const layers = this.#atlas.layers.filter(({ name }) => this.#atlas.visible.value.has(name)).toReversed();
    const found = await Promise.all(layers.map((layer) => find(layer, q, signal)));
    if (!signal.aborted)
      this.#tell(
        found.filter(({ features }) => features.length),
        q,
      );
  }

  /** @param {Found[]} found @param {string} q */
  #tell(found, q) {
    const rows = found.flatMap((one) => [
      heading(one),
      ...one.features.map((feature) => this.#row(one.layer, feature, q)),
    ]);
    this.#fill(rows.length ? rows : [h("li", { class: "said" }, word("nothing", { q }))]);
  }

  /** @param {HTMLElement[]} rows */
  #fill(rows) {
    this.#active = -1;
    this.#input.removeAttribute("aria-activedescendant");
    this.#list.replaceChildren(...rows);
    this.#options.forEach((option, n) => (option.id = `result-${n}`));
    this.#show(rows.length > 0);
  }

  /** @param {Layer} layer @param {GeoJSON.Feature} feature @param {string} q */
  #row(layer, feature, q) {
    const choose = () => {
      this.#show(false);
      this.#open(layer, feature);
    };
    const name = named(feature, layer);
    return h(
      "li",
      { role: "option", "aria-selected": "false", onclick: choose },
      icon("target"),
      h("span", {}, name),
      h("small", {}, hint(feature, name, q)),
    );
  }

  get #options() {
    return /** @type {HTMLElement[]} */ ([...this.#list.querySelectorAll("[role=option]")]);
  }

  /** @param {boolean} open */
  #show(open) {
    this.#list.hidden = !open;
    this.#input.setAttribute("aria-expanded", `${open}`);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Escape") this.#show(false);
    else if (event.key === "Enter") this.#options[Math.max(this.#active, 0)]?.click();
    else if (event.key in STEPS) this.#move(STEPS[event.key]);
    else return;
    event.preventDefault();
  }

  /** @param {number} step */
  #move(step) {
    const options = this.#options;
    if (!options.length) return;
    this.#show(true);
    this.#active = (this.#active + step + options.length) % options.length;
    options.forEach((option, n) => option.setAttribute("aria-selected", `${n === this.#active}`));
    options[this.#active].scrollIntoView({ block: "nearest" });
    this.#input.setAttribute("aria-activedescendant", options[this.#active].id);
  }
}

/**
 * Search one layer; one that cannot be searched finds nothing.
 * @param {Layer} layer
 * @param {string} q
 * @param {AbortSignal} signal
 * @returns {Promise<Found>}
 */
async function find(layer, q, signal) {
  const url = address(layer.items, { f: "json", q, limit: EACH });
  const { features, numberMatched } = await askJSON(url, signal).catch(() => ({ features: [] }));
  return { layer, features, matched: numberMatched };
}

/** @param {Found} found */
function heading({ layer, matched }) {
  return h(
    "li",
    { class: "heading", role: "presentation" },
    bilingual(layer.title),
    matched === undefined ? null : h("span", { class: "count" }, count(matched)),
  );
}

/**
 * The value that the word was found in, where the name does not show it.
 * @param {GeoJSON.Feature} feature
 * @param {string} name
 * @param {string} q
 */
function hint(feature, name, q) {
  const values = Object.values(feature.properties ?? {}).filter((value) => typeof value === "string" && value !== name);
  const found = values.find((value) => value.toLowerCase().includes(q.toLowerCase()));
  return found ?? (name === `${feature.id}` ? "" : `${feature.id}`);
}
