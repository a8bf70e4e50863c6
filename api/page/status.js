import { element } from "./dom.js";
import { count, titled } from "./format.js";
import { word } from "./language.js";
import { complain, dismiss } from "./toast.js";

/** Show that data is coming, what came, and what did not. @param {import("./atlas.js").Atlas} atlas */
export function drawStatus(atlas) {
  const loaders = [...atlas.sheets.values()].map(({ loader }) => loader);
  for (const loader of loaders) loader.state.listen(() => (progress(loaders), problem(atlas, loader)));
}

/** @param {import("./loader.js").Loader[]} loaders */
function progress(loaders) {
  const states = loaders.map(({ state }) => state.value);
  const busy = states.some(({ status }) => status === "loading");
  const loaded = states
    .filter(({ status }) => status === "ready")
    .reduce((sum, { features }) => sum + features.size, 0);
  element("progress").toggleAttribute("data-busy", busy);
  element("said").textContent = busy ? word("fetching") : word("loaded", { n: count(loaded) });
}

/** @param {import("./atlas.js").Atlas} atlas @param {import("./loader.js").Loader} loader */
function problem(atlas, loader) {
  const { status } = loader.state.value;
  const why = /** @type {import("./http.js").Refusal | null} */ (loader.problem);
  if (status === "ready") dismiss(loader.layer.name);
  if (status === "ready" && navigator.onLine) dismiss("network");
  if (status !== "failed" || !why) return;
  if (why.status)
    complain(loader.layer.name, word("refused", { layer: titled(loader.layer), why: why.message }), () =>
      loader.refresh(true, true),
    );
  else complain("network", word("offline"), () => atlas.refresh(true));
}

/**
 * Say why a feature could not be opened.
 * @param {import("./catalogue.js").Layer} layer
 * @param {string} id
 * @param {unknown} problem
 */
export function refused(layer, id, problem) {
  const { status, message } = /** @type {import("./http.js").Refusal} */ (problem);
  const said = { layer: titled(layer), id, why: status ? message : word("offline") };
  complain("feature", word(status === 404 ? "missing" : "refused", said));
}
