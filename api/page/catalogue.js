/**
 * A layer as the style's metadata describes it; the page knows none by name.
 * @typedef {object} Layer
 * @property {string} name
 * @property {import("./language.js").Text} title
 * @property {import("./language.js").Text} description
 * @property {import("./language.js").Text} group
 * @property {string} geometry
 * @property {string | null} label the field that names a feature
 * @property {boolean} visible
 * @property {boolean} live
 * @property {boolean} time
 * @property {[number, number]} zooms
 * @property {string[]} styleLayers
 * @property {{color: string, shape: "circle" | "line" | "fill", title: import("./language.js").Text}[]} legend
 * @property {number} [clusterFrom] features from which points are gathered
 * @property {string} items
 * @property {string} schema
 * @property {string} livePath
 * @property {string} [key] the field whose value is a feature's id
 * @property {{source: any, layers: any[]}} [tiles] how it is drawn from tiles where there is too much to load
 * @property {string[]} fields what its style reads
 * @property {boolean} anchored its areas are named at points of their own
 */

const GATHERED = /^(cluster|point_count)/;

/** Read the layers of a style, in draw order. @param {any} style @returns {Layer[]} */
export function catalogue(style) {
  return style.metadata["onemap:layers"].map((/** @type {Layer} */ layer) => ({
    ...layer,
    fields: fields(style, layer),
    anchored: names(style, layer),
  }));
}

/** Whether a style names the areas of a layer. @param {any} style @param {Layer} layer */
function names(style, layer) {
  const drawn = style.layers.filter(
    (/** @type {any} */ { id, type }) => type === "symbol" && layer.styleLayers.includes(id),
  );
  return layer.geometry.endsWith("Polygon") && drawn.length > 0;
}

/**
 * The fields that a layer's style reads: all that need be loaded to draw it.
 * @param {any} style
 * @param {Layer} layer
 */
function fields(style, layer) {
  const drawn = style.layers.filter((/** @type {any} */ one) => layer.styleLayers.includes(one.id));
  const found = new Set(layer.label ? [layer.label] : []);
  for (const { paint, layout, filter } of drawn) collect([paint, layout, filter], found);
  return [...found].filter((field) => !GATHERED.test(field));
}

/** @param {any} value a part of a style @param {Set<string>} found */
function collect(value, found) {
  if (value === null || typeof value !== "object") return;
  const [operator, field, of] = Array.isArray(value) ? value : [];
  if ((operator === "get" || operator === "has") && typeof field === "string" && of === undefined) found.add(field);
  for (const part of Object.values(value)) collect(part, found);
}

/** The layers by group, groups in the order of their topmost layer. @param {Layer[]} layers @returns {Layer[][]} */
export function grouped(layers) {
  return [...Map.groupBy(layers.toReversed(), (layer) => layer.group.zh).values()];
}
