import { h } from "./dom.js";
import { count, named } from "./format.js";
import { address, askJSON } from "./http.js";
import { bilingual, word } from "./language.js";
import { fieldsOf } from "./schema.js";

/** @typedef {import("./catalogue.js").Layer} Layer */

const MOST = 8;
const NONE = { features: [], numberMatched: 0 };

/**
 * What other layers hold that refers to the opened feature; it fills itself when they have answered.
 * @param {import("./atlas.js").Atlas} atlas @param {import("./selection.js").Opened} opened
 * @param {(layer: Layer, id: string, name: string) => HTMLElement} link makes a link that opens a feature
 */
export function related(atlas, { hits, place, feature, known }, link) {
  const section = h("div", { class: "related" });
  const { layer, id } = hits[place];
  const own = new Set(Object.values(feature.properties ?? {}).map(String));
  if (known === "whole") for (const other of atlas.layers) fill(section, other, { layer, id, own }, link);
  return section;
}

/** What a feature is called; its id where that cannot be had. @param {Layer} layer @param {string} id */
export async function nameOf(layer, id) {
  const feature =
    layer.label &&
    (await askJSON(address(`${layer.items}/${encodeURIComponent(id)}`, { f: "json" })).catch(() => null));
  return feature ? named(feature, layer) : id;
}

/**
 * @param {HTMLElement} section
 * @param {Layer} other
 * @param {{layer: Layer, id: string, own: Set<string>}} of `own`: what the feature itself refers to
 * @param {(layer: Layer, id: string, name: string) => HTMLElement} link
 */
async function fill(section, other, of, link) {
  const { features, numberMatched = 0 } = await referring(other, of).catch(() => NONE);
  const others = features.filter(({ id }) => !of.own.has(`${id}`));
  if (!others.length) return;
  const links = others.map((feature) => h("li", {}, link(other, `${feature.id}`, named(feature, other))));
  section.append(
    h(
      "h3",
      {},
      bilingual(other.title),
      numberMatched > features.length &&
        h("span", { class: "count" }, word("shown", { n: features.length, m: count(numberMatched) })),
    ),
    h("ul", {}, links),
  );
}

/**
 * The features of a layer that name another as theirs.
 * @param {Layer} other
 * @param {{layer: Layer, id: string}} of
 * @returns {Promise<{features: GeoJSON.Feature[], numberMatched?: number}>}
 */
async function referring(other, { layer, id }) {
  const fields = await fieldsOf(other);
  const field = Object.keys(fields).find((name) => fields[name]["x-onemap-ref"] === layer.name);
  return field ? askJSON(address(other.items, { f: "json", limit: MOST, [field]: id })) : NONE;
}
