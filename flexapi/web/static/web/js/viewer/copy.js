/** Copies lines as text. */

import { copyText } from "../clipboard.js";

const asText = ({ time, level, plugin, task, message }) => `${time} ${level.padEnd(8)} ${plugin.padEnd(13)} ${task.padEnd(15)} ${message}`;

/** Copy the marked lines, else those that the filter shows; answers how many, 0 where the browser refuses. */
export async function copyLines(store, marked) {
  const lines = marked ? store.lines.slice(marked.from - 1, marked.to) : store.shown.map((index) => store.lines[index]);
  return (await copyText(lines.map(asText).join("\n"))) ? lines.length : 0;
}
