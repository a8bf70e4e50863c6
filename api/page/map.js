import { settled } from "./dom.js";
import * as maplibre from "./vendor/maplibre-gl/maplibre-gl.mjs";

/** The fonts that the reader's machine is asked for, on the map as on the page. */
export const FONTS =
  '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", system-ui, sans-serif';
const KEY = "map";
/** How long after the last data one more frame is drawn, in milliseconds. */
const QUIET = 300;

/** Whether this browser can draw the map. */
export function drawable() {
  const context = document.createElement("canvas").getContext("webgl2");
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return context !== null;
}

/**
 * Make the map: flat, north up, its place kept in the address.
 * @param {HTMLElement} container @param {any} style
 * @returns {Promise<any>} once its style is drawn
 */
export async function makeMap(container, style) {
  const flat = { maxPitch: 0, dragRotate: false, pitchWithRotate: false, touchPitch: false, renderWorldCopies: false };
  const map = /** @type {any} */ (
    new maplibre.Map({
      container,
      style,
      hash: KEY,
      attributionControl: false,
      localIdeographFontFamily: FONTS,
      fadeDuration: 150,
      ...flat,
    })
  );
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(
    new maplibre.AttributionControl({ compact: false, customAttribution: "OneMap 城市一张图" }),
    "bottom-right",
  );
  map.addControl(new maplibre.ScaleControl({ maxWidth: 110 }), "bottom-left");
  const busy = (/** @type {boolean} */ now) => container.setAttribute("aria-busy", `${now}`);
  map.on("dataloading", () => busy(true));
  map.on("idle", () => busy(false));
  // a source that nobody draws may come last, and then no frame is drawn after which the map would call itself idle
  map.on(
    "data",
    settled(() => map.triggerRepaint(), QUIET),
  );
  await map.once("style.load");
  return map;
}
