/** Completion and help: what FlexGet's schema allows where one types, and the names that the config itself has. */

import { api } from "../api.js";
import { h } from "../dom.js";
import { t } from "../gettext.js";
import { at } from "../root.js";
import { autocompletion, hoverTooltip } from "./codemirror.js";
import { keyAt, placeAt } from "./place.js";
import { keysAt, opensBlock, pluginAt, schemasAt, typesOf, valuesAt } from "./schema.js";

const plugins = new Map();

/** What FlexGet says of a plugin; null where it can't be asked. */
function pluginOf(name) {
  const asked = plugins.get(name) ?? api(at(`/api/plugins/${encodeURIComponent(name)}`)).then(({ object }) => object, () => null);
  plugins.set(name, asked);
  return asked;
}

function helpOf({ help, wiki, deprecated, missing }) {
  const text = (help ?? "").replaceAll(/https?:\/\/flexget\.com\S*/g, "").trim();
  return h(
    "div",
    { class: "help" },
    deprecated && h("p", { class: "warns" }, typeof deprecated === "string" ? deprecated : t`It is deprecated.`),
    missing?.length > 0 && h("p", { class: "warns" }, t`It needs ${missing.join(", ")}, which is not installed.`),
    h("p", {}, text.length > 600 ? `${text.slice(0, 600)}…` : text),
    wiki && h("a", { href: wiki, target: "_blank", rel: "noreferrer" }, t`FlexGet's wiki`),
  );
}

function wordsOf(schemas) {
  const said = schemas.map(({ description }) => description).filter(Boolean);
  const types = typesOf(schemas);
  const usual = schemas.find((schema) => "default" in schema);
  return [...new Set(said), types && t`Takes: ${types}.`, usual && t`Usually ${JSON.stringify(usual.default)}.`].filter(Boolean);
}

async function explained(root, path) {
  const plugin = pluginAt(root, path);
  const known = plugin && (await pluginOf(plugin));
  if (known) return helpOf(known);
  const words = wordsOf(schemasAt(root, path));
  return words.length ? h("div", { class: "help" }, words.map((text) => h("p", {}, text))) : null;
}

/** What is put behind a key: a space, or the next line where only a list or more keys can follow. */
function behind(schemas, column) {
  const block = opensBlock(schemas);
  if (!block) return " ";
  return `\n${" ".repeat(column + 2)}${block === "-" ? "- " : ""}`;
}

function options(root, place, names) {
  if (place.kind === "value") {
    const own = names(place.path);
    const values = [...new Set([...own, ...valuesAt(root, place.path)])];
    return values.map((label) => ({ label, type: own.includes(label) ? "variable" : "constant" }));
  }
  const keys = keysAt(root, place.path).filter(({ key }) => !place.siblings.includes(key));
  const listed = typeof place.path.at(-1) === "number" ? names(place.path.slice(0, -1)) : [];
  const found = keys.map(({ key, schemas, plugin }) => ({
    label: key,
    type: plugin ? "class" : "property",
    // Read out right behind the key.
    detail: ` ${typesOf(schemas)}`,
    apply: `${key}:${place.flow ? " " : behind(schemas, place.column)}`,
    info: () => explained(root, [...place.path, key]),
  }));
  return [...found, ...listed.map((label) => ({ label, type: "variable" }))];
}

/**
 * Extensions that complete and explain. `schema` is a promise of FlexGet's schema; `within` the path of what is edited, an
 * empty one for a whole config; `names(path)` the config's own names that may stand there.
 */
export function assistance({ schema, within = [], names = () => [] }) {
  const complete = async ({ state, pos, explicit }) => {
    const place = placeAt(state.doc.toString(), pos);
    if (!place || (!explicit && place.from === pos && place.kind === "key")) return null;
    const root = await schema;
    const found = options(root, { ...place, path: [...within, ...place.path] }, names);
    return found.length ? { from: place.from, options: found, validFor: /^[\w?&=.*~-]*$/ } : null;
  };
  const hover = async ({ state }, pos) => {
    const key = keyAt(state.doc.toString(), pos);
    if (!key) return null;
    const dom = await explained(await schema, [...within, ...key.path]);
    return dom && { pos: key.from, end: key.to, create: () => ({ dom }) };
  };
  return [autocompletion({ override: [complete], icons: false, activateOnCompletion: ({ type }) => type !== "constant" }), hoverTooltip(hover)];
}
