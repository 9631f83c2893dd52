/** Copies lines as text. */

const asText = ({ time, level, plugin, task, message }) => `${time} ${level.padEnd(8)} ${plugin.padEnd(13)} ${task.padEnd(15)} ${message}`;

/** Copy the marked lines, else those that the filter shows; answers how many, 0 where the browser refuses. */
export async function copyLines(store, marked) {
  const lines = marked ? store.lines.slice(marked.from - 1, marked.to) : store.shown.map((index) => store.lines[index]);
  const text = lines.map(asText).join("\n");
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return lines.length;
    } catch {
      // Not permitted; the old way may be.
    }
  }
  return copyByHand(text) ? lines.length : 0;
}

/** The clipboard's own interface exists on HTTPS and localhost alone; a server at home has neither. */
function copyByHand(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
