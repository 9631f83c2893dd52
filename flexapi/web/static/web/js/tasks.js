/** The list of tasks. */

import { api } from "./api.js";
import { watchBoard } from "./board.js";
import { byId, h, icon, pageData, toast } from "./dom.js";
import { asPattern, isActive, run, statusBadge, urlOf } from "./execution.js";
import { counted, timeElement } from "./format.js";
import { at } from "./root.js";
import { openRunDialog } from "./run_dialog.js";

const { can, tasks, warnings, invalid, results } = pageData();
const rows = new Map();
// Executions that run or wait, by id.
const active = new Map();

/** Whether FlexGet runs the task for a name or pattern; `*`, `?` and `[…]` as in a shell. */
function matches(pattern, key) {
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

const isAskedFor = (task, { tasks: asked }) => asked.some((pattern) => matches(pattern, task.key)) || (!asked.length && task.enabled);

/** The execution in which the task runs, else one in which it will. */
function comingOf(task) {
  const mine = [...active.values()].filter((execution) => isAskedFor(task, execution));
  return mine.find(({ status, current_task }) => status === "running" && current_task === task.key) ?? mine.find(({ status }) => status === "pending");
}

async function start(task, button) {
  button.disabled = true;
  try {
    await run({ tasks: [asPattern(task.key)] });
  } catch (error) {
    toast(error.message, "failed");
    button.disabled = false;
  }
}

async function enable(task, enabled) {
  try {
    const { object } = await api(at(`/api/tasks/${encodeURIComponent(task.name)}`), { method: "PATCH", body: { enabled } });
    // FlexGet calls a task disabled whose name in the file begins with an underscore.
    Object.assign(task, { name: object.name, enabled: object.enabled, key: object.enabled ? object.name : `_${object.name}` });
    toast(`${task.name} is ${task.enabled ? "enabled" : "disabled"}.`);
    show(task);
    rows.get(task).querySelector("[data-enable]").focus();
  } catch (error) {
    toast(error.message, "failed");
  }
}

function actions(task) {
  const button = can.run && task.enabled && h("button", { class: "button small", onclick: () => start(task, button) }, icon("play"), "Run", h("span", { class: "visually-hidden" }, ` ${task.name}`));
  return h(
    "span",
    { class: "actions" },
    button,
    button && h("button", { class: "button quiet small", "aria-label": `Run ${task.name} with options`, title: "Run with options", onclick: () => openRunDialog(task.key, can) }, icon("options")),
    can.changeTasks && h("button", { class: "button small", "data-enable": true, onclick: () => enable(task, !task.enabled) }, task.enabled ? "Disable" : "Enable", h("span", { class: "visually-hidden" }, ` ${task.name}`)),
    task.edit && h("a", { class: "button quiet small", href: task.edit, "aria-label": `Edit ${task.name}`, title: "Edit" }, icon("edit")),
  );
}

/** How the task itself ended last, whatever else its execution ran; or that it runs or waits. */
function lastRun(task) {
  const coming = comingOf(task);
  const last = results[task.name];
  if (!coming && !last) return h("span", { class: "last" }, task.enabled ? "not run lately" : "disabled");
  const [status, id, time] = coming ? [coming.status, coming.id, coming.started ?? coming.created] : [last.status, last.execution, last.finished];
  return h(
    "span",
    { class: "last" },
    !task.enabled && "disabled",
    statusBadge(status),
    !coming && last.summary.accepted > 0 && h("span", { class: "accepted-count" }, `${last.summary.accepted} accepted`),
    h("a", { href: urlOf({ id }), "aria-label": `Last execution of ${task.name}` }, timeElement(time)),
  );
}

const update = (task, row) => row.querySelector(".last").replaceWith(lastRun(task));

/** Show how the tasks of an execution that is over ended. */
async function showResults(execution) {
  for (let path = at(`/api/execution/${execution.id}/tasks?limit=500`); path; ) {
    const { items, next } = await api(path);
    for (const result of items) if (!(results[result.task]?.execution > execution.id)) results[result.task] = result;
    path = next;
  }
  for (const [task, row] of rows) if (isAskedFor(task, execution) || results[task.name]?.execution === execution.id) update(task, row);
}

/** What an attacker could do with this task; its key is another one once it is enabled or disabled. */
function warning(task) {
  const found = warnings[task.key] ?? warnings[`_${task.name}`] ?? warnings[task.name];
  return found && h("p", { class: "callout aborted warning" }, found.join(" "));
}

/** Why FlexGet refuses to run it; what is said was said when the page was loaded. */
function refusal(task) {
  const why = task.enabled && invalid[task.key];
  return (
    why &&
    h(
      "div",
      { class: "callout failed warning" },
      h("b", {}, "FlexGet refuses to run this, first noticed ", timeElement(why.since), "."),
      h("ul", { class: "faults" }, why.complaints.map(({ attr, detail }) => h("li", {}, h("code", {}, attr), detail))),
    )
  );
}

function show(task) {
  const row = h("li", { class: task.enabled ? "task" : "task off" }, h("span", { class: "name" }, task.name), lastRun(task), actions(task), refusal(task), warning(task));
  rows.get(task)?.replaceWith(row);
  rows.set(task, row);
  return row;
}

function find() {
  const text = byId("find").value.trim().toLowerCase();
  let found = 0;
  for (const [task, row] of rows) {
    row.hidden = !task.name.toLowerCase().includes(text);
    found += !row.hidden;
  }
  byId("count").textContent = text ? `${found} of ${counted(tasks.length, "task")}` : counted(tasks.length, "task");
}

if (tasks.length) byId("rows").append(h("ul", { class: "rows" }, tasks.map(show)));
else {
  const hint = can.changeTasks ? "Add one here, over the API, or in the config file." : "An editor adds them.";
  byId("rows").append(h("div", { class: "empty" }, h("p", {}, h("b", {}, "The config has no tasks yet.")), h("p", {}, hint)));
}
byId("find").addEventListener("input", find);
find();

watchBoard(
  (execution) => {
    if (execution.trial) return;
    if (isActive(execution)) {
      active.set(execution.id, execution);
      for (const [task, row] of rows) if (isAskedFor(task, execution)) update(task, row);
    } else {
      active.delete(execution.id);
      showResults(execution).catch((error) => toast(error.message, "failed"));
    }
  },
  () => location.reload(),
);
