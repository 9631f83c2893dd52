/** The fields of a form, made of a JSON Schema: titles, help, defaults, choices, and what is asked only for one of them. */

import { h } from "./dom.js";

const NUMBER = "number";

function control(id, schema, describedby) {
  const common = { id, "aria-describedby": describedby, autocomplete: "off" };
  if (schema.enum) return h("select", common, schema.enum.map((value, index) => h("option", { value, selected: value === schema.default }, schema["x-titles"]?.[index] ?? value)));
  if (schema.type === "array") return h("textarea", { ...common, rows: 3, spellcheck: "false", placeholder: schema.examples?.join("\n") });
  const type = { integer: NUMBER, number: NUMBER }[schema.type] ?? (schema.format === "password" ? "password" : "text");
  const many = schema.examples?.length > 1;
  const hints = schema.format === "uri" ? { inputmode: "url", autocapitalize: "none" } : {};
  return h("input", { ...common, type, ...hints, spellcheck: "false", list: many && `${id}-list`, min: schema.minimum, max: schema.maximum, placeholder: many ? null : schema.examples?.[0], value: schema.default });
}

function read(input, schema) {
  const text = input.value.trim();
  if (schema.type === "array") return text.split("\n").map((line) => line.trim()).filter(Boolean);
  if (text === "") return undefined;
  return input.type === NUMBER ? Number(text) : text;
}

function field(name, schema, prefix) {
  const id = `${prefix}-${name}`;
  const fault = h("span", { class: "error", id: `${id}-fault`, hidden: true });
  const input = control(id, schema, `${id}-help ${id}-fault`);
  input.name = name;
  const element = h(
    "div",
    { class: "option" },
    h("label", { for: id }, schema.title ?? name),
    input,
    schema.description && h("small", { id: `${id}-help` }, schema.description),
    input.getAttribute("list") && h("datalist", { id: `${id}-list` }, schema.examples.map((value) => h("option", { value }))),
    fault,
  );
  return { name, element, input, fault, schema, read: () => read(input, schema) };
}

/** The form's fields `[{name, element, input, fault}]`, what reads their values, and what shows those that are asked for now. */
export function schemaForm(schema, prefix) {
  const fields = Object.entries(schema.properties).map(([name, part]) => field(name, part, prefix));
  const output = fields.find(({ name }) => name === "output");
  const isAsked = ({ schema: part }) => !part["x-output"] || part["x-output"] === output.input.value;
  const show = () => {
    for (const one of fields) one.element.hidden = !isAsked(one);
  };
  const values = () => Object.fromEntries(fields.filter(isAsked).map((one) => [one.name, one.read()]).filter(([, value]) => value !== undefined));
  show();
  return { fields, values, show };
}
