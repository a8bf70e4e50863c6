import { readHash, writeHash } from "./hash.js";
import { isPeriod, period, USUAL } from "./period.js";

/** @typedef {import("./atlas.js").Atlas} Atlas */
/** @typedef {import("./catalogue.js").Layer} Layer */
/** @typedef {import("./selection.js").Selection} Selection */

/**
 * The names of the layers that are on: the address's, else the style's.
 * @param {Layer[]} layers
 * @param {string[] | undefined} said
 */
export function chosen(layers, said) {
  const on = layers.filter(({ name, visible }) => (said ? said.includes(name) : visible));
  return new Set(on.map(({ name }) => name));
}

/**
 * Keep the address with the page, and the page with the address, so that a view can be shared.
 * @param {Atlas} atlas
 * @param {Selection} selection
 */
export function keepAddress(atlas, selection) {
  const usual = listed(atlas.layers, chosen(atlas.layers, undefined));
  atlas.visible.listen((visible) => {
    const layers = listed(atlas.layers, visible);
    writeHash({ layers: layers === usual ? null : layers });
  });
  period.listen((time) => writeHash({ time: time === USUAL ? null : time }));
  selection.opened.listen((opened) =>
    writeHash({ at: opened && `${opened.hits[opened.place].layer.name}/${opened.hits[opened.place].id}` }),
  );
  addEventListener("hashchange", () => follow(atlas, selection));
}

/**
 * Open the feature that the address names.
 * @param {Atlas} atlas
 * @param {Selection} selection
 * @param {import("./hash.js").Said} said
 */
export function openSaid(atlas, selection, { at, placed }) {
  const [name, ...id] = at?.split("/") ?? [];
  const layer = atlas.layer(name);
  if (!layer || !id.length) return;
  if (placed) selection.open([{ layer, id: id.join("/") }]);
  else selection.find(layer, id.join("/"));
}

/** @param {Layer[]} layers @param {Set<string>} visible */
function listed(layers, visible) {
  return layers
    .map(({ name }) => name)
    .filter((name) => visible.has(name))
    .join(",");
}

/** @param {Atlas} atlas @param {Selection} selection */
function follow(atlas, selection) {
  const said = readHash();
  atlas.visible.value = chosen(atlas.layers, said.layers);
  period.value = said.time && isPeriod(said.time) ? said.time : USUAL;
  if (said.at) openSaid(atlas, selection, said);
  else selection.close();
}
