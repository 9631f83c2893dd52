/** Where in a YAML text something is being written, told by indentation: a text that one types in can't be parsed. */

import { flowAt } from "./flow.js";

// How many lines above a value in flow style may begin.
const FLOW_LINES = 60;
const KEY = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#&*!|>%@`"'{}[\],-][^#]*?|-[^\s#:][^#]*?)\s*:(?=\s|$)/;

const unquoted = (key) => (/^["']/.test(key) ? key.slice(1, -1) : key);

/** What a line opens: `[{column, key}]`, key null for the item of a list; and what is behind it. */
function openings(line) {
  const found = [];
  let column = line.length - line.trimStart().length;
  let rest = line.slice(column);
  while (/^-(\s|$)/.test(rest)) {
    found.push({ column, key: null });
    const wide = rest.length - rest.slice(1).trimStart().length || 1;
    column += wide;
    rest = rest.slice(wide);
  }
  const key = KEY.exec(rest);
  if (key) {
    found.push({ column, key: unquoted(key[1]) });
    const wide = key[0].length;
    const value = rest.slice(wide).trimStart();
    return { found, column: column + rest.length - value.length, rest: value, keyed: true };
  }
  return { found, column, rest, keyed: false };
}

const isBlank = (line) => /^\s*(#|$)/.test(line);

/** The keys and items that a place at `column` of line `number` is in, the outermost first. */
function parents(lines, number, column, own) {
  const path = [];
  let limit = column;
  let inItem = false;
  const enter = ({ column: at, key }) => {
    // The items of a list may stand as far left as its key.
    if (key === null ? at >= limit || (inItem && at >= limit - 1) : at >= limit) return;
    path.unshift(key ?? 0);
    inItem = key === null;
    limit = inItem ? at + 1 : at;
  };
  for (const opening of [...own].reverse()) enter(opening);
  for (let above = number - 1; above >= 0 && limit > 0; above--) {
    if (isBlank(lines[above])) continue;
    const { found, rest, keyed } = openings(lines[above]);
    const inText = keyed && /^[|>][-+0-9]*\s*(#|$)/.test(rest) && found.at(-1).column < limit;
    if (inText) return null;
    for (const opening of found.reverse()) enter(opening);
  }
  return path;
}

/** The keys of the mapping that a line is in. */
function siblings(lines, number, column) {
  const keys = [];
  const look = (step) => {
    for (let at = number + step; at >= 0 && at < lines.length; at += step) {
      if (isBlank(lines[at])) continue;
      const { found } = openings(lines[at]);
      const own = found.find((opening) => opening.column === column && opening.key !== null);
      if (own) keys.push(own.key);
      if (!found.length || found[0].column < column) return;
    }
  };
  look(-1);
  look(1);
  return keys;
}

/** As `placeAt`, within a value in flow style that begins in this line or above it; null elsewhere. */
function flowPlace(lines, number, text, offset) {
  let start = offset - (offset - text.lastIndexOf("\n", offset - 1) - 1);
  for (let at = number; at >= 0 && at > number - FLOW_LINES; at--) {
    const { found, column, rest, keyed } = openings(lines[at]);
    if (/^[{[]/.test(rest) && start + column < offset) {
      const within = flowAt(text.slice(start + column, offset));
      if (!within) return null;
      const key = keyed ? found.at(-1) : null;
      const path = key ? parents(lines, at, key.column, found.slice(0, -1)) : parents(lines, at, column, found);
      return path && { ...within, path: [...path, ...(key ? [key.key] : []), ...within.path], from: offset - within.word.length, column, flow: true };
    }
    if (at > 0) start -= lines[at - 1].length + 1;
  }
  return null;
}

/**
 * What is written at an offset: `{path, kind, from, column, siblings, flow}`; null in comments and texts.
 *
 * `kind` is "key" where a key may be written (the path is that of its mapping; the item of a list may be one too), "value" behind a
 * key (the path ends with it). `from` is where the word begins. Items of lists are 0 in paths. `flow`: within `{…}` or `[…]`.
 */
export function placeAt(text, offset) {
  const lines = text.split("\n");
  const before = text.slice(0, offset).split("\n");
  const number = before.length - 1;
  const line = before[number];
  if (/(^|\s)#/.test(line)) return null;
  const inFlow = flowPlace(lines, number, text, offset);
  if (inFlow) return inFlow;
  const { found, column, rest, keyed } = openings(line);
  if (/^[{["'|>&*!]/.test(rest)) return null;
  const from = offset - rest.length;
  if (keyed) {
    const key = found.at(-1);
    const path = parents(lines, number, key.column, found.slice(0, -1));
    return path && { path: [...path, key.key], kind: "value", from, column: key.column, siblings: [] };
  }
  const path = parents(lines, number, column, found);
  return path && { path, kind: "key", from, column, siblings: siblings(lines, number, column) };
}

/** How many columns in the line after one begins; `unit` is the width of one step. */
export function indentAfter(line, unit) {
  const { found, column, rest, keyed } = openings(line);
  if (!found.length) return column;
  const opens = rest === "" || rest.startsWith("#") || /^[|>][-+0-9]*\s*(#|$)/.test(rest) || /^[&!]\S*\s*$/.test(rest);
  const last = found.at(-1).column;
  if (!opens) return last;
  return last + (keyed ? unit : 2);
}

/** The path of the key that a line's word at an offset is, or null. */
export function keyAt(text, offset) {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  const line = text.slice(start, end < 0 ? text.length : end);
  const { found } = openings(line);
  const key = found.at(-1);
  if (!key?.key || offset - start < key.column) return null;
  const length = KEY.exec(line.slice(key.column))[1].length;
  if (offset - start > key.column + length) return null;
  const number = text.slice(0, start).split("\n").length - 1;
  const path = parents(text.split("\n"), number, key.column, found.slice(0, -1));
  return path && { path: [...path, key.key], from: start + key.column, to: start + key.column + length };
}
