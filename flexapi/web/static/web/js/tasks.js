/** The list of tasks. */

import { api } from "./api.js";
import { watchBoard } from "./board.js";
import { byId, h, icon, pageData, toast } from "./dom.js";
import { asPattern, counts, isActive, run, statusBadge, urlOf } from "./execution.js";
import { amount, timeElement } from "./format.js";
import { ngettext, sentence, t } from "./gettext.js";
import { at } from "./root.js";
import { openRunDialog } from "./run_dialog.js";
import { empty } from "./states.js";
import { table, tableRow } from "./table.js";
import { isAskedFor, taskUrl } from "./task_names.js";
import { counted, plural } from "./things.js";

const { can, tasks, warnings, invalid, results } = pageData();
const rows = new Map();
// Executions that run or wait, by id.
const active = new Map();

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
    toast(task.enabled ? t`${task.name} is enabled.` : t`${task.name} is disabled.`);
    show(task);
    rows.get(task).querySelector("[data-enable]").focus();
  } catch (error) {
    toast(error.message, "failed");
  }
}

function actions(task) {
  const button = can.run && task.enabled && h("button", { class: "button small", onclick: () => start(task, button) }, icon("play"), t`Run`, h("span", { class: "visually-hidden" }, ` ${task.name}`));
  return [
    button,
    button && h("button", { class: "button quiet small", "aria-label": t`Run ${task.name} with options`, title: t`Run with options`, onclick: () => openRunDialog(task.key, can) }, icon("options")),
    can.changeTasks && h("button", { class: "button quiet small plain", "data-enable": true, onclick: () => enable(task, !task.enabled) }, task.enabled ? t`Disable` : t`Enable`, h("span", { class: "visually-hidden" }, ` ${task.name}`)),
    task.edit && h("a", { class: "button quiet small", href: task.edit, "aria-label": t`Edit ${task.name}`, title: t`Edit` }, icon("edit")),
  ];
}

/** How the task itself ended last, whatever else its execution ran; or that it runs or waits. */
function lastRun(task) {
  const coming = comingOf(task);
  const last = results[task.name];
  if (!coming && !last) return h("span", { class: "last" }, task.enabled ? t`never run` : t`disabled`);
  const [status, id, time] = coming ? [coming.status, coming.id, coming.started ?? coming.created] : [last.status, last.execution, last.finished];
  return h(
    "span",
    { class: "last" },
    !task.enabled && t`disabled`,
    statusBadge(status),
    !coming && last.summary.accepted > 0 && h("span", { class: last.status === "complete" ? "accepted-count" : "" }, t`${amount(last.summary.accepted)} accepted`),
    h("a", { href: urlOf({ id }), "aria-label": t`Last execution of ${task.name}` }, timeElement(time)),
  );
}

const update = (task, row) => row.querySelector(".last").replaceWith(lastRun(task));

/** Show how the tasks of an execution that is over ended, if that counts. */
async function showResults(execution) {
  for (let path = counts(execution) && at(`/api/execution/${execution.id}/tasks?limit=500`); path; ) {
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
      h("b", {}, sentence`FlexGet refuses to run this, first noticed ${timeElement(why.since)}.`),
      h("ul", { class: "faults" }, why.complaints.map(({ attr, detail }) => h("li", {}, h("code", {}, attr), detail))),
    )
  );
}

const columns = [
  { title: t`Task`, kind: "wide", cell: (task) => [h("a", { class: "name", href: taskUrl(task.name) }, task.name), refusal(task), warning(task)] },
  { title: t`Last run`, kind: "last-run", cell: lastRun },
  { title: t`Actions`, kind: "actions", cell: actions },
];

const rowOf = (task) => ({ class: task.enabled ? "task" : "task off" });

function show(task) {
  const row = tableRow(columns, task, rowOf);
  rows.get(task).replaceWith(row);
  rows.set(task, row);
}

function find() {
  const text = byId("find").value.trim().toLowerCase();
  let found = 0;
  for (const [task, row] of rows) {
    row.hidden = !task.name.toLowerCase().includes(text);
    found += !row.hidden;
  }
  byId("count").textContent = text ? ngettext("{1} of {0} task", "{1} of {0} tasks", tasks.length, amount(found)) : counted(tasks.length, "task");
}

if (tasks.length) {
  const shown = table(columns, tasks, { caption: plural("task"), row: rowOf });
  tasks.forEach((task, index) => rows.set(task, shown.tBodies[0].rows[index]));
  byId("rows").append(shown);
} else {
  const hint = can.changeTasks ? t`Add one here, over the API, or in the config file.` : t`An editor adds them.`;
  byId("rows").append(empty(t`The config has no tasks yet.`, hint));
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
