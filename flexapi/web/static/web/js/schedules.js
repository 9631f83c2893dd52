/** Schedules: when tasks run by themselves, what comes in two days, and what became of the last runs. */

import { api } from "./api.js";
import { watchBoard } from "./board.js";
import { confirmed } from "./dialog.js";
import { byId, h, icon, pageData, toast } from "./dom.js";
import { isActive, statusBadge, urlOf } from "./execution.js";
import { momentElement, timeElement } from "./format.js";
import { sentence, t } from "./gettext.js";
import { openScheduleDialog } from "./schedule_dialog.js";
import { inWords } from "./schedule_words.js";
import { empty, failure, loading } from "./states.js";
import { table } from "./table.js";
import { taskLinks } from "./task_names.js";
import { counted, plural } from "./things.js";
import { timeline } from "./timeline.js";

const { can, endpoints, tasks } = pageData();
const url = endpoints.schedules;
// Milliseconds after a schedule is due at which its run is there, and the longest time between two looks.
const SOON = 1500;
const LATEST = 60000;

let next;

const taskNames = (names) => h("span", { class: "tasks-of" }, names.map((name) => h("span", {}, taskLinks({ tasks: name === "*" ? [] : [name] }, can))));
const button = (label, child, onclick, kind = "quiet") => h("button", { class: `button small ${kind}`, "aria-label": label, title: label, onclick }, child);
const called = ({ tasks: names }) => (names.includes("*") ? t`all tasks` : names.join(", "));

/** Do something, say what is wrong with it, and read all again. */
async function act(what) {
  try {
    await what();
  } catch (error) {
    toast(error.message, "failed");
  }
  await load();
}

const pause = (schedule) => act(() => api(`${url}/${schedule.id}`, { method: "PATCH", body: { enabled: !schedule.enabled } }));

const run = (schedule) =>
  act(async () => {
    const { object } = await api(`${url}/${schedule.id}/run`, { method: "POST" });
    toast(t`Execution ${object.id} is queued.`);
  });

async function remove(schedule) {
  const detail = t`Its lines are taken out of the config. After the last schedule nothing runs by itself.`;
  if (await confirmed(t`Delete the schedule of ${called(schedule)}?`, t`Delete`, detail)) await act(() => api(`${url}/${schedule.id}`, { method: "DELETE" }));
}

function edit(schedule) {
  openScheduleDialog(schedule, {
    url,
    tasks,
    saved: ({ replaced }) => {
      toast(replaced ? t`Saved. Before, the config said ${replaced}.` : t`Saved.`);
      load();
    },
  });
}

/** What keeps a schedule from doing what its owner thinks. */
function troubles({ problem, warnings, last_missed: missed, coalesced, last_coalesced: last }) {
  return [
    problem && h("span", { class: "below failed-count" }, problem),
    warnings.map((text) => h("span", { class: "below" }, icon("warning"), " ", text)),
    missed && h("span", { class: "below" }, sentence`Missed ${timeElement(missed)}: no server was running for a day.`),
    coalesced > 0 && h("span", { class: "below" }, sentence`Left out ${counted(coalesced, "time")}, as its last run went on still; the last time ${timeElement(last)}.`),
  ];
}

function nextRun({ enabled, problem, next_run: moment }) {
  if (problem) return t`never`;
  if (!enabled) return t`paused`;
  return moment ? timeElement(moment) : t`never`;
}

function lastRun({ last_run: moment, last_execution: execution }) {
  if (!moment) return t`not yet`;
  return [momentElement(moment), " ", execution && h("a", { href: urlOf(execution) }, statusBadge(execution.status))];
}

function actions(schedule) {
  const name = called(schedule);
  const paused = !schedule.enabled;
  return [
    can.runSchedules && button(t`Run ${name} now`, icon("play"), () => run(schedule)),
    can.changeSchedules && button(paused ? t`Go on with ${name}` : t`Pause ${name}`, paused ? t`Go on` : t`Pause`, () => pause(schedule)),
    can.changeSchedules && !schedule.default && button(t`Change the schedule of ${name}`, icon("edit"), () => edit(schedule)),
    can.removeSchedules && !schedule.default && button(t`Delete the schedule of ${name}`, icon("close"), () => remove(schedule), "quiet danger"),
  ];
}

const when = (schedule) => [inWords(schedule), schedule.default && h("span", { class: "below" }, t`FlexGet's own, as the config names none`)];

const columns = [
  { title: t`Tasks`, kind: "wide", cell: (schedule) => [taskNames(schedule.tasks), troubles(schedule)] },
  { title: t`When`, cell: when },
  { title: t`Next`, kind: "time", label: t`Next`, cell: nextRun },
  { title: t`Last`, kind: "time", label: t`Last`, cell: lastRun },
  { title: t`Actions`, kind: "actions", cell: actions },
];

function showComing(coming) {
  const none = empty(t`Nothing is due within 48 hours.`, t`What runs by hand, or over the API, needs no schedule.`);
  byId("coming").replaceChildren(coming.schedules.length ? timeline(coming, ({ tasks: names }) => taskNames(names)) : none);
}

function showAll({ items, count }) {
  byId("count").textContent = counted(count, "schedule");
  const none = empty(t`Nothing runs by itself.`, can.addSchedules ? t`Add a schedule: it stands in the config then, as you would write it.` : null);
  // Whoever has just pressed a button finds it again.
  const row = document.activeElement?.closest("#schedules tr[id]");
  const place = row && [...row.querySelectorAll("a, button")].indexOf(document.activeElement);
  byId("schedules").replaceChildren(items.length ? table(columns, items, { caption: plural("schedule"), row: ({ id }) => ({ id: `schedule-${id}` }) }) : none);
  if (row) byId(row.id)?.querySelectorAll("a, button")[place]?.focus();
}

/** Read and show everything, and again when the next one was due. */
async function load() {
  clearTimeout(next);
  let first = Infinity;
  try {
    const [all, { object: coming }] = await Promise.all([api(`${url}?limit=500`), api(`${url}/coming`)]);
    showComing(coming);
    showAll(all);
    first = Math.min(...all.items.map(({ next_run: moment }) => (moment ? Date.parse(moment) : Infinity)));
  } catch (error) {
    byId("schedules").replaceChildren(failure(error, load));
  }
  next = setTimeout(load, Math.min(LATEST, Math.max(0, first - Date.now()) + SOON));
}

function reveal() {
  for (const row of byId("schedules").querySelectorAll(".marked")) row.classList.remove("marked");
  const row = byId(location.hash.slice(1));
  row?.classList.add("marked");
  row?.scrollIntoView({ block: "center" });
}

byId("add")?.addEventListener("click", () => edit(null));
window.addEventListener("hashchange", reveal);
for (const place of ["coming", "schedules"]) byId(place).replaceChildren(loading());
await load();
reveal();
watchBoard((execution) => (execution.schedule && !isActive(execution) ? load() : null), load);
