import { Atlas } from "./atlas.js";
import { catalogue } from "./catalogue.js";
import { drawControls, drawLanguage } from "./controls.js";
import { element, h, icon } from "./dom.js";
import { drawDrawer } from "./drawer.js";
import { drawExport } from "./export.js";
import { readHash } from "./hash.js";
import { address, askJSON } from "./http.js";
import { word } from "./language.js";
import { drawList, drawNotice } from "./list.js";
import { drawable, makeMap } from "./map.js";
import { Panel } from "./panel.js";
import { isPeriod, period } from "./period.js";
import { pointAt } from "./pointer.js";
import { Rasters } from "./rasters.js";
import { Search } from "./search.js";
import { Selection } from "./selection.js";
import { chosen, keepAddress, openSaid } from "./share.js";
import { drawStatus, refused } from "./status.js";
import { prepared } from "./style.js";
import { drawTimes } from "./times.js";

/** Draw what needs no map. @param {import("./hash.js").Said} said */
function drawFrame({ time }) {
  if (time && isPeriod(time)) period.value = time;
  drawLanguage();
  drawDrawer();
  drawTimes();
}

/** Ask for the style and make the map of it. @param {import("./hash.js").Said} said */
async function drawMap(said) {
  const style = await askJSON(address("styles/onemap", { f: "maplibre" }));
  const layers = catalogue(style);
  const visible = chosen(layers, said.layers);
  const map = await makeMap(element("map"), prepared(style, layers, visible));
  drawControls(map, { center: style.center, zoom: style.zoom });
  return { atlas: new Atlas(map, layers, visible), rasters: new Rasters(map, style) };
}

/** Draw what lies around the map. @param {Atlas} atlas @param {Rasters} rasters */
function drawCards(atlas, rasters) {
  const selection = new Selection(atlas, refused);
  new Panel(atlas, selection);
  new Search(atlas, (layer, feature) => selection.find(layer, `${feature.id}`, feature));
  drawList(atlas, rasters);
  drawNotice(atlas);
  drawStatus(atlas);
  drawExport(atlas);
  pointAt(atlas, selection);
  keepAddress(atlas, selection);
  return selection;
}

/** Say in the middle of the page why there is no map. @param {string} why */
function fail(why) {
  element("splash").replaceChildren(icon("warning"), h("p", { role: "alert" }, why));
}

async function start() {
  const said = readHash();
  drawFrame(said);
  if (!drawable()) return fail(word("webgl"));
  const { atlas, rasters } = await drawMap(said);
  const selection = drawCards(atlas, rasters);
  atlas.start();
  openSaid(atlas, selection, said);
  element("splash").remove();
}

start().catch((problem) => {
  fail(word("styleFailed", { why: problem.message }));
  throw problem;
});
