/** Where in a YAML value in flow style (`{…}`, `[…]`) something is being written. */

const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'/y;

const plain = (word) => word.trim().replace(/^(["'])(.*)\1$/, "$2");

/**
 * Read a text that begins with `{` or `[` up to its end: `{path, kind, word, siblings}` of what is written there; null where the value is
 * complete, or where one writes a quoted text or a comment. The path is within the value, and its items are 0; `word` is what stands there.
 */
export function flowAt(text) {
  const frames = [];
  let word = "";
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    const frame = frames.at(-1);
    if (/["']/.test(sign) && !word.trim()) {
      QUOTED.lastIndex = at;
      const quoted = QUOTED.exec(text);
      if (!quoted) return null;
      word = quoted[0];
      at += word.length - 1;
    } else if (/[{[]/.test(sign) && !word.trim()) {
      frames.push({ isMapping: sign === "{", key: null, keys: [] });
      word = "";
    } else if (/[}\]]/.test(sign)) {
      frames.pop();
      if (!frames.length) return null;
      word = plain(sign);
    } else if (sign === ",") {
      if (frame.isMapping && frame.key === null && word.trim()) frame.keys.push(plain(word));
      frame.key = null;
      word = "";
    } else if (sign === ":" && frame.key === null && /^(\s|$)/.test(text.slice(at + 1)) && word.trim()) {
      frame.key = plain(word);
      frame.keys.push(frame.key);
      word = "";
    } else if (sign === "#" && /\s/.test(text[at - 1] ?? " ")) {
      const end = text.indexOf("\n", at);
      if (end < 0) return null;
      at = end;
    } else word += sign;
  }
  const last = frames.at(-1);
  if (!last || /["'}\]]/.test(word)) return null;
  const path = frames.flatMap(({ isMapping, key }) => (key !== null ? [...(isMapping ? [] : [0]), key] : isMapping ? [] : [0]));
  const typed = word.trimStart();
  return { path, kind: last.key === null ? "key" : "value", word: typed, siblings: last.key === null ? last.keys : [] };
}
