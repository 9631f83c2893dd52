/** The dialog that runs a task with options; what it offers is what FlexGet says that there is. */

import { api } from "./api.js";
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { asPattern, run } from "./execution.js";
import { field, valuesOf } from "./forms.js";
import { t } from "./gettext.js";
import { objectRows, titleOf } from "./object_rows.js";
import { at } from "./root.js";
import { failure, loading } from "./states.js";

// Asked for most, so shown first.
const COMMON = ["test", "now", "learn", "no_cache", "discover_now", "loglevel"];

/** What an operator may use of an option: null for an editors' one, else without the values that are for editors. */
function forOperators(schema) {
  if (schema["x-role"] === "editor") return null;
  const reserved = schema["x-values-of-editors"] ?? [];
  const open = (values) => values.filter((value) => !reserved.includes(value));
  if (schema.enum) return { ...schema, enum: open(schema.enum) };
  if (schema.items?.enum) return { ...schema, items: { ...schema.items, enum: open(schema.items.enum) } };
  return schema;
}

/** What kind of control an option gets, and how its value is read: undefined where it was left alone. */
function control(name, schema) {
  if (schema.type === "boolean") return { input: h("input", { type: "checkbox" }), read: (checked) => checked || undefined };
  if (schema.enum) {
    const input = h("select", {}, h("option", { value: "" }, schema.default ? t`${schema.default} (usual)` : ""));
    input.append(...schema.enum.filter((value) => value !== schema.default).map((value) => h("option", {}, value)));
    return { input, read: (value) => value || undefined };
  }
  if (schema.items?.enum) {
    const boxes = schema.items.enum.map((value) => h("input", { type: "checkbox", value }));
    const labels = boxes.map((box) => h("label", {}, box, box.value));
    const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value);
    return { input: h("div", { class: "choices", role: "group", "aria-label": titleOf(name) }, labels), read: () => (chosen().length ? chosen() : undefined) };
  }
  if (schema.items?.type === "object") return objectRows(name, schema);
  if (schema.type === "array") {
    const lines = (value) => value.split("\n").map((line) => line.trim()).filter(Boolean);
    return { input: h("textarea", { rows: 2 }), read: (value) => (lines(value).length ? lines(value) : undefined) };
  }
  if (schema.type === "integer" || schema.type === "number") return { type: "number", read: (value) => (value === "" ? undefined : Number(value)) };
  return { read: (value) => value || undefined };
}

const option = (name, schema) => field(name, titleOf(name), { id: `option-${name}`, help: schema.description, ...control(name, schema) });

/** Open the dialog for a task. `can` is what the user may do. */
export async function openRunDialog(task, can) {
  const fields = [];
  const place = h("div", { class: "stack" }, loading());
  const { button } = openDialog({
    title: t`Run ${task}`,
    body: place,
    action: t`Run`,
    ready: false,
    fields,
    submit: () => run({ tasks: [asPattern(task)], ...valuesOf(fields) }),
  });
  try {
    const { properties } = (await api(at("/api/execution/options"))).object;
    delete properties.tasks;
    const allowed = Object.entries(properties).map(([name, schema]) => [name, can.changeTasks ? schema : forOperators(schema)]);
    const schemas = Object.fromEntries(allowed.filter(([, schema]) => schema));
    const names = Object.keys(schemas);
    const common = COMMON.filter((name) => names.includes(name));
    const rest = names.filter((name) => !common.includes(name));
    fields.push(...[...common, ...rest].map((name) => option(name, schemas[name])));
    const elements = fields.map(({ element }) => element);
    place.replaceChildren(...elements.slice(0, common.length), h("details", {}, h("summary", {}, t`More options`), h("div", {}, elements.slice(common.length))));
    button.disabled = false;
    place.querySelector("input, select").focus();
  } catch (error) {
    place.replaceChildren(failure(error));
  }
}
