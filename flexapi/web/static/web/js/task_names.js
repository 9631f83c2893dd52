/** Tasks by their names: which runs ask for one, and where its page is. */

import { h } from "./dom.js";
import { t } from "./gettext.js";
import { at } from "./root.js";

export const taskUrl = (name) => at(`/tasks/${encodeURIComponent(name)}/`);

/** A link to the page of a task, for a user who may see tasks. */
export const taskLink = (name, can) => (can.viewTasks ? h("a", { href: taskUrl(name) }, name) : name);

// Characters of a pattern that stand for others, unless they are in brackets of their own.
const ESCAPED = /\[([*?[])\]/g;

/** The name that a pattern is, null where it may match others. */
const nameOf = (pattern) => (/[*?[]/.test(pattern.replace(ESCAPED, "")) ? null : pattern.replace(ESCAPED, "$1"));

/** What an execution was asked to run, each name a link to its task. */
export function taskLinks({ tasks }, can) {
  if (!tasks.length) return [t`all tasks`];
  return tasks.flatMap((pattern, index) => {
    const name = nameOf(pattern);
    return [index > 0 && ", ", name === null ? pattern : taskLink(name, can)];
  });
}

/** Whether FlexGet runs the task for a name or pattern; `*`, `?` and `[…]` as in a shell. */
export function matches(pattern, key) {
  const source = pattern.toLowerCase().replace(/\[[!]?[^\]]*\]|[.+^${}()|\\*?]/g, (part) => {
    if (part === "*") return ".*";
    if (part === "?") return ".";
    if (part.length > 1) return part.replace(/^\[!/, "[^").replaceAll("\\", "\\\\");
    return `\\${part}`;
  });
  try {
    return new RegExp(`^(?:${source})$`, "su").test(key.toLowerCase());
  } catch {
    return false;
  }
}

/** Whether an execution was asked to run the task, by name, by pattern or with all others. */
export const isAskedFor = (task, { tasks: asked }) => asked.some((pattern) => matches(pattern, task.key)) || (!asked.length && task.enabled);

/** Where what FlexGet complains about can be edited: what a task shares with others stands elsewhere in the config. */
export const mendUrl = (name, complaints) => (complaints.every(({ attr }) => attr?.startsWith("tasks.")) ? `${taskUrl(name)}edit/` : at("/config/"));
