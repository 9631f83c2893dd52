/** The lines of a log, and which of them a filter lets through. */

// Milliseconds of filtering at a stretch; then the page may scroll, type and paint.
const SLICE = 12;
const STEP = 500;

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A filter by least level (its rank), plugin, task and text; null where it lets all through. */
export function makeFilter({ level, plugin, task, text }) {
  const pattern = text ? new RegExp(escaped(text), "i") : null;
  if (!level && !plugin && !task && !pattern) return null;
  return {
    pattern,
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

  setFilter(filter) {
    this.filter = filter;
    this.shown = [];
    this.cursor = 0;
    this.pump(true);
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
