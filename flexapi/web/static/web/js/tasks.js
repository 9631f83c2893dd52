/** The list of tasks. */

import { api } from "./api.js";
import { watchBoard } from "./board.js";
import { byId, h, icon, pageData, toast } from "./dom.js";
import { asPattern, run, statusBadge, urlOf } from "./execution.js";
import { counted, timeElement } from "./format.js";
import { at } from "./root.js";
import { openRunDialog } from "./run_dialog.js";

const { can, tasks, warnings, invalid, recent } = pageData();
const rows = new Map();

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

const lastOf = (task) =>
  recent.find(({ tasks: asked }) => asked.some((pattern) => matches(pattern, task.key)) || (!asked.length && task.enabled));

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

function lastRun(task) {
  const last = lastOf(task);
  if (!last) return h("span", { class: "last" }, task.enabled ? "not run lately" : "disabled");
  return h(
    "span",
    { class: "last" },
    !task.enabled && "disabled",
    statusBadge(last.status),
    last.summary.accepted > 0 && h("span", { class: "accepted-count" }, `${last.summary.accepted} accepted`),
    h("a", { href: urlOf(last), "aria-label": `Last execution of ${task.name}` }, timeElement(last.finished ?? last.created)),
  );
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
  const hint = can.changeTasks ? "Add one in the admin, over the API, or in the config file." : "An editor adds them.";
  byId("rows").append(h("div", { class: "empty" }, h("p", {}, h("b", {}, "The config has no tasks yet.")), h("p", {}, hint)));
}
byId("find").addEventListener("input", find);
find();

watchBoard(
  (execution) => {
    const known = recent.findIndex(({ id }) => id === execution.id);
    if (known >= 0) recent[known] = execution;
    else recent.unshift(execution);
    for (const [task, row] of rows) {
      if (lastOf(task)?.id === execution.id) row.querySelector(".last").replaceWith(lastRun(task));
    }
  },
  () => location.reload(),
);
