/** The config of a task: as it is written, and as FlexGet runs it with where each value is from. */

import { api, readYaml } from "./api.js";
import { h } from "./dom.js";
import { t } from "./gettext.js";
import { failure, loading } from "./states.js";

const PLAIN = /^[A-Za-z_/][\w ./+()@-]*$/;
const WORDS = new Set(["yes", "no", "on", "off", "true", "false", "null", "y", "n"]);

function scalar(value) {
  if (typeof value !== "string") return JSON.stringify(value);
  return PLAIN.test(value) && !value.endsWith(" ") && !WORDS.has(value.toLowerCase()) ? value : JSON.stringify(value);
}

const isEmpty = (value) => value === null || typeof value !== "object" || !Object.keys(value).length;

/** The lines of a value as YAML in block style: `[{text, path}]`. */
function linesOf(value, path = [], indent = "") {
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, item]) => {
    const here = [...path, isList ? Number(key) : key];
    const start = isList ? `${indent}-` : `${indent}${scalar(key)}:`;
    if (isEmpty(item)) return [{ text: `${start} ${scalar(item)}`, path: here }];
    const below = linesOf(item, here, `${indent}  `);
    if (!isList) return [{ text: start, path: here }, ...below];
    // The first line of what is in a list stands behind its dash.
    const [first, ...others] = below;
    return [{ text: `${start} ${first.text.trimStart()}`, path: first.path }, ...others];
  });
}

/** Where a value is from, where that is not the task itself. */
function originOf({ kind, name, file, line, written }) {
  const place = `${file.split("/").pop()}${line ? `:${line}` : ""}`;
  const from = { template: t`template ${name}, ${place}`, include: place }[kind];
  return [from, written !== null && t`written as ${written}`].filter(Boolean).join(", ");
}

function mergedLines({ config, origins }) {
  const known = new Map(origins.map((origin) => [JSON.stringify(origin.path), origin]));
  return linesOf(config).map(({ text, path }) => {
    const origin = known.get(JSON.stringify(path));
    const from = origin && originOf(origin);
    return [text, from && h("span", { class: "origin" }, `  # ${from}`), "\n"];
  });
}

const code = (label, ...lines) => h("pre", { class: "config", tabindex: 0, role: "region", "aria-label": label }, lines);

/** Show the task's lines of the file in `place`. */
export async function showWritten(place, url) {
  try {
    place.replaceChildren(code(t`As written in the config`, (await readYaml(url)).text));
  } catch (error) {
    place.replaceChildren(failure(error, () => showWritten(place, url)));
  }
}

/** Show in `place` what FlexGet makes of them. */
export async function showMerged(place, url) {
  if (!place.firstChild) place.replaceChildren(loading());
  try {
    const merged = (await api(url)).object;
    const { config, problem } = merged;
    const lines = isEmpty(config) ? [scalar(config)] : mergedLines(merged);
    place.replaceChildren(...[problem && h("p", { class: "callout failed" }, t`FlexGet can't prepare it: ${problem}`), code(t`As FlexGet runs it`, lines)].filter(Boolean));
  } catch (error) {
    place.replaceChildren(failure(error, () => showMerged(place, url)));
  }
}
