import { idOf } from "./style.js";

/** @typedef {import("./catalogue.js").Layer} Layer */
/** @typedef {import("./atlas.js").Atlas} Atlas */
/** @typedef {{layer: Layer, id: string}} Hit */
/** @typedef {{layer: Layer, id: number | undefined, count: number, at: [number, number]}} Cluster */

const REACH = 5;
const MOST = 50;
/** Small things lie on large ones, so they are named first. */
const SIZES = ["Point", "LineString", "Polygon"];

/**
 * The features under a place of the screen, points first, then as they lie.
 * @param {Atlas} atlas @param {{x: number, y: number}} point @param {number} [reach] pixels
 * @returns {Hit[]}
 */
export function hitsAt(atlas, point, reach = REACH) {
  const hits = drawnAt(atlas, point, reach).flatMap(({ layer, properties }) => hit(layer, properties));
  const found = new Map(hits.map((hit) => [`${hit.layer.name}/${hit.id}`, hit]));
  return [...found.values()].sort((a, b) => size(a) - size(b)).slice(0, MOST);
}

/**
 * The cluster under a place of the screen.
 * @param {Atlas} atlas
 * @param {{x: number, y: number}} point
 * @returns {Cluster | undefined}
 */
export function clusterAt(atlas, point) {
  const found = drawnAt(atlas, point, 0).find(({ properties }) => properties.point_count);
  if (!found) return undefined;
  const { layer, properties, at } = found;
  return { layer, id: properties.cluster_id, count: properties.point_count, at };
}

/**
 * Look into a cluster: go to where it falls apart, or name its features where it never does.
 * @param {Atlas} atlas @param {Cluster} cluster @returns {Promise<Hit[]>} empty when the map moved
 */
export async function unfold(atlas, { layer, id, at }) {
  if (id === undefined) {
    // of a tile: what it stands for is known a few zooms deeper
    atlas.map.easeTo({ center: at, zoom: atlas.map.getZoom() + 2 });
    return [];
  }
  const source = atlas.map.getSource(layer.name);
  const zoom = await source.getClusterExpansionZoom(id);
  if (zoom <= source.getClusterOptions().clusterMaxZoom) {
    atlas.map.easeTo({ center: at, zoom: zoom + 0.4 });
    return [];
  }
  const leaves = await source.getClusterLeaves(id, MOST, 0);
  return leaves.flatMap((/** @type {GeoJSON.Feature} */ leaf) => hit(layer, leaf.properties));
}

/**
 * What is drawn of the layers around a place of the screen, topmost first.
 * @param {Atlas} atlas @param {{x: number, y: number}} point @param {number} reach
 * @returns {{layer: Layer, properties: any, at: [number, number]}[]}
 */
function drawnAt(atlas, { x, y }, reach) {
  const box = [
    [x - reach, y - reach],
    [x + reach, y + reach],
  ];
  const owners = new Map(atlas.layers.flatMap((layer) => drawing(atlas, layer).map((id) => [id, layer])));
  const drawn = atlas.map.queryRenderedFeatures(box, { layers: [...owners.keys()] });
  return drawn.map((/** @type {any} */ { layer, properties, geometry }) => ({
    layer: owners.get(layer.id),
    properties,
    at: geometry.type === "Point" ? geometry.coordinates : atlas.map.unproject([x, y]).toArray(),
  }));
}

/**
 * The style layers that draw a layer, from what is loaded or from tiles.
 * @param {Atlas} atlas @param {Layer} layer @returns {string[]}
 */
function drawing(atlas, { styleLayers, tiles }) {
  const own = tiles?.layers.map(({ id }) => id) ?? [];
  return [...styleLayers, ...own.filter((id) => atlas.map.getLayer(id))];
}

/** What is drawn as a feature; nothing for a cluster. @param {Layer} layer @param {any} properties @returns {Hit[]} */
function hit(layer, properties) {
  const id = idOf(properties) ?? (properties.point_count ? undefined : properties[layer.key ?? ""]);
  return id === undefined ? [] : [{ layer, id: `${id}` }];
}

/** @param {Hit} hit */
function size({ layer }) {
  return SIZES.findIndex((kind) => layer.geometry.endsWith(kind));
}
