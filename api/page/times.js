import { element, h } from "./dom.js";
import { language, word } from "./language.js";
import { between, locals, period, ROLLING } from "./period.js";

/** Draw the choice of period, and keep it with what is chosen. */
export function drawTimes() {
  language.follow(draw);
  period.listen(draw);
}

function draw() {
  element("times").replaceChildren(choices(), form());
}

function choices() {
  const chosen = ROLLING.includes(period.value) ? period.value : "custom";
  const legend = h("legend", { class: "unseen" }, word("period"));
  const all = [...ROLLING, "custom"].map((name) => choice(name, name === chosen));
  return h("fieldset", { class: "segments" }, legend, all);
}

/** @param {string} name @param {boolean} checked */
function choice(name, checked) {
  const input = h("input", {
    type: "radio",
    name: "period",
    value: name,
    checked,
    onchange: () => choose(name),
    onclick: () => name === "custom" && ask(),
  });
  return h("label", {}, input, h("span", {}, checked && name === "custom" ? range() : word(/** @type {any} */ (name))));
}

/** The chosen interval, short: 11-01 08:00 – 11-08 08:00. */
function range() {
  return locals(period.value)
    .map((end) => (end ? end.slice(5, 16).replace("T", " ") : "…"))
    .join(" – ");
}

/** @param {string} name */
function choose(name) {
  if (name === "custom") return ask();
  period.value = name;
  focused(name);
}

/** Keep the keyboard where it was, as the choices were drawn anew. @param {string} name */
function focused(name) {
  /** @type {HTMLElement | null} */ (document.querySelector(`#times input[value="${name}"]`))?.focus();
}

function ask() {
  element("custom").hidden = false;
  element("custom").querySelector("input")?.focus();
}

function form() {
  const [from, to] = locals(period.value);
  const said = h("p", { class: "problem", role: "alert" });
  const close = h("button", { type: "button", class: "text", onclick: cancel }, word("close"));
  const apply = h("button", { type: "submit", class: "primary" }, word("apply"));
  return h(
    "form",
    {
      id: "custom",
      class: "popover",
      hidden: true,
      onsubmit: submit,
      onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && cancel(),
    },
    h("label", {}, word("from"), h("input", { type: "datetime-local", name: "from", value: from })),
    h("label", {}, word("to"), h("input", { type: "datetime-local", name: "to", value: to })),
    said,
    h("div", { class: "row" }, close, apply),
  );
}

function cancel() {
  draw();
  focused(ROLLING.includes(period.value) ? period.value : "custom");
}

/** @param {SubmitEvent} event */
function submit(event) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const said = new FormData(form);
  const chosen = between(`${said.get("from")}`, `${said.get("to")}`);
  if (chosen === null) form.querySelector(".problem")?.replaceChildren(word("backwards"));
  else if (chosen === period.value) cancel();
  else period.value = chosen;
}
