/** The smaller cards of the dashboard: server and config, next schedules, what was taken lately. */

import { api } from "./api.js";
import { byId, h } from "./dom.js";
import { amount, timeElement } from "./format.js";
import { ngettext, t } from "./gettext.js";
import { at } from "./root.js";
import { reloadButton, unlockButton } from "./server_care.js";
import { empty } from "./states.js";
import { taskLink, taskLinks } from "./task_names.js";
import { counted } from "./things.js";

const FAULTS = 8;
const ENGINE = { starting: t`starting`, failed: t`failed`, stopped: t`stopped`, unloaded: t`unloaded until it is needed` };

const fact = (name, ...value) => [h("dt", {}, name), h("dd", {}, value)];

function configFacts(config) {
  if (config.error) return fact(t`Config`, config.error);
  const states = {
    ok: counted(config.tasks, "task"),
    invalid: ngettext("{0} task, of which {1} can't run", "{0} tasks, of which {1} can't run", config.tasks, amount(config.invalid_tasks.length)),
    broken: t`can't be read as YAML`,
  };
  const state = states[config.state] ?? config.state;
  return [...fact(t`Config`, h("code", {}, config.path)), ...fact("", config.state === "ok" ? state : h("span", { class: "failed-count" }, state))];
}

function faultList(errors) {
  return h(
    "div",
    { class: "callout aborted" },
    h("b", {}, ngettext("FlexGet finds {0} fault in the config", "FlexGet finds {0} faults in the config", errors.length)),
    h("ul", { class: "faults" }, errors.slice(0, FAULTS).map((error) => h("li", {}, h("code", {}, error.attr), error.detail))),
    errors.length > FAULTS && h("p", { class: "quiet" }, t`and ${amount(errors.length - FAULTS)} more`),
  );
}

const WARNINGS = {
  twice: (n) => ngettext("{0} key in the config stands twice", "{0} keys in the config stand twice", n),
  not_run: (n) => ngettext("{0} place of the config does less here than in FlexGet's daemon", "{0} places of the config do less here than in FlexGet's daemon", n),
  exec_unescaped: (n) => ngettext("{0} command can be changed by the name of a release", "{0} commands can be changed by the name of a release", n),
};

function warningList(code, warnings) {
  return h(
    "div",
    { class: "callout aborted" },
    h("b", {}, (WARNINGS[code] ?? ((n) => ngettext("{0} warning", "{0} warnings", n)))(warnings.length)),
    h("ul", { class: "faults" }, warnings.slice(0, FAULTS).map((warning) => h("li", {}, h("code", {}, warning.attr), warning.detail, "."))),
    warnings.length > FAULTS && h("p", { class: "quiet" }, t`and ${amount(warnings.length - FAULTS)} more`),
  );
}

function warningLists(warnings) {
  const codes = new Set(warnings.map(({ code }) => code));
  return [...codes].map((code) => warningList(code, warnings.filter((warning) => warning.code === code)));
}

function fileList(files) {
  return h(
    "div",
    { class: "callout aborted" },
    h("b", {}, ngettext("{0} file that the config names can't be used", "{0} files that the config names can't be used", files.length)),
    h("ul", { class: "faults" }, files.slice(0, FAULTS).map(({ path, state, detail }) => h("li", {}, h("code", {}, path), detail ?? state))),
    files.length > FAULTS && h("p", { class: "quiet" }, t`and ${amount(files.length - FAULTS)} more`),
  );
}

function pluginList(plugins, can) {
  return h(
    "div",
    { class: "callout aborted" },
    h("b", {}, ngettext("{0} plugin file of FlexGet isn't in use, or in part", "{0} plugin files of FlexGet aren't in use, or in part", plugins.length)),
    h("ul", { class: "faults" }, plugins.slice(0, FAULTS).map(({ file, reason }) => h("li", {}, h("code", {}, file), reason))),
    plugins.length > FAULTS && h("p", { class: "quiet" }, t`and ${amount(plugins.length - FAULTS)} more`),
    reloadButton(can),
  );
}

/** That `/api/server` did not answer. */
export function showFailure(error) {
  byId("state").replaceChildren(h("p", { class: "callout failed" }, error.message));
}

/** What `/api/server` says of versions, engine and config. */
export function showState({ versions, config = {}, engine = {}, scheduler = {}, time_zone: zone = {} }, can) {
  const engineText = engine.state === "ready" ? t`FlexGet ${engine.flexget}, ready` : (ENGINE[engine.state] ?? engine.error);
  byId("state").replaceChildren(
    h(
      "dl",
      { class: "facts" },
      fact(t`Engine`, engineText, engine.reason ? `: ${engine.reason}` : ""),
      engine.waiting_for ? fact(t`Waiting`, engine.waiting_for, " ", unlockButton(can, engine.waiting_for)) : [],
      scheduler.reason ? fact(t`Schedules`, scheduler.reason) : [],
      scheduler.problems ? fact(t`Schedules`, h("span", { class: "failed-count" }, ngettext("{0} schedule can't be used", "{0} schedules can't be used", scheduler.problems))) : [],
      zone.problem ? fact(t`Time zone`, h("span", { class: "failed-count" }, zone.problem)) : fact(t`Time zone`, zone.name ?? ""),
      configFacts(config),
      fact("FlexAPI", versions.flexapi),
    ),
    ...(engine.plugins?.length ? [pluginList(engine.plugins, can)] : []),
    ...(config.errors?.length ? [faultList(config.errors)] : []),
    ...warningLists(config.warnings ?? []),
    ...(config.files?.length ? [fileList(config.files)] : []),
  );
}

function fill(id, nodes) {
  const card = byId(id);
  card.hidden = false;
  card.querySelector("div").replaceChildren(...nodes);
}

// The schedules that are shown.
let shown;

/** What the summary says: the schedules that run next, and how much was taken today. */
export function showSummary({ next_schedules: next, taken_today: taken }, can) {
  byId("taken-today").textContent = taken ? t`${amount(taken)} today` : "";
  // Nothing for this user, or nothing new: a link may have the focus.
  if (!next || shown === JSON.stringify(next)) return;
  shown = JSON.stringify(next);
  const rows = next.map(({ tasks, next_run: time }) => {
    const asked = { tasks: tasks.includes("*") ? [] : tasks };
    return h("li", { class: "pair" }, h("span", {}, taskLinks(asked, can)), timeElement(time));
  });
  fill("schedules", [rows.length ? h("ul", { class: "rows" }, rows) : empty(t`Nothing is scheduled.`)]);
}

/** What was accepted lately. */
export async function showHistory(url, can) {
  try {
    const { items } = await api(`${url}?limit=8`);
    const rows = items.map((item) => {
      const title = item.execution ? h("a", { href: at(`/executions/${item.execution}/`) }, item.title) : item.title;
      return h("li", { class: "pair", title: item.reason ?? "" }, h("span", {}, title, " ", h("span", { class: "meta" }, taskLink(item.task, can))), timeElement(item.time));
    });
    fill("history", [rows.length ? h("ul", { class: "rows" }, rows) : empty(t`Nothing was taken yet.`)]);
  } catch {
    byId("history").hidden = true;
  }
}
