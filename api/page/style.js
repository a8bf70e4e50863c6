/** @typedef {import("./catalogue.js").Layer} Layer */

/** The property that carries a feature's own id, which tiles would lose. */
const ID = "@id";
export const SELECTED = "@selected";

const MARK = "#0b57d0";
const EMPTY = { type: "FeatureCollection", features: [] };

/**
 * Make the served style the page's own: ids kept, areas named once, the selected feature marked.
 * @param {any} style @param {Layer[]} layers @param {Set<string>} visible
 */
export function prepared(style, layers, visible) {
  const owners = new Map(layers.flatMap((layer) => layer.styleLayers.map((id) => [id, layer])));
  const sources = Object.fromEntries(layers.flatMap((layer) => source(style.sources[layer.name], layer)));
  const drawn = style.layers.map((/** @type {any} */ one) => owned(one, owners.get(one.id), visible));
  return {
    ...style,
    sources: { ...style.sources, ...sources, [SELECTED]: { type: "geojson", data: EMPTY } },
    layers: [...drawn, ...marks()],
  };
}

/** Whether a layer's points are gathered where there are many. @param {Layer} layer */
export function gathers(layer) {
  return layer.clusterFrom !== undefined && layer.clusterFrom !== null;
}

/**
 * A feature as a source takes it, its id among its properties.
 * @param {GeoJSON.Feature} feature @param {GeoJSON.Geometry} [geometry] where it is drawn instead
 * @returns {GeoJSON.Feature}
 */
export function sourced({ id, geometry: own, properties }, geometry = own) {
  return { type: "Feature", geometry, properties: { ...properties, [ID]: token(`${id}`) } };
}

/**
 * An id as a source takes it. The mark keeps one of digits from being read as a number: a tile has no room for a long
 * one, and is then not drawn at all.
 * @param {string} id
 */
export function token(id) {
  return `@${id}`;
}

/**
 * The id of a drawn feature; undefined for a cluster, which has none.
 * @param {any} properties
 * @returns {string | undefined}
 */
export function idOf(properties) {
  return properties?.[ID]?.slice(1);
}

/** The source of the points at which a layer's areas are named. @param {Layer} layer */
export function anchorsOf(layer) {
  return `${layer.name}@anchors`;
}

/** @param {any} served @param {Layer} layer @returns {[string, any][]} */
function source(served, layer) {
  const own = /** @type {[string, any]} */ ([layer.name, { ...served, promoteId: ID, cluster: false }]);
  return layer.anchored ? [own, [anchorsOf(layer), { type: "geojson", data: EMPTY }]] : [own];
}

/**
 * A served style layer as the page draws it.
 * @param {any} one
 * @param {Layer | undefined} layer
 * @param {Set<string>} visible
 */
function owned(one, layer, visible) {
  if (!layer) return one;
  const visibility = visible.has(layer.name) ? "visible" : "none";
  const source = layer.anchored && one.type === "symbol" ? anchorsOf(layer) : one.source;
  return { ...one, source, layout: { ...one.layout, visibility } };
}

/** What marks the selected feature, whatever its geometry. */
function marks() {
  const point = ["==", ["geometry-type"], "Point"];
  const area = ["==", ["geometry-type"], "Polygon"];
  const ring = { "circle-stroke-color": MARK, "circle-stroke-width": 3, "circle-radius": 11 };
  return [
    mark("fill", area, { "fill-color": MARK, "fill-opacity": 0.1 }),
    mark("line", ["!", point], { "line-color": "#fff", "line-width": 7, "line-opacity": 0.8 }, "halo"),
    mark("line", ["!", point], { "line-color": MARK, "line-width": 3.5 }),
    mark("circle", point, { "circle-color": MARK, "circle-opacity": 0.12, ...ring }),
  ];
}

/** @param {string} type @param {any} filter @param {any} paint @param {string} [name] */
function mark(type, filter, paint, name = type) {
  return { id: `${SELECTED}-${name}`, source: SELECTED, type, filter, paint };
}
