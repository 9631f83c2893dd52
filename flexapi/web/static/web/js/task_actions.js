/** What one does with a task on its page: run, try, edit, disable, duplicate, delete. */

import { api, postYaml, readYaml } from "./api.js";
import { openDialog } from "./dialog.js";
import { h, icon, toast } from "./dom.js";
import { asPattern, run, urlOf } from "./execution.js";
import { field } from "./forms.js";
import { t } from "./gettext.js";
import { openRunDialog } from "./run_dialog.js";
import { taskUrl } from "./task_names.js";

// The key that a task's YAML begins with, behind comments and empty lines.
const KEY = /^((?:[ \t]*(?:#[^\n]*)?\n)*)("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(?:[^:#\n]|:(?=\S)|(?<=\S)#)+)(?=\s*:)/;

/** Do something, and say what is wrong with it; the button waits meanwhile. */
async function act(button, what) {
  button.disabled = true;
  try {
    await what();
  } catch (error) {
    toast(error.message, "failed");
  } finally {
    button.disabled = false;
  }
}

async function tryIt(url) {
  const { object } = await api(url, { method: "POST", body: {} });
  location.assign(urlOf(object));
}

/** Refuse a name that a task has: FlexGet would have an enabled and a disabled one of it. Throws an error like the API's. */
async function checkFree(name, tasks) {
  const { items } = await api(`${tasks}?${new URLSearchParams({ search: name, limit: 500 })}`);
  if (!items.some((other) => other.name === name)) return;
  const detail = t`There is a task ${name} already. Choose another name.`;
  throw Object.assign(new Error(detail), { errors: [{ attr: "name", detail }] });
}

/** Ask for a name and store a copy with its comments; it is disabled, so that both don't run at once. */
function duplicate(task, endpoints) {
  const named = field("name", t`Name of the copy`, { help: t`The copy is disabled until you enable it.`, required: true });
  named.input.value = t`${task.name} copy`;
  openDialog({
    title: t`Duplicate ${task.name}`,
    body: named.element,
    action: t`Duplicate`,
    fields: [named],
    submit: async () => {
      const name = named.input.value.trim();
      await checkFree(name, endpoints.tasks);
      const { text } = await readYaml(endpoints.task);
      const copy = text.replace(KEY, (_, before) => `${before}${JSON.stringify(`_${name}`)}`);
      await postYaml(endpoints.tasks, copy);
      return name;
    },
    done: (name) => location.assign(`${taskUrl(name)}edit/`),
  });
}

/** Ask, then delete it; it leaves the schedules that name it. */
function remove(task, { endpoints, schedules, tasks }) {
  const named = schedules.filter((schedule) => schedule.named).length;
  openDialog({
    title: t`Delete the task ${task.name}?`,
    body: h("p", {}, t`Its lines are taken out of the config; earlier revisions of the config still have them.`, named > 0 && [" ", t`The schedules that name it run without it.`]),
    action: t`Delete`,
    kind: "danger",
    submit: () => api(`${endpoints.task}?force=true`, { method: "DELETE" }),
    done: () => location.assign(tasks),
  });
}

/** The buttons. `state()` answers `{task, schedules}` as they are now; `enable(enabled)` stores whether it is. */
export function taskActions({ can, edit, endpoints, tasks }, state, enable) {
  const { task } = state();
  const button = (label, child, onclick, kind = "") => h("button", { class: `button ${kind}`, "aria-label": label, onclick: ({ currentTarget }) => act(currentTarget, () => onclick(currentTarget)) }, child);
  return [
    can.run && task.enabled && button(t`Run`, [icon("play"), t`Run`], () => run({ tasks: [asPattern(task.key)] }), "primary"),
    can.run && task.enabled && h("button", { class: "button", "aria-label": t`Run with options`, title: t`Run with options`, onclick: () => openRunDialog(task.key, can) }, icon("options")),
    can.changeTasks && button(t`Try it: nothing is downloaded or remembered`, t`Try`, () => tryIt(endpoints.try)),
    can.changeTasks && h("a", { class: "button", href: edit }, icon("edit"), t`Edit`),
    can.changeTasks && button(task.enabled ? t`Disable` : t`Enable`, task.enabled ? t`Disable` : t`Enable`, () => enable(!task.enabled)),
    can.addTasks && h("button", { class: "button", onclick: () => duplicate(task, endpoints) }, t`Duplicate…`),
    can.removeTasks && h("button", { class: "button danger", onclick: () => remove(task, { endpoints, tasks, schedules: state().schedules }) }, t`Delete…`),
  ];
}
