import { clusterIds, gathers, ID } from "./style.js";

/** @typedef {import("./catalogue.js").Layer} Layer */
/** @typedef {{layer: Layer, id: string}} Hit */

const REACH = 5;
const MOST = 50;
/** Small things lie on large ones, so they are named first. */
const SIZES = ["Point", "LineString", "Polygon"];

/**
 * The features under a place of the screen, points first, then as they lie.
 * @param {import("./atlas.js").Atlas} atlas @param {{x: number, y: number}} point @param {number} [reach] pixels
 * @returns {Hit[]}
 */
export function hitsAt(atlas, { x, y }, reach = REACH) {
  const owners = new Map(atlas.layers.flatMap((layer) => layer.styleLayers.map((id) => [id, layer])));
  const box = [
    [x - reach, y - reach],
    [x + reach, y + reach],
  ];
  const drawn = atlas.map.queryRenderedFeatures(box, { layers: [...owners.keys()] });
  const hits = drawn.map((/** @type {any} */ { layer, properties }) => ({
    layer: /** @type {Layer} */ (owners.get(layer.id)),
    id: properties[ID],
  }));
  const found = new Map(hits.map((/** @type {Hit} */ hit) => [`${hit.layer.name}/${hit.id}`, hit]));
  return [...found.values()].sort((a, b) => size(a) - size(b)).slice(0, MOST);
}

/** @param {Hit} hit */
function size({ layer }) {
  return SIZES.findIndex((kind) => layer.geometry.endsWith(kind));
}

/**
 * The cluster under a place of the screen, if there is one.
 * @param {import("./atlas.js").Atlas} atlas
 * @param {{x: number, y: number}} point
 */
export function clusterAt(atlas, { x, y }) {
  const layers = atlas.layers.filter(gathers).map((layer) => clusterIds(layer)[0]);
  return layers.length ? atlas.map.queryRenderedFeatures([x, y], { layers })[0] : undefined;
}

/**
 * Look into a cluster: go to where it falls apart, or name its features where it never does.
 * @param {import("./atlas.js").Atlas} atlas @param {any} cluster @returns {Promise<Hit[]>} empty when the map moved
 */
export async function unfold(atlas, cluster) {
  const source = atlas.map.getSource(cluster.source);
  const zoom = await source.getClusterExpansionZoom(cluster.properties.cluster_id);
  if (zoom <= source.getClusterOptions().clusterMaxZoom) {
    atlas.map.easeTo({ center: cluster.geometry.coordinates, zoom: zoom + 0.4 });
    return [];
  }
  const leaves = await source.getClusterLeaves(cluster.properties.cluster_id, MOST, 0);
  return leaves.map((/** @type {any} */ leaf) => ({ layer: atlas.layer(cluster.source), id: leaf.properties[ID] }));
}
