/** What the server says of itself, in words. */

import { byId, h, pageData } from "./dom.js";
import { amount, bytes, momentElement, timeElement } from "./format.js";
import { ngettext, pgettext, sentence, t } from "./gettext.js";
import { showConnection } from "./live.js";
import { at } from "./root.js";
import { reloadButton, unlockButton } from "./server_care.js";
import { lookAtServer, onServerNews } from "./server_news.js";
import { empty, failure, loading } from "./states.js";
import { table } from "./table.js";
import { counted } from "./things.js";

const { can } = pageData();
// Milliseconds between two looks.
const PERIOD = 5000;

const fact = (name, ...value) => [h("dt", {}, name), h("dd", {}, value)];
const facts = (...rows) => h("dl", { class: "facts" }, rows);
const wrong = (...text) => h("span", { class: "failed-count" }, text);
const link = (href, text) => h("a", { href }, text);
// Where the documentation says what to do.
const help = (href) => href && [" ", link(href, t`What to do`)];
const helpOn = (anchor) => help(at(`/docs/troubleshooting/#${anchor}`));

// What to do about a kind of trouble.
const ADVICE = {
  config: () => sentence`Mend the file by hand or on the ${link(at("/config/"), t`config page`)}; until then the last good one counts.`,
  invalid: () => sentence`Edit what FlexGet complains about, from the ${link(at("/tasks/"), t`tasks page`)}.`,
  disk: () => [t`Delete what is no longer needed, or move downloads to another disk.`],
  database: () => sentence`A superuser cleans and shrinks FlexGet's database: POST ${h("code", {}, at("/api/database/cleanup"))}, then ${h("code", {}, at("/api/database/vacuum"))}. Restore a backup where it is damaged.`,
  failed: () => sentence`Open the ${link(at("/executions/?status=failed"), pgettext("open it", "run"))}: it says why, and can be run again.`,
  aborted: () => sentence`Run it again from the ${link(at("/executions/?status=aborted"), t`list of executions`)}.`,
  missed: () => sentence`See on the ${link(at("/schedules/"), t`schedules page`)} whether it is due, and run it now.`,
  worker: () => [t`Start the worker again on its machine; what it ran is aborted, and can be run again.`],
  engine: () => [t`See why below FlexGet, mend that, then reload FlexGet.`],
  channel: () => sentence`Test the channel on the ${link(at("/notifications/"), t`notifications page`)}, and correct its address.`,
  token: () => [t`Its owner makes another one before it expires, and gives it to what uses it.`],
};

function problemRow({ kind, title, detail, since, count, help: more }) {
  return h("li", { class: "problem" }, sentence`${h("b", {}, title)} since ${momentElement(since)}`, count > 1 && t`, ${counted(count, "time")}`, detail && h("p", { class: "quiet" }, detail), h("p", {}, ADVICE[kind] && [sentence`What to do: ${h("span", {}, ADVICE[kind]())}`, " "], link(more, t`More about this`)));
}

const problems = ({ problems: found }) => (found.length ? h("ul", { class: "rows" }, found.map(problemRow)) : empty(t`Nothing is wrong.`));

const CONFIG = { ok: t`in order`, invalid: t`FlexGet refuses a part of it`, broken: t`can't be read as YAML`, missing: t`is missing` };

function server({ versions, time_zone: zone, config, unknown_variables: unknown }) {
  const state = config.error ?? CONFIG[config.state] ?? config.state;
  return facts(
    fact("FlexAPI", versions.flexapi),
    fact("Python", versions.python),
    fact("Django", versions.django),
    fact(t`Time zone`, zone.problem ? [wrong(zone.problem), help(zone.help)] : zone.name),
    unknown.map(({ detail, help: more }) => fact(t`Setting`, wrong(detail), help(more))),
    fact(t`Config`, config.path ? h("code", {}, config.path) : ""),
    fact("", config.state === "ok" ? `${state}, ${counted(config.tasks, "task")}` : wrong(state), config.problem ? [`: ${config.problem.detail}`, help(config.help)] : ""),
  );
}

const ENGINE = { ready: t`ready`, starting: t`is being loaded`, failed: t`can't be run`, stopped: t`stopped`, unloaded: t`unloaded until it is needed` };

function engine({ engine: state, versions }) {
  const said = ENGINE[state.state] ?? state.state;
  return [
    facts(
      fact(t`State`, state.state === "failed" ? [wrong(said), helpOn("engine")] : said, state.reason ? `: ${state.reason}` : ""),
      fact(t`Version`, state.python ? t`${state.flexget ?? versions.flexget} on Python ${state.python}` : (state.flexget ?? versions.flexget)),
      state.pid ? fact(t`Process`, state.restarts ? ngettext("{1}, restarted {0} time", "{1}, restarted {0} times", state.restarts, state.pid) : state.pid) : [],
      state.unanswered ? fact(t`Silent for`, t`${state.unanswered} s`) : [],
      fact(t`Runs`, ngettext("{0} run now, {1} waiting", "{0} runs now, {1} waiting", state.running, amount(state.pending))),
      fact(t`Lock`, state.waiting_for ? [wrong(state.waiting_for), helpOn("lock"), " ", unlockButton(can, state.waiting_for)] : t`nothing waits for it`),
    ),
    state.plugins.length > 0 && h("ul", { class: "faults" }, state.plugins.map(({ file, reason }) => h("li", {}, h("code", {}, file), reason, helpOn("flexget-plugins")))),
    can.steer && h("div", {}, reloadButton(can)),
  ];
}

