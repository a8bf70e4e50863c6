import { h } from "./dom.js";
import { Signal } from "./signal.js";
import { WORDS } from "./words.js";

/** @typedef {"zh" | "en"} Language */
/** @typedef {{zh: string, en: string}} Text */

const KEY = "onemap.language";
const TAGS = { zh: "zh-CN", en: "en" };

/** The reader's language: Chinese until they choose, then what they chose. @type {Signal<Language>} */
export const language = new Signal(remembered());

language.follow((chosen) => {
  document.documentElement.lang = TAGS[chosen];
});

language.listen((chosen) => {
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // A browser that forbids storage forgets the choice; the page works all the same.
  }
});

/** @returns {Language} */
function remembered() {
  try {
    return localStorage.getItem(KEY) === "en" ? "en" : "zh";
  } catch {
    return "zh";
  }
}

/** The locale for numbers and times. */
export function locale() {
  return TAGS[language.value];
}

/** Say a text in the reader's language. @param {Text} text */
export function say(text) {
  return text[language.value] || text.zh;
}

/** Say a text in the other language; empty when it is the same. @param {Text} text */
export function beside(text) {
  const other = language.value === "zh" ? text.en : text.zh;
  return other === say(text) ? "" : other;
}

/** Both languages, the reader's first. @param {Text} text @returns {HTMLElement} */
export function bilingual(text) {
  const other = language.value === "zh" ? "en" : "zh";
  return h("span", { class: "both" }, say(text), h("small", { lang: TAGS[other] }, beside(text)));
}

/**
 * One of the page's own phrases as a text of both languages, filled in.
 * @param {keyof typeof WORDS} key @param {Record<string, unknown>} [values]
 * @returns {Text}
 */
export function phrase(key, values = {}) {
  const fill = (/** @type {string} */ said) => said.replace(/\{(\w+)\}/g, (_, name) => `${values[name]}`);
  return { zh: fill(WORDS[key][0]), en: fill(WORDS[key][1]) };
}

/**
 * One of the page's own phrases in the reader's language.
 * @param {keyof typeof WORDS} key
 * @param {Record<string, unknown>} [values]
 */
export function word(key, values = {}) {
  return say(phrase(key, values));
}
