import { element, h, icon } from "./dom.js";
import { bilingual, language, phrase, word } from "./language.js";

/**
 * Draw the buttons over the map.
 * @param {any} map
 * @param {{center: [number, number], zoom: number}} home the whole city
 */
export function drawControls(map, home) {
  language.follow(() => {
    const canvas = map.getCanvas();
    canvas.setAttribute("aria-label", word("map"));
    element("controls").replaceChildren(
      button("zoomIn", "plus", () => map.zoomIn()),
      button("zoomOut", "minus", () => map.zoomOut()),
      button("home", "home", () => map.flyTo(home)),
    );
  });
}

/** @param {"zoomIn" | "zoomOut" | "home"} key @param {"plus" | "minus" | "home"} name @param {() => void} work */
function button(key, name, work) {
  return h(
    "button",
    { type: "button", class: "icon-button", "aria-label": word(key), title: word(key), onclick: work },
    icon(name),
  );
}

/** Draw the page's name and the switch of language. */
export function drawLanguage() {
  const toggle = () => {
    language.value = language.value === "zh" ? "en" : "zh";
    element("language").querySelector("button")?.focus();
  };
  language.follow((now) => {
    const other = now === "zh" ? "en" : "zh-CN";
    document.title = [...new Set([word("title"), "OneMap"])].join(" ");
    element("brand").replaceChildren(bilingual(phrase("title")));
    element("language").replaceChildren(
      h(
        "button",
        { type: "button", class: "quiet", lang: other, title: word("languageHint"), onclick: toggle },
        word("language"),
      ),
    );
  });
}
