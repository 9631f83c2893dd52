/** The lines of a log, and which of them a filter lets through. */

import { decoded } from "./ansi.js";

// Milliseconds of filtering at a stretch; then the page may scroll, type and paint.
const SLICE = 12;
const STEP = 500;

/** A pattern that finds a text in messages, in whatever case; null for none. */
export const patternOf = (text) => (text ? new RegExp(escaped(text), "i") : null);

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A filter by least level (its rank), plugin, task and text; null where it lets all through. */
export function makeFilter({ level, plugin, task, text }) {
  const pattern = patternOf(text);
  if (!level && !plugin && !task && !pattern) return null;
  return {
    accepts: (line) =>
      !(level && line.rank < level) &&
      !(plugin && line.plugin !== plugin) &&
      !(task && line.task !== task) &&
      (!pattern || pattern.test(line.message)),
  };
}

export class LogStore {
  /** `changed(reset)` is called when lines appeared among those shown; `named(kind, name)` for a new plugin or task. */
  constructor(levels, { changed, named }) {
    this.ranks = new Map(levels.map((level, rank) => [level, rank]));
    this.changed = changed;
    this.named = named;
    this.lines = [];
    // Positions in `lines` of those that the filter lets through, up to `cursor`.
    this.shown = [];
    this.cursor = 0;
    this.filter = null;
    // What is marked where it is found.
    this.pattern = null;
    this.plugins = new Set();
    this.tasks = new Set();
    this.scheduled = false;
  }

  /** The seq of the last line that is here. Lines count from 1 without gaps. */
  get last() {
    return this.lines.length;
  }

  get filtering() {
    return this.cursor < this.lines.length;
  }

  /** Take new lines; those that are here already are left out. False where some are missing before them. */
  append(lines) {
    for (const line of lines) {
      if (line.seq <= this.lines.length) continue;
      if (line.seq !== this.lines.length + 1) return false;
      const plain = decoded(line.message);
      if (plain) [line.message, line.spans] = [plain.text, plain.spans];
      line.rank = this.ranks.get(line.level) ?? 0;
      this.lines.push(line);
      this.note("plugins", "plugin", line.plugin);
      this.note("tasks", "task", line.task);
    }
    this.pump(false);
    return true;
  }

  note(set, kind, name) {
    if (!name || this[set].has(name)) return;
    this[set].add(name);
    this.named(kind, name);
  }

  /** Show what `filter` lets through, and mark what `pattern` finds. */
  setFilter(filter, pattern = null) {
    this.filter = filter;
    this.pattern = pattern;
    this.shown = [];
    this.cursor = 0;
    this.pump(true);
  }

  /** The seq of the next shown line in which the pattern is found, after (or with `step` -1 before) a seq, round the end; null for none. */
  found(seq, step) {
    const { shown, lines, pattern } = this;
    if (!pattern) return null;
    const here = shown.findIndex((index) => index + 1 >= seq);
    const start = here < 0 ? (step > 0 ? -1 : shown.length) : shown[here] + 1 === seq || step < 0 ? here : here - 1;
    for (let turn = 1; turn <= shown.length; turn++) {
      const index = shown[(((start + step * turn) % shown.length) + shown.length) % shown.length];
      if (pattern.test(lines[index].message)) return index + 1;
    }
    return null;
  }

  /** Filter on for a slice of time; the rest follows in tasks of its own. */
  pump(reset) {
    const until = performance.now() + SLICE;
    const { lines, shown, filter } = this;
    while (this.cursor < lines.length) {
      const end = Math.min(this.cursor + STEP, lines.length);
      for (; this.cursor < end; this.cursor++) {
        if (!filter || filter.accepts(lines[this.cursor])) shown.push(this.cursor);
      }
      if (performance.now() > until) break;
    }
    if (this.filtering && !this.scheduled) {
      this.scheduled = true;
      setTimeout(() => {
        this.scheduled = false;
        this.pump(false);
      });
    }
    this.changed(reset);
  }
}
