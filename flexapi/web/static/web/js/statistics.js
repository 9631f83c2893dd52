/** Statistics: how runs ended and what was taken, day by day, by task, and which plugins reject most. */

import { api } from "./api.js";
import { bars, patterns } from "./bars.js";
import { watchBoard } from "./board.js";
import { byId, h, pageData } from "./dom.js";
import { isActive } from "./execution.js";
import { Filters } from "./filters.js";
import { amount, duration } from "./format.js";
import { t } from "./gettext.js";
import { at } from "./root.js";
import { empty, failure, loading } from "./states.js";
import { table } from "./table.js";
import { counted, plural } from "./things.js";

const { endpoints } = pageData();
// Milliseconds between two readings, however many runs end.
const OFTEN = 3000;

const place = byId("figures");
const filters = new Filters(byId("filters"), () => load());
let turn = 0;
let waiting = null;

const card = (id, title, ...content) => h("section", { class: "card", "aria-labelledby": id }, h("header", {}, h("h2", { id }, title)), content);
const runsOf = ({ runs }) => Object.values(runs).reduce((all, some) => all + some, 0);
const RUNS = [
  { name: "complete", title: t`complete`, of: ({ runs }) => runs.complete },
  { name: "failed", title: t`failed`, of: ({ runs }) => runs.failed },
  { name: "aborted", title: t`aborted`, of: ({ runs }) => runs.aborted },
  { name: "skipped", title: t`skipped`, of: ({ runs }) => runs.skipped },
];
const TAKEN = [{ name: "accepted", title: t`taken`, of: ({ summary }) => summary.accepted }];

const ofTask = ({ task }) => h("a", { href: at(`/executions/?${new URLSearchParams({ task: task.toLowerCase() })}`) }, task);
const failures = ({ runs }) => (runs.failed ? h("span", { class: "failed-count" }, amount(runs.failed)) : "0");
const tookAbout = (seconds) => (seconds === null ? "" : duration(seconds));

/** How long runs take: one that takes an hour once a month makes an average that no run takes. */
const DURATIONS = [
  { title: t`Half within`, kind: "number", label: t`Half within`, cell: ({ p50 }) => tookAbout(p50) },
  { title: t`95 % within`, kind: "number", label: t`95 % within`, cell: ({ p95 }) => tookAbout(p95) },
];

const taskColumns = [
  { title: t`Task`, kind: "wide", cell: ofTask },
  { title: t`Runs`, kind: "number", label: t`Runs`, cell: (figures) => amount(runsOf(figures)) },
  { title: t`Failed`, kind: "number", label: t`Failed`, cell: failures },
  ...DURATIONS,
  { title: t`Taken`, kind: "number", label: t`Taken`, cell: ({ summary }) => amount(summary.accepted) },
  { title: t`Rejected`, kind: "number", label: t`Rejected`, cell: ({ summary }) => amount(summary.rejected) },
];

function rejectingColumns(most) {
  const share = ({ entries }) => {
    const bar = h("span", { class: "share", "aria-hidden": "true" });
    bar.style.width = `${(100 * entries) / most}%`;
    return bar;
  };
  return [
    { title: t`Plugin`, kind: "fixed", cell: ({ plugin }) => h("code", {}, plugin) },
    { title: t`Entries`, kind: "number", label: t`Entries`, cell: ({ entries }) => amount(entries) },
    { title: t`Share`, kind: "wide", cell: share },
  ];
}

function show({ days, tasks, rejecting }) {
  if (!tasks.length) {
    place.replaceChildren(h("section", { class: "card", "aria-label": t`Statistics` }, empty(t`Nothing ran in these days.`, t`Each run is counted when it ends; trials and tests aren't.`)));
    return;
  }
  place.replaceChildren(
    patterns(),
    h("div", { class: "pair-of-cards" }, card("runs-title", t`Runs a day`, bars(t`Runs a day`, days, RUNS, DURATIONS)), card("taken-title", t`Taken a day`, bars(t`Entries taken a day`, days, TAKEN))),
    card("tasks-title", t`By task: ${counted(tasks.length, "task")}`, table(taskColumns, tasks, { caption: plural("task") })),
    card("rejecting-title", t`What rejects most`, rejecting.length ? table(rejectingColumns(rejecting[0].entries), rejecting.slice(0, 20), { caption: t`plugins` }) : empty(t`No plugin rejected anything.`)),
  );
}

async function load() {
  const mine = ++turn;
  filters.write();
  let answer;
  try {
    answer = await api(`${endpoints.statistics}?${new URLSearchParams(filters.set)}`);
  } catch (error) {
    if (mine === turn) place.replaceChildren(failure(error, load));
    return;
  }
  if (mine === turn) show(answer.object);
}

/** Read again soon, unless somebody reads a chart or a table just now. */
function later() {
  waiting ??= setTimeout(() => {
    waiting = null;
    if (place.contains(document.activeElement) || place.querySelector("details[open]")) later();
    else load();
  }, OFTEN);
}

place.replaceChildren(loading());
await load();
watchBoard((execution) => !isActive(execution) && later(), load);
