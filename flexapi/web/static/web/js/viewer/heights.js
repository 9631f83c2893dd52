/**
 * How many rows of text each shown line takes, without asking the browser: the font is monospaced
 * and text wraps between any two characters, so it can be counted.
 */

// Longer messages are cut on the page (not in copies and downloads): laying them out takes too long.
export const LONGEST = 4000;
// Everything that may not be one cell wide.
const ODD = /[^\x20-\x7e\n]/;

/** The text of a line as the page shows it. */
export function shownText(line) {
  const { message } = line;
  const text = message.endsWith("\n") ? message.trimEnd() : message;
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST)} … (${text.length} characters; a download has them all)`;
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

export class Heights {
  constructor() {
    this.columns = 80;
    // Cells before the message on its first row.
    this.before = () => 0;
    this.measured = new Map();
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

  rows(line) {
    const known = this.measured.get(line.seq);
    // Without a new text for each line: a page that is turned counts all 100,000 again at once.
    return known ?? rowsOf(shownText(line), this.columns, this.before(line));
  }

  /** Count the lines that were not counted yet. */
  extend(lines, shown) {
    if (shown.length + 1 > this.tops.length) {
      const grown = new Uint32Array(Math.max(shown.length + 1, this.tops.length * 2));
      grown.set(this.tops);
      this.tops = grown;
    }
    for (; this.count < shown.length; this.count++) {
      this.tops[this.count + 1] = this.tops[this.count] + this.rows(lines[shown[this.count]]);
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