function storage({ storage: { disks, databases } }) {
  const size = ({ kind, size: known }) => `${known === null ? t`size not known` : bytes(known)}, ${kind === "sqlite" ? "SQLite" : "PostgreSQL"}`;
  return facts(
    disks.map(({ path, free, total }) => fact(t`Disk`, sentence`${bytes(free)} of ${bytes(total)} free at ${h("code", {}, path)}`)),
    fact(t`FlexAPI's database`, size(databases.flexapi)),
    fact(t`FlexGet's database`, size(databases.flexget)),
  );
}

const moment = (text) => (text ? timeElement(text) : "");

const WORKERS = [
  { title: t`Worker`, cell: ({ name }) => name, kind: "wide" },
  { title: t`Queues`, cell: ({ queues }) => queues?.join(", ") ?? t`all`, label: t`Queues` },
  { title: t`Runs`, cell: ({ running, slots }) => t`${running} of ${slots}`, kind: "number", label: t`Runs` },
  { title: t`Seen`, cell: ({ seen }) => moment(seen), kind: "time", label: t`Seen` },
];
const workers = ({ workers: rows }) => (rows.length ? table(WORKERS, rows, { caption: t`Workers` }) : empty(t`No worker gives a sign of life.`, [t`Runs wait until one does: start the server without --no-worker, or a Celery worker.`, helpOn("workers")]));

const STATES = { running: t`running`, failed: t`failed`, stopped: t`stopped` };
const state = ({ state: name }) => (name === "running" ? STATES[name] : wrong(STATES[name] ?? name));
const LOOPS = [
  { title: t`Loop`, cell: ({ name, reason, next_try: next }) => [name, reason && h("span", { class: "below" }, reason, helpOn("loops")), next && h("span", { class: "below" }, sentence`tries again ${timeElement(next)}`)], kind: "wide" },
  { title: t`State`, cell: state, kind: "fixed" },
  { title: t`Since`, cell: ({ since }) => moment(since), kind: "time", label: t`since` },
  { title: t`Failures`, cell: ({ failures_ever: ever }) => String(ever), kind: "number", label: t`Failures` },
];
const loops = ({ loops: rows }) => table(LOOPS, rows, { caption: t`Background loops` });

const PLUGINS = [
  { title: t`Plugin`, cell: ({ name, package: from }) => [name, h("span", { class: "below" }, from)], kind: "wide" },
  { title: t`Version`, cell: ({ version }) => version, kind: "fixed", label: t`Version` },
  { title: t`What it lacks`, cell: ({ problem, engine_problem: inside }) => (problem || inside ? [wrong([problem, inside].filter(Boolean).join(" ")), helpOn("plugins")] : t`nothing`), label: t`Lacks` },
];
const plugins = ({ plugins: rows }) => (rows.length ? table(PLUGINS, rows, { caption: t`Plugins` }) : empty(t`No plugin is installed.`));

const WORK = [
  { title: t`Work`, cell: ({ what, detail }) => [what, detail && h("span", { class: "below" }, detail)], kind: "wide" },
  { title: t`State`, cell: ({ state: name, percent }) => (name === "running" ? `${percent} %` : [name, name === "failed" && helpOn("work")]), kind: "fixed" },
  { title: t`Since`, cell: ({ started }) => moment(started), kind: "time", label: t`since` },
];
const work = ({ work: rows }) => (rows.length ? table(WORK, rows, { caption: t`Long work` }) : empty(t`No long work goes on.`));

const LOGINS = [
  { title: t`User`, cell: ({ user }) => user, kind: "wide" },
  { title: t`Last login`, cell: ({ time }) => timeElement(time), kind: "time", label: t`Last login` },
];
const logins = ({ logins: rows }) => table(LOGINS, rows, { caption: t`Recent logins` });

/** The cards: title, the parts of the answer that it shows, how, and whether it has the page's whole width. */
const CARDS = [
  [t`What is wrong`, ["problems"], problems, "whole"],
  [t`Server`, ["versions", "time_zone", "config", "unknown_variables"], server, "padded"],
  ["FlexGet", ["engine", "versions"], engine, "padded"],
  [t`Storage`, ["storage"], storage, "padded"],
  [t`Workers`, ["workers"], workers],
  [t`Plugins`, ["plugins"], plugins],
  [t`Long work`, ["work"], work],
  [t`Recent logins`, ["logins"], logins],
  [t`Background loops`, ["loops"], loops, "whole"],
];

/** A card's body, for what is known of its first part; that may be why nothing is. */
function bodyOf(answer, [first], show) {
  const { error } = answer[first];
  return h("div", {}, error ? empty(error) : show(answer));
}

const shown = new Map();

/** Draw the cards of which something changed: the others keep their focus. */
function draw(answer) {
  for (const [title, parts, show, kind] of CARDS) {
    if (!(parts[0] in answer)) continue;
    const said = JSON.stringify(parts.map((part) => answer[part]));
    const known = shown.get(title);
    if (known?.said === said) continue;
    const body = bodyOf(answer, parts, show);
    if (kind === "padded") body.className = "padded";
    if (known) known.body.replaceWith(body);
    else byId("cards").append(h("section", { class: `card ${kind === "whole" ? kind : ""}`, "aria-label": title }, h("header", {}, h("h2", {}, title)), body));
    shown.set(title, { said, body });
  }
}

function heard(object) {
  if (!shown.size) byId("cards").replaceChildren();
  draw(object);
  showConnection(byId("connection"), "live");
}

function failed(error) {
  if (shown.size) showConnection(byId("connection"), "lost");
  else byId("cards").replaceChildren(failure(error, lookAtServer));
}

byId("cards").append(loading());
onServerNews(heard, failed);
setInterval(() => document.visibilityState === "visible" && lookAtServer(), PERIOD);
