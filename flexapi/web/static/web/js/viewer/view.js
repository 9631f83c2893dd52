/** The log on the page. Only the lines in sight are elements, so 100,000 lines cost what sixty cost. */

import { h } from "../dom.js";
import { coloured, marked } from "../marked.js";
import { Heights, shownText } from "./heights.js";

// Rows kept ready above and below what is in sight.
const MARGIN = 12;
// Rows out of sight that are kept to be used again.
const SPARE = 100;
// Browsers can't make elements any taller; beyond it, a pixel of scrolling stands for more than one.
const TALLEST = 12000000;
// So many lines at once say that more are coming; then the page is drawn after a pause (in
// milliseconds), as each drawing keeps the next lines waiting.
const BULK = 500;
const PAUSE = 150;
// Longer names of plugins and tasks do not fit into their columns.
const CUT_AT = 14;
const NARROW = matchMedia("(max-width: 640px)");

const clock = (time) => {
  const moment = new Date(time);
  const two = (number) => String(number).padStart(2, "0");
  return `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}.${String(moment.getMilliseconds()).padStart(3, "0")}`;
};

/** A row without text; what a narrow page has no room for is left out. */
function emptyRow(narrow) {
  const columns = narrow ? ["level", "message"] : ["level", "time", "plugin", "of-task", "message"];
  const number = h("a", { class: "number", tabindex: -1 });
  return h("div", { class: "log-line" }, number, columns.map((column) => h("span", { class: column })));
}

/** Set the text of an element, in the text node that it has where it can. */
function write(element, text) {
  const { firstChild } = element;
  if (firstChild?.nodeType !== Node.TEXT_NODE || firstChild.nextSibling) element.textContent = text;
  else if (firstChild.data !== text) firstChild.data = text;
}

function nameIn(cell, name) {
  write(cell, name);
  if (name.length > CUT_AT) cell.title = name;
  else if (cell.title) cell.removeAttribute("title");
}

export class LogView {
  /** Shows the lines of `store` in `element`; `listeners.follow(on)` and `listeners.mark(range)` tell what the user did. */
  constructor(element, store, listeners) {
    this.element = element;
    this.store = store;
    this.listeners = listeners;
    this.heights = new Heights();
    this.rows = new Map();
    this.spare = [];
    this.follow = false;
    this.complete = false;
    this.marked = null;
    this.wanted = null;
    this.pause = null;
    this.lastTop = 0;
    // What `layout` found when rows were counted last.
    this.measured = "";
    // The line on top of what is in sight.
    this.topSeq = null;
    this.anchor = null;
    this.space = h("div", { class: "log-space" });
    element.append(this.space);
    element.addEventListener("scroll", () => this.onScroll(), { passive: true });
    this.space.addEventListener("click", (event) => this.onClick(event));
    // It calls for the first time when the browser has laid the page out: measuring before would
    // have it do so in the middle of the scripts.
    new ResizeObserver(() => this.layout()).observe(element);
    NARROW.addEventListener("change", () => this.layout());
  }

  /** Measure how many characters fit beside the columns; where that changed, count all rows again and draw them again. */
  layout() {
    this.room = this.element.clientHeight;
    const digits = Math.max(4, String(this.store.last).length);
    this.digits = digits;
    this.element.style.setProperty("--number", `${digits}ch`);
    const sample = { seq: 1, time: "2026-01-01T00:00:00Z", level: "INFO", plugin: "x", task: "x", message: "" };
    const probe = this.fill(emptyRow(NARROW.matches), sample);
    const ruler = h("span", {}, "x".repeat(100));
    const message = probe.querySelector(".message");
    this.space.append(probe);
    const width = message.getBoundingClientRect().width;
    message.replaceChildren(ruler);
    ruler.style.whiteSpace = "pre";
    const character = ruler.getBoundingClientRect().width / 100;
    probe.remove();
    if (!width) return;
    const line = parseFloat(getComputedStyle(this.element).lineHeight);
    const columns = Math.floor(width / character + 0.01);
    const measured = [line, digits, NARROW.matches, columns].join();
    const changed = measured !== this.measured;
    const anchor = this.line ? this.topPosition() : 0;
    if (changed) {
      this.measured = measured;
      this.countAgain(line, columns);
    }
    this.resizeSpace();
    if (this.follow) this.toEnd();
    else if (changed) this.scrollToPosition(anchor);
    this.render();
  }

