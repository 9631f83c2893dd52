/** FlexGet's JSON Schema, asked what may stand where. */

import { t } from "../gettext.js";

// Plugins refer to each other in circles.
const DEEPEST = 8;

function resolved(root, schema) {
  let found = schema;
  for (let depth = 0; found?.$ref && depth < DEEPEST; depth++) {
    const names = found.$ref.slice(2).split("/").map((name) => decodeURIComponent(name).replaceAll("~1", "/").replaceAll("~0", "~"));
    found = names.reduce((at, name) => at?.[name], root);
  }
  return found && typeof found === "object" ? found : {};
}

/** A schema and all its alternatives, without references. */
function alternatives(root, schema, depth = 0) {
  const found = resolved(root, schema);
  if (depth > DEEPEST) return [];
  const more = ["anyOf", "oneOf", "allOf"].flatMap((name) => found[name] ?? []);
  return [found, ...more.flatMap((below) => alternatives(root, below, depth + 1))];
}

function below(schema, key) {
  if (typeof key === "number") return [schema.items, ...(schema.prefixItems ?? [])];
  if (schema.properties && key in schema.properties) return [schema.properties[key]];
  const patterns = Object.entries(schema.patternProperties ?? {}).filter(([pattern]) => new RegExp(pattern).test(key));
  return patterns.length ? patterns.map(([, value]) => value) : [schema.additionalProperties];
}

const isSchema = (value) => value && typeof value === "object";

/** The schemas, as they are referred to, that hold for what is at a path. */
function rawAt(root, path) {
  let schemas = [root];
  for (const key of path) {
    const all = schemas.flatMap((schema) => alternatives(root, schema));
    schemas = all.flatMap((schema) => below(schema, key)).filter(isSchema);
  }
  return schemas;
}

const PLUGIN = "#/$defs/plugin/";

/** The plugin that a key stands for, or null. */
export function pluginAt(root, path) {
  const found = rawAt(root, path).find(({ $ref }) => $ref?.startsWith(PLUGIN));
  return found ? found.$ref.slice(PLUGIN.length) : null;
}

/** The schemas that hold for what is at a path. */
export function schemasAt(root, path) {
  return rawAt(root, path).flatMap((schema) => alternatives(root, schema));
}

/** The keys of the mapping at a path: `[{key, schemas, plugin}]`. */
export function keysAt(root, path) {
  const keys = new Map();
  for (const schema of schemasAt(root, path)) {
    for (const [key, value] of Object.entries(schema.properties ?? {})) {
      if (!isSchema(value) || keys.has(key)) continue;
      const plugin = value.$ref?.startsWith(PLUGIN) ? value.$ref.slice(PLUGIN.length) : null;
      keys.set(key, { key, plugin, schemas: alternatives(root, value) });
    }
  }
  return [...keys.values()];
}

/** The values that can be chosen from at a path. */
export function valuesAt(root, path) {
  const found = new Set();
  for (const schema of schemasAt(root, path)) {
    for (const value of schema.enum ?? []) found.add(value === true ? "yes" : value === false ? "no" : String(value));
    if ("const" in schema) found.add(String(schema.const));
    if ([schema.type].flat().includes("boolean")) found.add("yes").add("no");
  }
  return [...found];
}

/** The types that schemas allow: "text, list"; "" for any. */
export function typesOf(schemas) {
  const words = { string: t`text`, integer: t`number`, number: t`number`, boolean: t`yes or no`, array: t`list`, object: t`keys` };
  return [...new Set(schemas.flatMap(({ type }) => type ?? []).map((type) => words[type] ?? type))].join(", ");
}

/** Whether what schemas allow is never written on the line of its key; "-" for lists. */
export function opensBlock(schemas) {
  const types = new Set(schemas.flatMap(({ type }) => type ?? []));
  if (!types.size || ![...types].every((type) => type === "object" || type === "array")) return "";
  return types.has("object") ? " " : "-";
}
