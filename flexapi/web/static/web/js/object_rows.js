/** A control for a list of objects, such as the entries that a run gets injected: a group of fields for each. */

import { h } from "./dom.js";
import { t } from "./gettext.js";

export const titleOf = (name) => {
  const words = name.replaceAll("_", " ");
  return words[0].toUpperCase() + words.slice(1);
};

/** One field of an object; `read` answers undefined where it was left alone, and throws where it holds no JSON. */
function field(name, schema) {
  const title = schema.description ?? false;
  if (schema.type === "boolean") {
    const input = h("input", { type: "checkbox", name });
    return { name, element: h("label", { class: "inline", title }, input, titleOf(name)), read: () => input.checked || undefined };
  }
  if (schema.type === "object") {
    const input = h("textarea", { name, rows: 2, placeholder: '{"year": 2010}' });
    const read = () => {
      try {
        return input.value.trim() ? JSON.parse(input.value) : undefined;
      } catch (error) {
        throw new Error(t`This is no JSON: ${error.message}`);
      }
    };
    return { name, element: h("label", { title }, titleOf(name), input), read };
  }
  const input = h("input", { type: "text", name, autocomplete: "off" });
  return { name, element: h("label", { title }, titleOf(name), input), read: () => input.value.trim() || undefined };
}

/** The control: its element, and what reads it (undefined where nothing was filled in). */
export function objectRows(name, schema) {
  const rows = [];
  const list = h("div", { class: "object-rows" });
  const add = () => {
    const fields = Object.entries(schema.items.properties).map(([key, part]) => field(key, part));
    rows.push(fields);
    list.append(h("fieldset", {}, h("legend", {}, `${rows.length}`), fields.map(({ element }) => element)));
  };
  add();
  const more = h("button", { type: "button", class: "button small", onclick: add }, t`Add another`);
  const input = h("div", { role: "group", "aria-label": titleOf(name) }, list, more);
  const read = () => {
    const filled = rows
      .map((fields) => fields.map((one) => [one.name, one.read()]).filter(([, value]) => value !== undefined))
      .filter((values) => values.length)
      .map(Object.fromEntries);
    return filled.length ? filled : undefined;
  };
  return { input, read };
}
