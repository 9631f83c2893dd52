/** The dashboard. */

import { api } from "./api.js";
import { watchBoard } from "./board.js";
import { byId, h, icon, pageData } from "./dom.js";
import { abort, doing, executionRow, isActive, runNext, statusBadge, tasksOf, urlOf, waitsForItsTurn } from "./execution.js";
import { showFailure, showHistory, showState, showSummary } from "./dashboard_cards.js";
import { timeElement, tookOf } from "./format.js";
import { t } from "./gettext.js";
import { showIrc } from "./irc_card.js";
import { at } from "./root.js";
import { runBox } from "./run_box.js";
import { lookAtServer, onServerNews } from "./server_news.js";
import { lookAtSummary, onSummary } from "./server_summary.js";
import { empty } from "./states.js";

const RECENT = 15;
const { can, tasks, endpoints, ...start } = pageData();
const active = new Map(start.active.map((execution) => [execution.id, execution]));
let recent = start.recent;
let takenSoon;
// What to call with an execution that has ended, on the first day.
let hasRun = () => {};
// The elements of what is running, so that a change redraws a line and not the list.
const items = new Map();

function runningItem(execution) {
  const bar = h("i");
  const state = h("span");
  const took = h("span", { class: "meta took" });
  const phase = h("div", { class: "phase" });
  const next = can.run && h("button", { class: "button small", hidden: true, onclick: () => runNext(execution) }, t`Run next`, h("span", { class: "visually-hidden" }, t`: execution ${execution.id}`));
  const element = h(
    "li",
    { class: "running-item", "data-id": execution.id },
    h(
      "div",
      { class: "line" },
      state,
      h("a", { href: urlOf(execution) }, tasksOf(execution)),
      h("span", { class: "meta" }, `#${execution.id}`),
      h("span", { class: "spread" }),
      took,
      next,
      can.abort &&
        h("button", { class: "button danger small", onclick: () => abort(execution) }, icon("stop"), t`Abort`, h("span", { class: "visually-hidden" }, t` execution ${execution.id}`)),
    ),
    h("div", { class: "meter", role: "progressbar", "aria-label": t`Progress of execution ${execution.id}`, "aria-valuemin": 0, "aria-valuemax": 100 }, bar),
    phase,
  );
  return { element, bar, state, took, phase, next };
}

function update(item, execution) {
  if (item.status !== execution.status) {
    item.status = execution.status;
    item.state.replaceChildren(statusBadge(execution.status));
  }
  if (item.next) item.next.hidden = !waitsForItsTurn(execution);
  item.bar.style.width = `${execution.percent}%`;
  item.bar.parentElement.setAttribute("aria-valuenow", Math.round(execution.percent));
  item.phase.textContent = doing(execution);
  item.took.replaceChildren(execution.started ? tookOf(execution) : timeElement(execution.created));
}

function nothing() {
  if (tasks.length) return empty(t`Nothing is running.`);
  const hint = can.changeTasks ? t`Add one here, over the API, or in the config file; it appears here to be run.` : t`An editor adds them.`;
  const add = start.addTask && h("a", { class: "button", href: start.addTask }, t`Add a task`);
  return empty(t`The config has no tasks yet.`, hint, add);
}

function showNow() {
  const list = byId("now").querySelector("ul") ?? h("ul", { class: "rows" });
  for (const [id, item] of items) {
    if (!active.has(id)) {
      item.element.remove();
      items.delete(id);
    }
  }
  const sorted = [...active.values()].sort((a, b) => (b.status === "running") - (a.status === "running") || a.priority - b.priority || a.id - b.id);
  for (const execution of sorted) {
    if (!items.has(execution.id)) items.set(execution.id, runningItem(execution));
    const item = items.get(execution.id);
    update(item, execution);
    if (list.children[sorted.indexOf(execution)] !== item.element) list.insertBefore(item.element, list.children[sorted.indexOf(execution)] ?? null);
  }
  if (!sorted.length) byId("now").replaceChildren(nothing());
  else if (!list.isConnected) byId("now").replaceChildren(list);
}

function showRecent() {
  if (recent.length) {
    byId("recent").replaceChildren(h("ul", { class: "rows" }, recent.map((execution) => executionRow(execution, can))));
    return;
  }
  const hint = can.run && tasks.length
    ? t`Choose a task under “Run”; its log opens, and the result stays here.`
    : t`Whatever is run, by a schedule or by hand, is listed here with its result.`;
  byId("recent").replaceChildren(empty(t`Nothing has run yet.`, hint));
}

function changed(execution) {
  if (isActive(execution)) {
    active.set(execution.id, execution);
  } else {
    active.delete(execution.id);
    recent = [execution, ...recent.filter(({ id }) => id !== execution.id)].sort((a, b) => b.id - a.id).slice(0, RECENT);
    showRecent();
    hasRun(execution);
    clearTimeout(takenSoon);
    // Many may end at once.
    takenSoon = setTimeout(() => {
      lookAtSummary();
      showTaken();
    }, 300);
  }
  showNow();
}

/** Read everything again: the board may have moved while the connection was lost. */
async function reload() {
  let running, ended;
  try {
    [running, ended] = await Promise.all([
      api(at("/api/execution?limit=500")),
      api(at(`/api/execution?status=complete,failed,aborted&limit=${RECENT}`)),
    ]);
  } catch {
    return; // The connection says that the server can't be reached, and calls again.
  }
  active.clear();
  for (const execution of running.items) active.set(execution.id, execution);
  recent = ended.items;
  showNow();
  showRecent();
  lookAtServer();
  lookAtSummary();
  showCards();
}

function showTaken() {
  if (endpoints.history) showHistory(endpoints.history, can);
}

function showCards() {
  if (endpoints.irc) showIrc(endpoints.irc, can);
  showTaken();
}

showNow();
showRecent();
if (start.first) hasRun = (await import("./first_steps.js")).showFirstSteps(byId("first-steps"), { ...start, can });
if (byId("run")) runBox(byId("run"), tasks, can);
watchBoard(changed, reload);
onServerNews((server) => showState(server, can), showFailure);
onSummary((summary) => showSummary(summary, can));
showCards();
setInterval(() => {
  for (const [id, item] of items) {
    const execution = active.get(id);
    if (execution.started) item.took.textContent = tookOf(execution);
  }
}, 1000);
// Everything: a connection may be dead without having noticed.
setInterval(() => document.visibilityState === "visible" && reload(), 60000);
