/** Colours that commands print as ANSI codes: as classes on spans; all other codes are left out. */

const ESCAPE = "\u001b";
// Sequences that begin with an escape: colours (`[…m`), moves of the cursor, titles of windows.
const SEQUENCE = /\u001b(?:\[([0-9;:]*)([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

function apply(state, codes) {
  const numbers = codes.split(/[;:]/).map(Number);
  for (let at = 0; at < numbers.length; at++) {
    const code = numbers[at];
    if (code === 0) state = { colour: null, bold: false };
    else if (code === 1) state = { ...state, bold: true };
    else if (code === 22) state = { ...state, bold: false };
    else if (code === 38 || code === 48) at += numbers[at + 1] === 5 ? 2 : 4; // Of 256 colours or more: left out.
    else if (code === 39) state = { ...state, colour: null };
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) state = { ...state, colour: COLOURS[code % 10] };
  }
  return state;
}

/** A text with codes as `{text, spans}`: the plain text, and its parts `{text, name}` with a class, or "". Null where there are none. */
export function decoded(text) {
  if (!text.includes(ESCAPE)) return null;
  const spans = [];
  let state = { colour: null, bold: false };
  let end = 0;
  const add = (part) => {
    const name = [state.colour && `ansi-${state.colour}`, state.bold && "ansi-bold"].filter(Boolean).join(" ");
    if (part) spans.push({ text: part, name });
  };
  for (const found of text.matchAll(SEQUENCE)) {
    add(text.slice(end, found.index));
    end = found.index + found[0].length;
    if (found[2] === "m") state = apply(state, found[1]);
  }
  add(text.slice(end).replaceAll(ESCAPE, ""));
  return { text: spans.map((span) => span.text).join(""), spans };
}
