/**
 * How many rows of text each shown line takes, without asking the browser: the font is monospaced
 * and text wraps between any two characters, so it can be counted.
 */

import { t } from "../gettext.js";

// Longer messages are cut on the page (not in copies and downloads): laying them out takes too long.
export const LONGEST = 4000;
// Everything that may not be one cell wide.
const ODD = /[^\x20-\x7e\n]/;

/** The text of a line as the page shows it. */
export function shownText(line) {
  const { message } = line;
  const text = message.endsWith("\n") ? message.trimEnd() : message;
  if (text.length <= LONGEST) return text;
  return t`${text.slice(0, LONGEST)} … (${text.length} characters; a download has them all)`;
}

/** Rows of a text that starts after `before` cells of its first row. */
function rowsOf(text, columns, before) {
  if (!text.includes("\n")) return Math.max(1, Math.ceil((before + text.length) / columns));
  let rows = 0;
  let cells = before;
  for (const part of text.split("\n")) {
    rows += Math.max(1, Math.ceil((cells + part.length) / columns));
    cells = 0;
  }
  return rows;
}

/** A copy with room for at least so many numbers. */
function grown(numbers, room) {
  const copy = new Uint32Array(Math.max(room, numbers.length * 2));
  copy.set(numbers);
  return copy;
}

export class Heights {
  constructor() {
    this.columns = 80;
    // Whether the plugin's name stands before the message.
    this.named = false;
    this.measured = new Map();
    // The cells of each line's message (0 where it has to be looked at) and of its plugin, noted
    // when it comes: a page that is turned counts 100,000 lines at once, and these are quick to read.
    this.cells = new Uint32Array(1024);
    this.names = new Uint32Array(1024);
    this.noted = 0;
    this.clear();
  }

  clear() {
    this.count = 0;
    this.tops = new Uint32Array(1024);
  }

  /** Forget what was measured: the width changed. */
  setColumns(columns) {
    this.columns = Math.max(8, columns);
    this.measured.clear();
    this.clear();
  }

  /** All rows. */
  get total() {
    return this.tops[this.count];
  }

  note(lines) {
    if (lines.length > this.cells.length) {
      this.cells = grown(this.cells, lines.length);
      this.names = grown(this.names, lines.length);
    }
    for (; this.noted < lines.length; this.noted++) {
      const { message, plugin } = lines[this.noted];
      this.cells[this.noted] = message.length > LONGEST || message.includes("\n") ? 0 : message.length;
      this.names[this.noted] = plugin ? plugin.length + 1 : 0;
    }
  }

  rows(lines, index) {
    const known = this.measured.get(index + 1);
    if (known !== undefined) return known;
    const before = this.named ? this.names[index] : 0;
    const cells = this.cells[index];
    return cells ? Math.ceil((before + cells) / this.columns) : rowsOf(shownText(lines[index]), this.columns, before);
  }

  /** Count the lines that were not counted yet. */
  extend(lines, shown) {
    this.note(lines);
    if (shown.length + 1 > this.tops.length) this.tops = grown(this.tops, shown.length + 1);
    for (; this.count < shown.length; this.count++) {
      this.tops[this.count + 1] = this.tops[this.count] + this.rows(lines, shown[this.count]);
    }
  }

  /** The position of the line at this row. */
  at(row) {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.tops[middle + 1] <= row) low = middle + 1;
      else high = middle;
    }
    return Math.min(low, Math.max(0, this.count - 1));
  }

  /** Whether the count of a line may be off. */
  static isOdd(line) {
    return ODD.test(line.message);
  }

  /** Correct the rows of the line at `position` by what the browser made of it; whether that changed anything. */
  correct(position, line, rows) {
    const now = this.tops[position + 1] - this.tops[position];
    this.measured.set(line.seq, rows);
    if (rows === now) return false;
    for (let index = position + 1; index <= this.count; index++) this.tops[index] += rows - now;
    return true;
  }
}
