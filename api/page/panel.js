import { element, h, icon } from "./dom.js";
import { age, named, written } from "./format.js";
import { beside, bilingual, language, say, word } from "./language.js";
import { nameOf, related } from "./related.js";
import { codesOf, fieldsOf, isGeometry, titleOf } from "./schema.js";

/** @typedef {import("./selection.js").Opened} Opened */
/** @typedef {import("./selection.js").Selection} Selection */
/** @typedef {import("./catalogue.js").Layer} Layer */

/** The panel that shows the selected feature. */
export class Panel {
  #atlas;
  #selection;
  #place = element("details");
  #drawn = 0;
  #related = { key: "", node: h("div") };

  /** @param {import("./atlas.js").Atlas} atlas @param {Selection} selection */
  constructor(atlas, selection) {
    this.#atlas = atlas;
    this.#selection = selection;
    selection.opened.listen(() => this.#draw());
    language.listen(() => this.#draw());
    this.#place.addEventListener("keydown", ({ key }) => key === "Escape" && this.#close());
  }

  #close() {
    this.#selection.close();
    this.#atlas.map.getCanvas().focus();
  }

  async #draw() {
    const opened = this.#selection.opened.value;
    const turn = ++this.#drawn;
    document.body.toggleAttribute("data-details", opened !== null);
    this.#place.hidden = !opened;
    if (!opened) return this.#place.replaceChildren();
    const rows = await this.#rows(opened);
    if (turn !== this.#drawn) return;
    const focus = this.#focused();
    const others = this.#others(opened);
    const scroll = others === this.#related.node ? (this.#place.querySelector(".body")?.scrollTop ?? 0) : 0;
    const body = h("div", { class: "body" }, note(opened), rows, others);
    this.#related.node = others;
    this.#place.setAttribute("aria-label", word("details"));
    this.#place.replaceChildren(this.#head(opened), body);
    body.scrollTop = scroll;
    /** @type {HTMLElement | null} */ (this.#place.querySelector(`[data-key="${focus}"]`))?.focus();
  }

  /** What refers to the feature, asked for once however often the feature changes. @param {Opened} opened */
  #others(opened) {
    const { hits, place, known } = opened;
    const key = [hits[place].layer.name, hits[place].id, known, language.value].join("/");
    if (key !== this.#related.key) return this.#fresh(key, opened);
    return this.#related.node;
  }

  /** @param {string} key @param {Opened} opened */
  #fresh(key, opened) {
    this.#related.key = key;
    return related(this.#atlas, opened, this.#ref);
  }

  /** Which of the panel's buttons has the keyboard, to give it back after drawing. */
  #focused() {
    const active = /** @type {HTMLElement | null} */ (document.activeElement);
    return active && this.#place.contains(active) ? active.dataset.key : "";
  }

  /** @param {Opened} opened */
  #head({ hits, place, feature }) {
    const { layer } = hits[place];
    const tools = h(
      "div",
      { class: "tools" },
      hits.length > 1 && this.#steps(place + 1, hits.length),
      button("locate", "target", () => this.#selection.go()),
      button("close", "close", () => this.#close()),
    );
    const kind = h("p", { class: "kind" }, bilingual(layer.title));
    return h("header", {}, h("div", { class: "row" }, kind, tools), h("h2", {}, named(feature, layer)));
  }

  /** The way through several features. @param {number} n @param {number} m */
  #steps(n, m) {
    const back = button("previous", "back", () => this.#selection.step(-1));
    const next = button("next", "next", () => this.#selection.step(1));
    return h("div", { class: "steps" }, back, h("span", { "aria-live": "polite" }, word("of", { n, m })), next);
  }

  /** @param {Opened} opened */
  async #rows({ hits, place, feature }) {
    const { layer } = hits[place];
    const fields = await fieldsOf(layer).catch(() => /** @type {Record<string, any>} */ ({}));
    const order = Object.keys(fields);
    const said = Object.entries(feature.properties ?? {}).filter(([name]) => !isGeometry(fields[name]));
    said.sort(([a], [b]) => rank(order, a) - rank(order, b));
    return h("dl", {}, await Promise.all(said.map(([name, value]) => this.#row(fields[name] ?? {}, name, value))));
  }

  /** @param {any} field @param {string} name @param {unknown} value */
  async #row(field, name, value) {
    const names = await codesOf(field).catch(() => new Map());
    return h(
      "div",
      { "data-field": name },
      h("dt", {}, bilingual(titleOf(field, name))),
      h("dd", {}, this.#value(field, value, names)),
    );
  }

  /** @param {any} field @param {unknown} value @param {Map<string, import("./language.js").Text>} names */
  #value(field, value, names) {
    const target = field["x-onemap-ref"] && value && this.#atlas.layer(field["x-onemap-ref"]);
    if (target) return [this.#named(target, `${value}`)];
    if (names.size && value !== null) return [value].flat().map((code) => coded(`${code}`, names));
    const shown = h("span", { class: value === null || value === "" ? "empty" : "" }, written(value, field));
    const ago = field.format === "date-time" && value ? age(new Date(`${value}`), Date.now()) : "";
    return ago ? [shown, h("small", {}, ago)] : [shown];
  }

  /** A link that names what it opens as soon as the name is known. @param {Layer} layer @param {string} id */
  #named(layer, id) {
    const link = this.#ref(layer, id, id);
    nameOf(layer, id).then((name) => link.replaceChildren(name, icon("link")));
    return link;
  }

  /** A link that opens a feature of another layer. @param {Layer} layer @param {string} id @param {string} name */
  #ref = (layer, id, name) => {
    return h(
      "button",
      { type: "button", class: "text", onclick: () => this.#selection.find(layer, id) },
      name,
      icon("link"),
    );
  };
}

/**
 * @param {"previous" | "next" | "locate" | "close"} key
 * @param {"back" | "next" | "target" | "close"} name
 * @param {() => void} work
 */
function button(key, name, work) {
  const said = { "data-key": key, "aria-label": word(key), title: word(key) };
  return h("button", { type: "button", class: "icon-button", ...said, onclick: work }, icon(name));
}

/** @param {Opened} opened */
function note({ known }) {
  return known === "part" ? h("p", { class: "note" }, word("hiddenPart")) : null;
}

/** @param {string} code @param {Map<string, import("./language.js").Text>} names */
function coded(code, names) {
  const name = names.get(code);
  return name
    ? h("span", { class: "coded", title: code }, say(name), h("small", {}, beside(name)))
    : h("span", {}, code);
}

/** @param {string[]} order @param {string} name */
function rank(order, name) {
  const place = order.indexOf(name);
  return place < 0 ? order.length : place;
}
