import { element, h, icon } from "./dom.js";
import { address, ask } from "./http.js";
import { language, word } from "./language.js";
import { interval, period } from "./period.js";
import { complain, dismiss } from "./toast.js";
import { bbox, seen } from "./view.js";

const KEEP = 60_000;

/** Draw the button that saves the view as one file for offline use. @param {import("./atlas.js").Atlas} atlas */
export function drawExport(atlas) {
  language.follow(() => {
    const button = h(
      "button",
      {
        type: "button",
        class: "quiet",
        "aria-label": word("export"),
        title: word("export"),
        onclick: () => save(atlas, button),
      },
      icon("download"),
      h("span", {}, word("export")),
    );
    element("export").replaceChildren(button);
  });
}

/** @param {import("./atlas.js").Atlas} atlas @param {HTMLElement} button */
async function save(atlas, button) {
  button.toggleAttribute("disabled", true);
  button.setAttribute("aria-busy", "true");
  dismiss("export");
  try {
    const answer = await ask(target(atlas));
    hand(await answer.blob(), filename(answer));
  } catch (problem) {
    complain("export", word("exportFailed", { why: /** @type {Error} */ (problem).message }), () =>
      save(atlas, button),
    );
  }
  button.toggleAttribute("disabled", false);
  button.removeAttribute("aria-busy");
}

/** Where the file of the view is. @param {import("./atlas.js").Atlas} atlas */
function target(atlas) {
  const layers = atlas.layers.map(({ name }) => name).filter((name) => atlas.visible.value.has(name));
  return address("export/map.html", {
    layers: layers.join(","),
    bbox: bbox(seen(atlas.map)),
    datetime: interval(period.value, new Date()),
  });
}

/** @param {Response} answer */
function filename(answer) {
  const said = answer.headers.get("content-disposition") ?? "";
  return /filename="?([^";]+)"?/.exec(said)?.[1] ?? "onemap.html";
}

/** Give the reader a file. @param {Blob} blob @param {string} name */
function hand(blob, name) {
  const href = URL.createObjectURL(blob);
  h("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), KEEP);
}
