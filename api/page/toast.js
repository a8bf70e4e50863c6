import { element, h, icon } from "./dom.js";
import { word } from "./language.js";

const LASTS = 12_000;
/** @type {Map<string, HTMLElement>} */
const shown = new Map();

/**
 * Tell the reader what went wrong and what to do; a newer message of the same key takes the older one's place.
 * @param {string} key @param {string} message @param {() => void} [retry] what “try again” does
 */
export function complain(key, message, retry) {
  dismiss(key);
  const again =
    retry && h("button", { type: "button", class: "text", onclick: () => (dismiss(key), retry()) }, word("retry"));
  const close = h(
    "button",
    { type: "button", class: "icon-button", "aria-label": word("close"), onclick: () => dismiss(key) },
    icon("close"),
  );
  const toast = h("div", { class: "toast", role: "alert" }, icon("warning"), h("p", {}, message), again, close);
  shown.set(key, toast);
  element("toasts").append(toast);
  setTimeout(() => shown.get(key) === toast && dismiss(key), LASTS);
}

/** Take a message away. @param {string} key */
export function dismiss(key) {
  shown.get(key)?.remove();
  shown.delete(key);
}