  countAgain(line, columns) {
    this.line = line;
    this.spare = [];
    this.heights.named = NARROW.matches;
    this.heights.setColumns(columns);
    this.rows.clear();
    this.space.replaceChildren();
    this.heights.extend(this.store.lines, this.store.shown);
  }

  /** Lines appeared, or, with `reset`, the filter changed. */
  update(reset) {
    if (reset) {
      this.anchor = this.follow ? null : this.topSeq;
      this.heights.clear();
      this.rows.clear();
      this.space.replaceChildren();
    }
    if (String(this.store.last).length > this.digits) this.layout();
    const before = this.heights.count;
    this.heights.extend(this.store.lines, this.store.shown);
    if (before && this.heights.count - before >= BULK) this.scheduleLater();
    else this.schedule();
  }

  scheduleLater() {
    this.pause ??= setTimeout(() => {
      this.pause = null;
      this.schedule();
    }, PAUSE);
  }

  schedule() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = null;
      if (!this.line) return;
      this.resizeSpace();
      if (this.wanted !== null) {
        this.reveal(this.wanted);
      } else if (this.follow) {
        this.toEnd();
        if (this.complete && !this.store.filtering) this.setFollow(false);
      } else if (this.anchor && !this.store.filtering) {
        // After a change of the filter, stay near the line that was on top.
        this.scrollToPosition(this.positionOf(this.anchor));
        this.anchor = null;
      }
      this.render();
    });
  }

  get full() {
    return this.heights.total * this.line;
  }

  resizeSpace() {
    const height = Math.min(this.full, TALLEST);
    if (this.height === height) return;
    this.height = height;
    this.space.style.height = `${height}px`;
  }

  /** How many pixels of the log a pixel of scrolling stands for. */
  get ratio() {
    return this.full <= TALLEST ? 1 : (this.full - this.room) / (TALLEST - this.room);
  }

  topPosition() {
    return this.heights.at(Math.floor((this.element.scrollTop * this.ratio) / this.line));
  }

  /** The position among the shown lines of the first that is this one or comes after it. */
  positionOf(seq) {
    const { shown } = this.store;
    let low = 0;
    let high = shown.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (shown[middle] + 1 < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  scrollToPosition(position) {
    const top = this.heights.tops[Math.min(position, this.heights.count)] * this.line;
    this.setTop(top / this.ratio);
  }

  setTop(top) {
    this.element.scrollTop = top;
    this.lastTop = this.element.scrollTop;
  }

  toEnd() {
    this.setTop(this.element.scrollHeight);
  }

  setFollow(on) {
    if (this.follow === on) return;
    this.follow = on;
    if (on) this.schedule();
    this.listeners.follow(on);
  }

  /** Go to the last line once more and stop following: nothing comes any more. */
  finish() {
    this.complete = true;
    this.schedule();
  }

  /** Scroll to a line, now or as soon as it is here. */
  reveal(seq) {
    this.wanted = seq;
    if (this.store.last < seq || this.store.filtering) return;
    this.wanted = null;
    const position = this.positionOf(seq);
    const above = Math.floor(this.room / this.line / 3);
    this.setTop(Math.max(0, (this.heights.tops[position] - above) * this.line) / this.ratio);
    this.schedule();
  }

  /** Mark lines, or none: `{from, to}` or null. */
  mark(range) {
    this.marked = range;
    for (const [index, row] of this.rows) row.classList.toggle("marked", this.isMarked(index + 1));
  }

  isMarked(seq) {
    return this.marked !== null && seq >= this.marked.from && seq <= this.marked.to;
  }

  onScroll() {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    if (scrollTop < this.lastTop - 2) this.setFollow(false);
    else if (scrollTop > this.lastTop && scrollTop + clientHeight >= scrollHeight - 2) this.listeners.end();
    this.lastTop = scrollTop;
    this.schedule();
  }

  onClick(event) {
    const number = event.target.closest(".number");
    if (!number || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const seq = Number(number.textContent);
    const start = event.shiftKey && this.marked ? this.marked.from : seq;
    const range = { from: Math.min(start, seq), to: Math.max(start, seq) };
    const same = this.marked?.from === range.from && this.marked.to === range.to;
    this.mark(same ? null : range);
    this.setFollow(false);
    this.listeners.mark(this.marked);
  }

  /** Make `row` show this line. */
  fill(row, line) {
    const narrow = NARROW.matches;
    const { plugin, task, level, seq } = line;
    const name = `log-line level-${level.toLowerCase()}${this.isMarked(seq) ? " marked" : ""}`;
    if (row.className !== name) row.className = name;
    row.dataset.seq = seq;
    const [number, levelCell, ...cells] = row.children;
    number.href = `#L${seq}`;
    write(number, String(seq));
    write(levelCell, narrow ? level[0] : level);
    const message = cells.pop();
    const text = shownText(line);
    const { pattern } = this.store;
    const parts = line.spans && text === line.message.trimEnd() ? coloured(line.spans, pattern) : marked(text, pattern);
    if (narrow && plugin) message.replaceChildren(h("span", { class: "from" }, `${plugin} `), ...parts);
    else if (pattern || line.spans) message.replaceChildren(...parts);
    else write(message, text);
    if (!narrow) {
      const [time, pluginCell, taskCell] = cells;
      write(time, clock(line.time));
      nameIn(pluginCell, plugin);
      nameIn(taskCell, task);
    }
    return row;
  }

  /** Make the lines in sight elements, and the others none. */
  render() {
    const { heights, store, line } = this;
    this.listeners.rendered();
    const { scrollTop } = this.element;
    const top = scrollTop * this.ratio;
    const first = heights.at(Math.max(0, Math.floor(top / line) - MARGIN));
    const bottom = (top + this.room) / line + MARGIN;
    let last = first;
    while (last < heights.count && heights.tops[last] < bottom) last++;
    this.topSeq = heights.count ? store.shown[heights.at(Math.floor(top / line))] + 1 : null;
    const from = store.shown[first];
    const to = store.shown[last - 1];
    const free = new Set();
    for (const [index, row] of this.rows) {
      if (index >= from && index <= to) continue;
      this.rows.delete(index);
      free.add(row);
    }
    const odd = [];
    let next = this.space.firstChild;
    for (let position = first; position < last; position++) {
      const index = store.shown[position];
      let row = this.rows.get(index);
      if (row) {
        next = row.nextSibling;
      } else {
        // A row that stays where it is among the elements costs the browser least.
        row = free.has(next) ? next : this.takeRow(free);
        if (row === next) next = next.nextSibling;
        else this.space.insertBefore(row, next);
        free.delete(row);
        this.rows.set(index, this.fill(row, store.lines[index]));
        if (Heights.isOdd(store.lines[index])) odd.push(position);
      }
      // Where a line stands does not change by scrolling, unless a pixel stands for several.
      const place = heights.tops[position] * line + scrollTop - top;
      if (row.place !== place) {
        row.place = place;
        row.style.top = `${place}px`;
      }
    }
    for (const row of free) {
      row.remove();
      if (this.spare.length < SPARE) this.spare.push(row);
    }
    this.correct(odd);
  }

  /** A row for a line that comes into sight: one out of sight, or a new one. */
  takeRow(free) {
    const [row = this.spare.pop() ?? emptyRow(NARROW.matches)] = free;
    return row;
  }

  /** Measure lines whose rows can't be counted: emoji, wide letters, tabs. */
  correct(positions) {
    let changed = false;
    for (const position of positions) {
      const index = this.store.shown[position];
      const rows = Math.max(1, Math.round(this.rows.get(index).offsetHeight / this.line));
      changed = this.heights.correct(position, this.store.lines[index], rows) || changed;
    }
    if (changed) this.schedule();
  }
}
