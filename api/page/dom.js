/** @typedef {Node | string | null | undefined | false} Child */

const SVG = "http://www.w3.org/2000/svg";

/** The page's own icons: strokes on a grid of 24. */
const ICONS = {
  search: '<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>',
  close: '<path d="m6 6 12 12M18 6 6 18"/>',
  plus: '<path d="M12 5v14M5 12h14"/>',
  minus: '<path d="M5 12h14"/>',
  home: '<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>',
  layers: '<path d="m12 4 9 5-9 5-9-5 9-5Z"/><path d="m3.5 14 8.5 4.7 8.5-4.7"/>',
  download: '<path d="M12 4v11M7 11l5 5 5-5M5 20h14"/>',
  back: '<path d="m14.5 6-6 6 6 6"/>',
  next: '<path d="m9.5 6 6 6-6 6"/>',
  fold: '<path d="m6 9.5 6 6 6-6"/>',
  target: '<circle cx="12" cy="12" r="6.5"/><path d="M12 2.500v4M12 17.500v4M2.5 12h4M17.5 12h4"/>',
  link: '<path d="M9 15 19 5M12 5h7v7"/>',
  warning: '<path d="M12 4 2.8 20h18.400L12 4ZM12 10v5M12 17.500v.1"/>',
};

/**
 * Make an element: attributes by name, `on…` functions as listeners, the rest as children.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(node, name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** @param {HTMLElement} node @param {string} name @param {any} value */
function set(node, name, value) {
  if (typeof value === "function") node.addEventListener(name.slice(2), value);
  else if (value !== false && value !== null && value !== undefined)
    node.setAttribute(name, value === true ? "" : `${value}`);
}

/** Draw an icon; it says nothing to a screen reader. @param {keyof typeof ICONS} name */
export function icon(name) {
  const node = document.createElementNS(SVG, "svg");
  node.setAttribute("viewBox", "0 0 24 24");
  node.setAttribute("class", "icon");
  node.setAttribute("aria-hidden", "true");
  node.innerHTML = ICONS[name];
  return node;
}

/** Find an element of index.html by its id. @param {string} id @returns {HTMLElement} */
export function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no #${id}`);
  return found;
}

/**
 * Call `work` once the calls have paused.
 * @template {unknown[]} A
 * @param {(...given: A) => void} work
 * @param {number} pause milliseconds
 * @returns {(...given: A) => void}
 */
export function settled(work, pause) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(work, pause, ...given);
  };
}
