/** The first day: what was found, and what to do next. Each step goes away when it is done, or when somebody says so. */

import { h, icon, toast } from "./dom.js";
import { asPattern, run } from "./execution.js";
import { timeElement } from "./format.js";
import { ngettext, sentence, t } from "./gettext.js";
import { prefer, preference } from "./preferences.js";
import { at } from "./root.js";
import { onServerNews } from "./server_news.js";
import { mendUrl } from "./task_names.js";

// In the browser, not with the user: the card goes for good after ten runs, and a table, its endpoint and its permission would outlive it by years.
const DISMISSED = "first-steps";

const link = (href, text, kind = "") => h("a", { class: `button small ${kind}`, href }, text);
const code = (text) => h("code", {}, text);

/** A button that queues a run; its page opens. */
function runButton(text, body) {
  const button = h("button", { type: "button", class: "button small primary" }, icon("play"), text);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await run(body);
    } catch (error) {
      toast(error.message, "failed");
      button.disabled = false;
    }
  });
  return button;
}

/** What the config is. A step is `{key, title, detail, action, warns, todo, done}`: something that was found, or that is `todo`. */
function ofConfig({ sample, tasks, first }, { path = "" }) {
  if (sample) {
    return { key: "sample", title: t`There was no config of FlexGet, so there is a small one to try.`, detail: sentence`${code(path)} works without the internet. If yours is elsewhere, start the server with ${code("--config")} and its path.` };
  }
  return {
    key: "config",
    title: tasks ? ngettext("FlexGet's config has {0} task.", "FlexGet's config has {0} tasks.", tasks) : t`FlexGet's config has no task yet.`,
    detail: sentence`Nothing in ${code(path)} was changed. FlexAPI writes what somebody saves, keeps what was there before, and leaves comments alone.`,
    action: first && link(at("/tasks/"), t`See the tasks`),
  };
}

/** What is wrong in the config. */
function ofFaults({ invalid_tasks: invalid = [], warnings = [], problem, state, tasks }, can) {
  const found = [];
  const edits = can.changeTasks;
  if (problem && state !== "invalid") {
    found.push({ key: "broken", warns: true, title: t`FlexGet can't read the config.`, detail: problem.detail, action: edits && link(at("/config/"), t`Mend it`) });
  }
  if (invalid.length) {
    const [{ task, complaints }] = invalid;
    const title = invalid.length < tasks ? ngettext("FlexGet refuses {0} task; all others run.", "FlexGet refuses {0} tasks; all others run.", invalid.length) : t`FlexGet refuses every task.`;
    found.push({ key: "invalid", warns: true, title, detail: [h("b", {}, task), ": ", complaints[0]?.detail], action: edits && link(mendUrl(task, complaints), t`Mend ${task}`) });
  }
  if (warnings.length) {
    const [{ attr, detail }] = warnings;
    const title = ngettext("{0} place in the config isn't what it looks like.", "{0} places in the config aren't what they look like.", warnings.length);
    found.push({ key: "warnings", warns: true, title, detail: [code(attr), ": ", detail, "."], action: edits && link(at("/config/"), t`Look at the config`) });
  }
  return found;
}

function ofPlugins({ plugins = [] }) {
  if (!plugins.length) return [];
  const [{ file, reason }] = plugins;
  const title = ngettext("{0} plugin file of FlexGet isn't in use, or in part.", "{0} plugin files of FlexGet aren't in use, or in part.", plugins.length);
  return [{ key: "plugins", warns: true, title, detail: [code(file), ": ", reason], action: link(at("/system/"), t`See what they lack`) }];
}

/** Who runs what by itself. */
function ofSchedules({ schedules, hourly, sample }, { state, reason, next_run: next }, can) {
  if (state === "standing_down") {
    const detail = [reason, " ", sentence`What is run here waits until it has ended. To have FlexAPI do its work, end it with ${code("flexget daemon stop")}; this says so when it has.`];
    return { key: "daemon", warns: true, title: t`FlexGet's daemon is running, and has this config to itself.`, detail, action: link(at("/docs/flexget/"), t`FlexGet and FlexAPI`) };
  }
  const action = link(at("/schedules/"), can.changeSchedules ? t`Change or pause` : t`See the schedules`);
  const when = next && [" ", sentence`The next run: ${timeElement(next)}.`];
  if (hourly) return { key: "schedules", warns: true, title: t`All tasks run once an hour.`, detail: [t`The config says nothing of schedules, and FlexGet's daemon, which isn't running, would do the same.`, when], action };
  if (schedules) return { key: "schedules", title: ngettext("{0} schedule of FlexGet runs here: its daemon isn't running.", "{0} schedules of FlexGet run here: its daemon isn't running.", schedules), detail: when, action };
  return { key: "schedules", title: t`Nothing runs by itself.`, detail: sample ? t`The sample says so. A new task asks when it is to run.` : t`The config says so.`, action: can.addSchedules && link(at("/schedules/"), t`Add a schedule`) };
}

