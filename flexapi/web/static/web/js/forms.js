/** Forms: fields with their label above, their help and their fault below, and what the API says against them. */

import { h } from "./dom.js";

const asItIs = (value) => (typeof value === "string" ? value.trim() : value);

/**
 * A field, `{name, element, input, fault, read}`. `input` is the control, or is made of `attributes`; `read(value)` makes of its value (of a
 * box, whether it is checked) what the API takes: undefined where nothing is to be sent, and it throws where the value can't be read.
 * `list` are values to choose from, others may be written as well. `wide` fields take the form's whole width.
 */
export function field(name, title, { id = `field-${name}`, input, read = asItIs, help, wide, list, ...attributes } = {}) {
  const control = input ?? h("input", { type: "text", autocomplete: "off", ...attributes, list: list && `${id}-list` });
  control.id = id;
  if (!control.hasAttribute("role")) control.setAttribute("name", name);
  control.setAttribute("aria-describedby", `${id}-help ${id}-fault`);
  const grouped = control.getAttribute("role") === "group";
  const label = grouped ? h("b", {}, title) : h("label", { for: id }, title);
  const fault = h("span", { class: "error", id: `${id}-fault`, role: "alert", hidden: true });
  const small = h("small", { id: `${id}-help` }, help ?? "");
  const check = control.type === "checkbox";
  const element = h(
    "div",
    { class: ["option", wide && "wide", check && "check"].filter(Boolean).join(" ") },
    check ? [control, label] : [label, control],
    small,
    list && h("datalist", { id: `${id}-list` }, list.map((value) => h("option", { value }))),
    fault,
  );
  return { name, element, input: control, fault, read: () => read(check ? control.checked : control.value) };
}

/**
 * What makes fields of a dialog, whose ids begin with `prefix`: `text(name, title, value, more)`, `area` with `rows` and a `placeholder`, and `choice`
 * with `choices` as `[value, label]`.
 */
export function fieldsNamed(prefix) {
  const text = (name, title, value, more = {}) => {
    const made = field(name, title, { id: `${prefix}-${name}`, ...more });
    made.input.value = value ?? "";
    return made;
  };
  const area = (name, title, value, { rows, placeholder, ...more }) => text(name, title, value, { input: h("textarea", { rows, placeholder, spellcheck: "false" }), wide: true, ...more });
  const choice = (name, title, value, choices, more = {}) => text(name, title, value ?? choices[0][0], { input: h("select", {}, choices.map(([key, label]) => h("option", { value: key }, label))), ...more });
  return { text, area, choice };
}

/** The lines of a text, without those that are empty. */
export const linesOf = (value) => value.split("\n").map((line) => line.trim()).filter(Boolean);

class FormError extends Error {
  constructor(errors) {
    super(errors.map(({ detail }) => detail).join(" "));
    this.errors = errors;
  }
}

/** What the fields hold, as the API takes it. Throws an error like the API's, with what is wrong where, if some can't be read. */
export function valuesOf(fields) {
  const values = {};
  const errors = [];
  for (const { name, read } of fields) {
    try {
      const value = read();
      if (value !== undefined) values[name] = value;
    } catch (error) {
      errors.push({ attr: name, detail: error.message });
    }
  }
  if (errors.length) throw new FormError(errors);
  return values;
}

/** Put the faults that the API found at their fields (`{name, element, fault}`), the rest into `general`. */
export function showFaults(error, fields, general) {
  const left = [];
  for (const { attr, detail } of error.errors ?? [{ attr: null, detail: error.message }]) {
    const at = fields.find(({ name }) => attr === name || attr?.startsWith(`${name}.`));
    if (at) {
      at.fault.textContent = detail;
      at.fault.hidden = false;
      at.element.closest("details")?.setAttribute("open", "");
    } else left.push(attr ? `${attr}: ${detail}` : detail);
  }
  general.textContent = left.join(" ");
  general.hidden = !left.length;
}
