/**
 * What the address says.
 * @typedef {object} Said
 * @property {string[]} [layers] those that are on
 * @property {string} [time] the period
 * @property {string} [at] the opened feature: LAYER/ID
 * @property {boolean} placed the map's own position is there too
 */

/** Read the address. @param {string} [hash] @returns {Said} */
export function readHash(hash = location.hash) {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  const layers = said.get("layers")?.split(",").filter(Boolean);
  return { layers, time: said.get("time") ?? undefined, at: said.get("at") ?? undefined, placed: said.has("map") };
}

/**
 * Write parts of the address, and take away those that are null; the others stay.
 * @param {Record<string, string | null>} parts
 */
export function writeHash(parts) {
  const said = new URLSearchParams(location.hash.replace(/^#/, ""));
  for (const [name, value] of Object.entries(parts)) value === null ? said.delete(name) : said.set(name, value);
  history.replaceState(history.state, "", `#${readable(`${said}`)}`);
}

/** Leave the marks plain that mean nothing to an address's fragment. @param {string} query */
function readable(query) {
  return query.replaceAll("%2F", "/").replaceAll("%2C", ",").replaceAll("%3A", ":");
}
