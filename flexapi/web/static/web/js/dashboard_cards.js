/** The smaller cards of the dashboard: server and config, next schedules, what was taken lately. */

import { api } from "./api.js";
import { byId, h } from "./dom.js";
import { amount, counted, timeElement } from "./format.js";
import { at } from "./root.js";
import { reloadButton, unlockButton } from "./server_care.js";

const FAULTS = 8;
// Milliseconds until FlexGet, which is loading or checks the config, is asked once more.
const SOON = 2000;
const ENGINE = { starting: "starting", failed: "failed", stopped: "stopped" };

const fact = (name, ...value) => [h("dt", {}, name), h("dd", {}, value)];

function configFacts(config) {
  if (config.error) return fact("Config", config.error);
  const states = {
    ok: counted(config.tasks, "task"),
    invalid: `${counted(config.tasks, "task")}, of which ${config.invalid_tasks.length} can't run`,
    broken: "can't be read as YAML",
  };
  const state = states[config.state] ?? config.state;
  return [...fact("Config", h("code", {}, config.path)), ...fact("", config.state === "ok" ? state : h("span", { class: "failed-count" }, state))];
}

function faultList(errors) {
  return h(
    "div",
    { class: "callout aborted" },
    h("b", {}, `FlexGet finds ${counted(errors.length, "fault")} in the config`),
    h("ul", { class: "faults" }, errors.slice(0, FAULTS).map((error) => h("li", {}, h("code", {}, error.attr), error.detail))),
    errors.length > FAULTS && h("p", { class: "quiet" }, `and ${errors.length - FAULTS} more`),
  );
}

const WARNINGS = {
  twice: (n) => `${counted(n, "key")} in the config ${n === 1 ? "stands" : "stand"} twice`,
  not_run: (n) => `${counted(n, "place")} of the config ${n === 1 ? "does" : "do"} less here than in FlexGet's daemon`,
  exec_unescaped: (n) => `${counted(n, "command")} can be changed by the name of a release`,
};

function warningList(code, warnings) {
  return h(
    "div",
    { class: "callout aborted" },
    h("b", {}, (WARNINGS[code] ?? ((n) => counted(n, "warning")))(warnings.length)),
    h("ul", { class: "faults" }, warnings.slice(0, FAULTS).map((warning) => h("li", {}, h("code", {}, warning.attr), warning.detail, "."))),
    warnings.length > FAULTS && h("p", { class: "quiet" }, `and ${warnings.length - FAULTS} more`),
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
    h("b", {}, `${counted(files.length, "file")} that the config names can't be used`),
    h("ul", { class: "faults" }, files.slice(0, FAULTS).map(({ path, state, detail }) => h("li", {}, h("code", {}, path), detail ?? state))),
    files.length > FAULTS && h("p", { class: "quiet" }, `and ${files.length - FAULTS} more`),
  );
}

function pluginList(plugins, can) {
  return h(
    "div",
    { class: "callout aborted" },
    h("b", {}, `${counted(plugins.length, "plugin file")} of FlexGet ${plugins.length === 1 ? "isn't" : "aren't"} in use, or in part`),
    h("ul", { class: "faults" }, plugins.slice(0, FAULTS).map(({ file, reason }) => h("li", {}, h("code", {}, file), reason))),
    plugins.length > FAULTS && h("p", { class: "quiet" }, `and ${plugins.length - FAULTS} more`),
    reloadButton(can),
  );
}

let soon;

/** What `/api/server` says of versions, engine and config. */
export async function showState(url, can) {
  const place = byId("state");
  let server;
  try {
    server = (await api(url)).object;
  } catch (error) {
    place.replaceChildren(h("p", { class: "callout failed" }, error.message));
    return;
  }
  const { versions, config = {}, engine = {}, scheduler = {}, time_zone: zone = {} } = server;
  clearTimeout(soon);
  if (engine.state === "starting" || (engine.state === "ready" && config.checked === false)) soon = setTimeout(() => showState(url, can), SOON);
  const engineText = engine.state === "ready" ? `FlexGet ${engine.flexget}, ready` : (ENGINE[engine.state] ?? engine.error);
  place.replaceChildren(
    h(
      "dl",
      { class: "facts" },
      fact("Engine", engineText, engine.reason ? `: ${engine.reason}` : ""),
      engine.waiting_for ? fact("Waiting", engine.waiting_for, " ", unlockButton(can, engine.waiting_for)) : [],
      scheduler.reason ? fact("Schedules", scheduler.reason) : [],
      scheduler.problems ? fact("Schedules", h("span", { class: "failed-count" }, `${counted(scheduler.problems, "schedule")} can't be used`)) : [],
      zone.problem ? fact("Time zone", h("span", { class: "failed-count" }, zone.problem)) : fact("Time zone", zone.name ?? ""),
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

/** What the summary says: the schedules that run next, and how much was taken today. */
export async function showSummary(url) {
  let summary;
  try {
    summary = (await api(url)).object;
  } catch {
    byId("schedules").hidden = true;
    return;
  }
  const { next_schedules: next, taken_today: taken } = summary;
  byId("taken-today").textContent = taken ? `${amount(taken)} today` : "";
  if (!next) return; // Not for this user.
  const rows = next.map(({ tasks, next_run: time }) => {
    const names = tasks.join(", ");
    return h("li", { class: "pair" }, h("span", {}, names === "*" ? "all tasks" : names), timeElement(time));
  });
  fill("schedules", [rows.length ? h("ul", { class: "rows" }, rows) : h("div", { class: "empty" }, "Nothing is scheduled.")]);
}

/** What was accepted lately. */
export async function showHistory(url) {
  try {
    const { items } = await api(`${url}?limit=8`);
    const rows = items.map((item) => {
      const title = item.execution ? h("a", { href: at(`/executions/${item.execution}/`) }, item.title) : item.title;
      return h("li", { class: "pair", title: item.reason ?? "" }, h("span", {}, title, " ", h("span", { class: "meta" }, item.task)), timeElement(item.time));
    });
    fill("history", [rows.length ? h("ul", { class: "rows" }, rows) : h("div", { class: "empty" }, "Nothing was taken yet.")]);
  } catch {
    byId("history").hidden = true;
  }
}