function ofHistory({ imported }) {
  if (!imported) return [];
  const title = ngettext("{0} entry of FlexGet's own history is here.", "{0} entries of FlexGet's own history are here.", imported);
  return [{ key: "history", title, detail: t`What FlexGet has taken before isn't taken again.`, action: link(at("/history/"), t`Look at the history`) }];
}

/** What to do next; a run `waits` where FlexGet's daemon has the config. */
function ofNext({ sample, first, ran }, waits, addTask, can) {
  const steps = [];
  const runs = first && !waits;
  if (runs && sample) {
    steps.push({ key: "run", todo: true, done: ran, title: t`Run the task ${first}, and see what it takes and why.`, action: runButton(t`Run ${first}`, { tasks: [asPattern(first)] }) });
  } else if (runs) {
    steps.push({ key: "run", todo: true, done: ran, title: t`Run a task, or test it first.`, detail: t`A test of ${first} shows what it would take, and downloads nothing.`, action: runButton(t`Test ${first}`, { tasks: [asPattern(first)], test: true }) });
  }
  if (addTask) steps.push({ key: "new", todo: true, title: t`Write a task of your own.`, detail: t`From a template, tried before it is saved; no YAML is needed.`, action: link(addTask, t`New task`, runs && !ran ? "" : "primary") });
  if (can.addChannels) steps.push({ key: "told", todo: true, title: t`Be told when something fails.`, detail: t`By mail, on a phone, or in this browser.`, action: link(at("/notifications/"), t`Notifications`) });
  return steps;
}

/**
 * Show the steps in `place`, a hidden card with a list and a `status`; `start` is the page's data. Answers what is to be called with an execution that has ended.
 */
export function showFirstSteps(place, { first, can, addTask }) {
  const list = place.querySelector("ul");
  const status = place.querySelector("[role=status]");
  const dismissed = new Set(preference(DISMISSED).split(" ").filter(Boolean));
  let server = {};
  let shown = [];
  let drawn = "";

  function dismiss(...keys) {
    const index = shown.findIndex(({ key }) => key === keys[0]);
    for (const key of keys) dismissed.add(key);
    try {
      prefer(DISMISSED, [...dismissed].join(" "));
    } catch {
      toast(t`This browser keeps nothing for this page, so the steps come back.`, "failed");
    }
    show();
    list.querySelectorAll("li .dismiss")[Math.min(index, shown.length - 1)]?.focus();
  }

  function item({ key, title, detail, action, warns, todo, done }) {
    const sign = warns ? "warning" : done || !todo ? "check" : "chevron";
    return h(
      "li",
      { class: `first-step${done ? " done" : ""}`, "data-step": key },
      h("span", { class: "sign" }, icon(sign), done && h("span", { class: "visually-hidden" }, t`Done:`, " ")),
      h("div", { class: "what" }, h("b", {}, title), detail && h("p", { class: "below" }, detail)),
      !done && action,
      h("button", { type: "button", class: "button small quiet dismiss", "aria-label": t`Dismiss: ${title}`, title: t`Dismiss`, onclick: () => dismiss(key) }, icon("close")),
    );
  }

  function show() {
    const { config = {}, engine = {}, scheduler } = server;
    const looking = !scheduler || config.checked === false;
    const all = [ofConfig(first, config), ...ofFaults(config, can), ...ofPlugins(engine), scheduler && ofSchedules(first, scheduler, can), ...ofHistory(first), ...ofNext(first, scheduler?.state === "standing_down", addTask, can)];
    shown = all.filter((step) => step && !dismissed.has(step.key));
    place.hidden = !shown.some(({ done }) => !done);
    status.textContent = looking ? t`FlexGet still looks at the config…` : "";
    // Nothing jumps, and no focus is lost, where nothing is new.
    const words = JSON.stringify([shown.map(({ key, title, done }) => [key, title, done]), config.path, scheduler?.next_run]);
    if (words === drawn) return;
    drawn = words;
    list.replaceChildren(...shown.map(item));
  }

  place.querySelector("button").addEventListener("click", () => dismiss(...shown.map(({ key }) => key)));
  onServerNews((news) => {
    server = news;
    show();
  });
  return (execution) => {
    first.ran ||= Boolean(execution.requested_by);
    show();
  };
}
