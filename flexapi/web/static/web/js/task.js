/** The page of a task: its runs, what they took and left, when it runs next, and its config. */

import { api } from "./api.js";
import { watchBoard } from "./board.js";
import { byId, h, pageData, toast } from "./dom.js";
import { doing, isActive, statusBadge, urlOf } from "./execution.js";
import { amount, momentElement, timeElement } from "./format.js";
import { sentence, t } from "./gettext.js";
import { runStrip } from "./run_strip.js";
import { inWords } from "./schedule_words.js";
import { empty, failure, loading } from "./states.js";
import { taskActions } from "./task_actions.js";
import { showMerged, showWritten } from "./task_config.js";
import { isAskedFor, mendUrl } from "./task_names.js";
import { counted } from "./things.js";

const REASONS = 20;
const TAKEN = 10;
// Milliseconds until what a run has just changed is read: several may end at once.
const SOON = 200;

const data = pageData();
const { can, endpoints } = data;
let { task } = data;
let schedules = [];
let soon;
// Whether the runs that came with the page were shown; from then on they are read.
let begun = false;
// Executions that run it or will, by id.
const active = new Map();

function showActions() {
  byId("off").hidden = task.enabled;
  byId("actions").replaceChildren(...taskActions(data, () => ({ task, schedules }), enable).filter(Boolean));
}

async function enable(enabled) {
  await api(endpoints.task, { method: "PATCH", body: { enabled } });
  toast(enabled ? t`${task.name} is enabled.` : t`${task.name} is disabled.`);
  await load();
}

/** What keeps it from running, and what to do. */
function showTrouble({ invalid, enabled }) {
  const why = enabled && invalid;
  byId("trouble").replaceChildren(
    ...(why
      ? [
          h(
            "div",
            { class: "callout failed" },
            h("b", {}, sentence`FlexGet refuses to run this, first noticed ${timeElement(why.since)}.`),
            h("ul", { class: "faults" }, why.complaints.map(({ attr, detail }) => h("li", {}, h("code", {}, attr), detail))),
            can.changeTasks ? h("p", {}, sentence`${h("a", { href: mendUrl(data.task.name, why.complaints) }, t`Mend it`)}: the editor shows where.`) : h("p", {}, t`An editor can mend it.`),
          ),
        ]
      : []),
  );
}

function nextRuns() {
  if (!task.enabled) return empty(t`Never: the task is disabled.`, t`Enable it to have its schedules run it.`);
  const firing = schedules.filter(({ enabled, next_run: next }) => enabled && next);
  if (!schedules.length) return empty(t`No schedule runs it.`, t`It runs by hand, over the API, or after another task.`);
  if (!firing.length) return empty(t`Its schedules are paused.`);
  firing.sort((one, other) => Date.parse(one.next_run) - Date.parse(other.next_run));
  return h("ul", { class: "rows" }, firing.map((schedule) => h("li", { class: "pair" }, h("span", {}, inWords(schedule)), timeElement(schedule.next_run))));
}

function showNow() {
  const rows = [...active.values()].map((execution) => h("li", {}, statusBadge(execution.status), " ", h("a", { href: urlOf(execution) }, t`Execution ${execution.id}`), " ", h("span", { class: "quiet" }, doing(execution))));
  byId("now").replaceChildren(...(rows.length ? [h("ul", { class: "rows" }, rows)] : []));
}

function reasonRow({ state, reason, plugin, entries }) {
  const said = reason || (state === "undecided" ? t`no plugin accepted or rejected it` : t`no reason given`);
  return h("li", { class: "reason" }, h("b", {}, `${amount(entries)} ×`), h("span", {}, said, plugin && h("span", { class: "quiet" }, ` (${plugin})`)), h("span", { class: `status ${state}` }, state));
}

/** Why the entries of the latest run were left; those that were taken stand in the history. */
async function showReasons(last) {
  const place = byId("reasons");
  if (!last) {
    place.replaceChildren(empty(t`It has not run yet.`));
    return;
  }
  byId("why-title").textContent = last.summary.accepted ? t`What the last run left, and why` : t`Why the last run took nothing`;
  const query = new URLSearchParams({ task: last.task, limit: REASONS });
  const { items, next } = await api(`${endpoints.execution}/${last.execution}/reasons?${query}`);
  const left = items.filter(({ state }) => state !== "accepted");
  const rows = left.map(reasonRow);
  const parts = [last.reason && h("p", { class: "callout failed" }, last.reason)];
  if (rows.length) parts.push(h("ul", { class: "rows" }, rows));
  else if (!last.reason) parts.push(last.summary.accepted ? empty(t`It took all that came in.`) : empty(t`Nothing came in.`, t`Its inputs gave no entries, or the last run was too long ago to know them.`));
  parts.push(h("p", { class: "padded" }, h("a", { href: urlOf({ id: last.execution }) }, next ? t`All reasons and entries` : t`Execution ${last.execution}`)));
  place.replaceChildren(...parts.filter(Boolean));
}

async function showRuns({ items, count }) {
  byId("count").textContent = counted(count, "run");
  byId("runs").replaceChildren(...(items.length ? runStrip(items) : [empty(t`It has not run yet.`, can.run && task.enabled ? t`Run it: the result stays here.` : null)]));
  await showReasons(items[0]);
}

function takenRow({ title, execution, time }) {
  return h("li", { class: "pair" }, h("span", {}, execution ? h("a", { href: urlOf({ id: execution }) }, title) : title), momentElement(time));
}

async function showTaken(totals) {
  if (!endpoints.history) return;
  const { items } = await api(`${endpoints.history}?${new URLSearchParams({ task: task.key, limit: TAKEN })}`);
  const foot = totals.accepted > items.length && h("p", { class: "padded quiet" }, t`${amount(totals.accepted)} in all`);
  byId("taken").replaceChildren(...[items.length ? h("ul", { class: "rows" }, items.map(takenRow)) : empty(t`Nothing was taken yet.`), foot].filter(Boolean));
}

/** Read and show what runs change, and what others may have edited. */
async function load() {
  try {
    const found = (await api(endpoints.task)).object;
    const before = JSON.stringify(task);
    // FlexGet calls a task disabled whose key begins with an underscore.
    if (found.enabled !== task.enabled) task = { name: found.name, enabled: found.enabled, key: found.enabled ? found.name : `_${found.name}` };
    schedules = found.schedules ?? [];
    // The buttons stay where nothing about them changed: one of them may have the focus.
    if (before !== JSON.stringify(task) || !byId("actions").firstChild) showActions();
    showTrouble(found);
    byId("next").replaceChildren(nextRuns());
    const runs = begun ? await api(`${endpoints.results}?limit=${data.most}`) : data.runs;
    begun = true;
    await Promise.all([showRuns(runs), showTaken(found.totals)]);
  } catch (error) {
    if (byId("runs").querySelector(".strip")) toast(error.message, "failed");
    else byId("runs").replaceChildren(failure(error, load));
  }
}

function changed(execution) {
  if (execution.trial || !(active.has(execution.id) || isAskedFor(task, execution))) return;
  if (isActive(execution)) active.set(execution.id, execution);
  else {
    active.delete(execution.id);
    clearTimeout(soon);
    soon = setTimeout(load, SOON);
  }
  showNow();
}

byId("runs").replaceChildren(loading());
byId("merged").addEventListener("toggle", () => byId("merged").open && showMerged(byId("merged").querySelector("div"), endpoints.merged));
showWritten(byId("written"), endpoints.task);
load();
watchBoard(changed, () => {
  active.clear();
  showNow();
  load();
});
