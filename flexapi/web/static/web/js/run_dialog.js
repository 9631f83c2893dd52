/** The dialog that runs a task with options; what it offers is what FlexGet says that there is. */

import { api } from "./api.js";
import { h } from "./dom.js";
import { asPattern, run } from "./execution.js";
import { showFaults } from "./forms.js";
import { objectRows, titleOf } from "./object_rows.js";
import { at } from "./root.js";

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
function control(name, schema, id) {
  const described = { id, name, "aria-describedby": `${id}-help` };
  if (schema.type === "boolean") {
    const input = h("input", { type: "checkbox", ...described });
    return { input, read: () => input.checked || undefined };
  }
  if (schema.enum) {
    const input = h("select", described, h("option", { value: "" }, schema.default ? `${schema.default} (usual)` : ""));
    input.append(...schema.enum.filter((value) => value !== schema.default).map((value) => h("option", {}, value)));
    return { input, read: () => input.value || undefined };
  }
  if (schema.items?.enum) {
    const boxes = schema.items.enum.map((value) => h("input", { type: "checkbox", value }));
    const labels = boxes.map((box) => h("label", {}, box, box.value));
    const input = h("div", { class: "choices", id, role: "group", "aria-label": titleOf(name), "aria-describedby": `${id}-help` }, labels);
    const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value);
    return { input, group: true, read: () => (chosen().length ? chosen() : undefined) };
  }
  if (schema.items?.type === "object") return objectRows(name, schema, id);
  if (schema.type === "array") {
    const input = h("textarea", { rows: 2, ...described });
    const lines = () => input.value.split("\n").map((line) => line.trim()).filter(Boolean);
    return { input, read: () => (lines().length ? lines() : undefined) };
  }
  const input = h("input", { type: schema.type === "integer" || schema.type === "number" ? "number" : "text", autocomplete: "off", ...described });
  return { input, read: () => (input.value === "" ? undefined : input.type === "number" ? Number(input.value) : input.value) };
}

function option(name, schema) {
  const id = `option-${name}`;
  const { input, read, group } = control(name, schema, id);
  const label = group ? h("span", { class: "option-title" }, h("b", {}, titleOf(name))) : h("label", { for: id }, titleOf(name));
  const fault = h("span", { class: "error", role: "alert", hidden: true });
  const element =
    schema.type === "boolean"
      ? h("div", { class: "option check" }, input, label, h("small", { id: `${id}-help` }, schema.description ?? ""), fault)
      : h("div", { class: "option" }, label, input, h("small", { id: `${id}-help` }, schema.description ?? ""), fault);
  return { name, element, read, fault };
}

/** Read every option; puts the faults of those that can't be read beside them. Null where there are any. */
function readAll(options) {
  const body = {};
  let good = true;
  for (const { name, read, fault } of options) {
    fault.hidden = true;
    try {
      const value = read();
      if (value !== undefined) body[name] = value;
    } catch (error) {
      fault.textContent = `This is no JSON: ${error.message}`;
      fault.hidden = false;
      good = false;
    }
  }
  return good ? body : null;
}

/** Open the dialog for a task. `can` is what the user may do. */
export async function openRunDialog(task, can) {
  const body = h("div", { class: "body" }, h("p", { class: "quiet" }, "Asking FlexGet for its options…"));
  const start = h("button", { class: "button primary", type: "submit", disabled: true }, "Run");
  const form = h(
    "form",
    {},
    h("header", {}, h("h2", { id: "run-dialog-title" }, `Run ${task}`)),
    body,
    h("footer", {}, h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Cancel"), start),
  );
  const dialog = h("dialog", { "aria-labelledby": "run-dialog-title", onclose: () => dialog.remove() }, form);
  document.body.append(dialog);
  dialog.showModal();

  const general = h("p", { class: "callout failed", role: "alert", hidden: true });
  let options = [];
  try {
    const { properties } = (await api(at("/api/execution/options"))).object;
    delete properties.tasks;
    const allowed = Object.entries(properties).map(([name, schema]) => [name, can.changeTasks ? schema : forOperators(schema)]);
    const schemas = Object.fromEntries(allowed.filter(([, schema]) => schema));
    const names = Object.keys(schemas);
    const common = COMMON.filter((name) => names.includes(name));
    const rest = names.filter((name) => !common.includes(name));
    options = [...common, ...rest].map((name) => option(name, schemas[name]));
    const elements = options.map(({ element }) => element);
    body.replaceChildren(
      general,
      ...elements.slice(0, common.length),
      h("details", {}, h("summary", {}, "More options"), h("div", {}, elements.slice(common.length))),
    );
    start.disabled = false;
    body.querySelector("input, select").focus();
  } catch (error) {
    body.replaceChildren(h("p", { class: "callout failed", role: "alert" }, error.message));
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const request = readAll(options);
    if (!request) return;
    start.disabled = true;
    try {
      await run({ tasks: [asPattern(task)], ...request });
    } catch (error) {
      showFaults(error, options, general);
      start.disabled = false;
    }
  });
}
