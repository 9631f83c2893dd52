/** What is wrong with the server, on top of every page: said with the page, and kept up to date. */

import { byId, h, icon } from "./dom.js";
import { momentElement } from "./format.js";
import { ngettext, sentence, t } from "./gettext.js";
import { at } from "./root.js";
import { onServerNews } from "./server_news.js";
import { counted } from "./things.js";

// What the config's own banners say already.
const OF_CONFIG = new Set(["config", "invalid"]);
// Where one sees more of a kind of trouble.
const PLACES = { failed: at("/executions/?status=failed"), aborted: at("/executions/?status=aborted"), missed: at("/tasks/"), approval: at("/pending/"), engine: at("/"), worker: at("/") };

let known;

const whatToDo = (help) => h("a", { href: help }, t`What to do`);
const banner = (name, ...parts) => h("div", { class: `banner banner-${name}` }, icon("warning"), h("div", {}, parts));

function whatIsWrong(state, line) {
  if (state === "broken") return line ? t`The config file can't be read as YAML, line ${line}.` : t`The config file can't be read as YAML.`;
  return line ? t`The config file can't be used, line ${line}.` : t`The config file can't be used.`;
}

function ofConfig({ state, problem, path, help }) {
  if (!problem || state === "invalid") return null;
  return banner(state, h("strong", {}, whatIsWrong(state, problem.line)), ` ${problem.detail} `, state === "broken" && "mends" in byId("notices").dataset && h("a", { href: at(`/config/${problem.line ? `#L${problem.line}` : ""}`) }, t`Mend it here`), " ", h("code", {}, path), " ", whatToDo(help));
}

function ofTasks({ invalid_tasks: tasks = [] }) {
  if (!tasks.length) return null;
  const rows = tasks.map(({ task, complaints }) => h("li", {}, h("b", {}, task), ": ", complaints.map(({ detail }) => detail).join(" ")));
  const what = tasks.length === 1 ? t`FlexGet refuses to run ${tasks[0].task}.` : ngettext("FlexGet refuses to run {0} task.", "FlexGet refuses to run {0} tasks.", tasks.length);
  return banner("invalid", h("strong", {}, what), " ", h("a", { href: at("/tasks/") }, t`See the tasks`), " ", whatToDo(at("/docs/troubleshooting/#invalid")), h("details", {}, h("summary", {}, t`What is wrong`), h("ul", {}, rows)));
}

function ofOthers(problems) {
  const others = problems.filter(({ kind }) => !OF_CONFIG.has(kind));
  if (!others.length) return null;
  const rows = others.map(({ kind, title, detail, since, count, help }) =>
    h("li", {}, sentence`${PLACES[kind] ? h("a", { href: PLACES[kind] }, title) : h("b", {}, title)} since ${momentElement(since)}`, count > 1 && t`, ${counted(count, "time")}`, " ", whatToDo(help), detail && h("p", {}, detail)),
  );
  const [first] = others;
  const what = others.length === 1 ? `${first.title}.` : ngettext("{1}, and {0} other problem.", "{1}, and {0} other problems.", others.length - 1, first.title);
  return banner("others", h("strong", {}, what), h("details", {}, h("summary", {}, t`Details`), h("ul", {}, rows)));
}

onServerNews(({ config = {}, problems }) => {
  if (config.error) return; // Being written.
  const others = Array.isArray(problems) ? problems : [];
  const said = JSON.stringify([config.state, config.problem, config.invalid_tasks, others.map(({ kind, title, count }) => [kind, title, count])]);
  if (said === known) return; // Somebody may be reading it.
  known = said;
  byId("notices").replaceChildren(...[ofConfig(config), ofTasks(config), ofOthers(others)].filter(Boolean));
});
