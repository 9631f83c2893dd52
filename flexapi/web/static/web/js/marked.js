/** Texts in which what one looks for is marked. */

import { h } from "./dom.js";

/** A text in parts: what `pattern` finds is marked; null marks nothing. */
export function marked(text, pattern) {
  if (!pattern) return [text];
  const parts = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(new RegExp(pattern.source, "gi"))) {
    if (!found) break;
    parts.push(text.slice(end, index), h("mark", {}, found));
    end = index + found.length;
  }
  return [...parts, text.slice(end)];
}

/** The same for the parts of a line that came with colours (`decoded` in viewer/ansi.js). */
export const coloured = (spans, pattern) => spans.map(({ text, name }) => (name ? h("span", { class: name }, marked(text, pattern)) : marked(text, pattern))).flat();
