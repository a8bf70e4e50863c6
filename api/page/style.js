/** @typedef {import("./catalogue.js").Layer} Layer */

/** The property that carries a feature's own id, which tiles would lose. */
export const ID = "@id";
export const SELECTED = "@selected";

const GATHERED = ["has", "point_count"];
const CLUSTERS = { clusterRadius: 64, clusterMaxZoom: 14, clusterMinPoints: 3 };
/** From how many features a cluster has room for its name. */
const NAMED = 50;
const TINTS = ["#3b5b7e", "#7a4f6d", "#3f6f66", "#7d6237"];
const MARK = "#0b57d0";
const EMPTY = { type: "FeatureCollection", features: [] };

/**
 * Make the served style the page's own: ids kept, points gathered, the selected feature marked.
 * @param {any} style @param {Layer[]} layers @param {Set<string>} visible
 */
export function prepared(style, layers, visible) {
  const owners = new Map(layers.flatMap((layer) => layer.styleLayers.map((id) => [id, layer])));
  const sources = Object.fromEntries(layers.flatMap((layer) => source(style.sources[layer.name], layer)));
  const drawn = style.layers.map((/** @type {any} */ one) => owned(one, owners.get(one.id), visible));
  return {
    ...style,
    sources: { ...style.sources, ...sources, [SELECTED]: { type: "geojson", data: EMPTY } },
    layers: [...drawn, ...layers.filter(gathers).flatMap((layer, n) => clusters(layer, n, visible)), ...marks()],
  };
}

/** Whether a layer's points may be gathered. @param {Layer} layer */
export function gathers(layer) {
  return layer.clusterFrom !== undefined && layer.clusterFrom !== null;
}

/** The ids of everything that draws a layer. @param {Layer} layer */
export function drawnBy(layer) {
  return gathers(layer) ? [...layer.styleLayers, ...clusterIds(layer)] : layer.styleLayers;
}

/** The text of a cluster: how many and, where there is room, of what. @param {string} title */
export function clusterText(title) {
  const many = ["format", ["get", "point_count_abbreviated"], {}, "\n", {}, title, { "font-scale": 0.72 }];
  return ["step", ["get", "point_count"], ["format", ["get", "point_count_abbreviated"], {}], NAMED, many];
}

/** @param {Layer} layer @returns {[string, string]} */
export function clusterIds(layer) {
  return [`${layer.name}@cluster`, `${layer.name}@count`];
}

/** The source of the points at which a layer's areas are named. @param {Layer} layer */
export function anchorsOf(layer) {
  return `${layer.name}@anchors`;
}

/** @param {any} served @param {Layer} layer @returns {[string, any][]} */
function source(served, layer) {
  const gathering = gathers(layer) ? { cluster: false, ...CLUSTERS } : {};
  const own = /** @type {[string, any]} */ ([layer.name, { ...served, promoteId: ID, ...gathering }]);
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
  return {
    ...one,
    source,
    layout: { ...one.layout, visibility },
    ...(gathers(layer) && { filter: single(one.filter) }),
  };
}

/** Keep clusters out of what draws single features. @param {any} filter */
function single(filter) {
  const alone = ["!", GATHERED];
  return filter ? ["all", filter, alone] : alone;
}

/** @param {Layer} layer @param {number} place @param {Set<string>} visible */
function clusters(layer, place, visible) {
  const [circle, count] = clusterIds(layer);
  const common = { source: layer.name, filter: GATHERED, minzoom: layer.zooms[0], maxzoom: layer.zooms[1] };
  const visibility = visible.has(layer.name) ? "visible" : "none";
  const sized = ["step", ["get", "point_count"], 14, 10, 17, NAMED, 24, 250, 29, 1000, 35];
  const paint = {
    "circle-color": TINTS[place % TINTS.length],
    "circle-radius": sized,
    "circle-stroke-color": "#fff",
    "circle-stroke-width": 2,
    "circle-opacity": 0.92,
  };
  const layout = {
    visibility,
    "text-field": clusterText(layer.title.zh),
    "text-size": 13,
    "text-line-height": 1.05,
    "text-allow-overlap": true,
    "text-ignore-placement": true,
  };
  return [
    { ...common, id: circle, type: "circle", layout: { visibility }, paint },
    { ...common, id: count, type: "symbol", layout, paint: { "text-color": "#fff" } },
  ];
}

/** What marks the selected feature, whatever its geometry. */
function marks() {
  const line = { "line-color": MARK, "line-width": 3.5 };
  const ring = {
    "circle-color": MARK,
    "circle-opacity": 0.12,
    "circle-radius": 11,
    "circle-stroke-color": MARK,
    "circle-stroke-width": 3,
  };
  const point = ["==", ["geometry-type"], "Point"];
  return [
    {
      id: "@selected-fill",
      source: SELECTED,
      type: "fill",
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": MARK, "fill-opacity": 0.1 },
    },
    {
      id: "@selected-halo",
      source: SELECTED,
      type: "line",
      filter: ["!", point],
      paint: { "line-color": "#fff", "line-width": 7, "line-opacity": 0.8 },
    },
    { id: "@selected-line", source: SELECTED, type: "line", filter: ["!", point], paint: line },
    { id: "@selected-point", source: SELECTED, type: "circle", filter: point, paint: ring },
  ];
}
