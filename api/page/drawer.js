import { element, h, icon } from "./dom.js";
import { language, phrase, bilingual } from "./language.js";

const narrow = matchMedia("(max-width: 760px)");

/** Draw the handle that opens and closes the list of layers; a narrow screen begins with it closed. */
export function drawDrawer() {
  const place = element("layers");
  const open = (/** @type {boolean} */ wide) => {
    place.toggleAttribute("data-open", wide);
    place.querySelector("button")?.setAttribute("aria-expanded", `${wide}`);
  };
  language.follow(() => {
    const wide = place.hasAttribute("data-open");
    const attributes = { type: "button", class: "handle", "aria-controls": "layer-list", "aria-expanded": `${wide}` };
    const handle = h(
      "button",
      { ...attributes, onclick: () => open(!place.hasAttribute("data-open")) },
      icon("layers"),
      bilingual(phrase("layers")),
      icon("fold"),
    );
    element("layers-handle").replaceChildren(handle);
  });
  open(!narrow.matches);
  narrow.addEventListener("change", () => open(!narrow.matches));
}
