/** The page of an execution. */

import { api } from "../api.js";
import { byId, h, pageData, toast } from "../dom.js";
import { abort, askedBy, doing, isActive, kindOf, optionsOf, runAgain, statusBadge, statusName, whyItEnded } from "../execution.js";
import { amount, language, timeElement, tookOf } from "../format.js";
import { ngettext, sentence, t } from "../gettext.js";
import { Live, showConnection } from "../live.js";
import { unlockButton } from "../server_care.js";
import { showChain } from "./chain.js";
import { Compare } from "./compare.js";
import { copyLines } from "./copy.js";
import { Entries } from "./entries.js";
import { rangeOf, hashOf } from "./links.js";
import { LogStore, makeFilter, patternOf } from "./store.js";
import { LogView } from "./view.js";
import { at } from "../root.js";
import { taskLinks } from "../task_names.js";
import { counted } from "../things.js";

const REFRESH = 4000;
const TYPING = 80;
const data = pageData();
let execution = data.execution;
let resumedAfter = null;
let ended = false;
let counts = "";
// The status with which the chain was looked at last.
let chained = "";
let looked = { lines: 0, last: 0 };
// A message may be older than what was read meanwhile: progress does not go back.
let farthest = 0;
let shownReason = null;

const store = new LogStore(data.levels, {
  changed: (reset) => view.update(reset),
  named(kind, name) {
    const options = byId(kind);
    if ([...options.children].some((option) => option.value === name)) return;
    const next = [...options.children].slice(1).find((option) => option.value > name);
    options.insertBefore(h("option", { value: name }, name), next ?? null);
  },
});
const view = new LogView(byId("log"), store, {
  follow: showFollow,
  mark: (range) => history.replaceState(null, "", `${location.pathname}${location.search}${range ? hashOf(range) : ""}`),
  end: () => !ended && isActive(execution) && view.setFollow(true),
  rendered: showCount,
});
const entries = new Entries(byId("panel-entries"), execution.id, { changes: data.can.changeTasks && !execution.trial, takes: data.can.run && !execution.trial });

const meter = h("i");
const parts = {
  doing: h("span", { class: "doing" }),
  facts: h("span", {}),
  took: h("span", {}),
  meter: h("div", { class: "meter", role: "progressbar", "aria-label": t`Progress`, "aria-valuemin": 0, "aria-valuemax": 100 }, meter),
};
byId("progress").append(parts.doing, h("span", {}, parts.facts, parts.took), parts.meter);

function showExecution() {
  const active = isActive(execution);
  const badge = byId("status");
  if (badge.textContent !== statusName(execution.status)) badge.replaceChildren(statusBadge(execution.status));
  if (!byId("kind").firstChild) byId("kind").append(...[kindOf(execution)].filter(Boolean));
  const options = optionsOf(execution);
  // Made once: a link may have the focus.
  if (!byId("asked").firstChild) byId("asked").append(...[taskLinks(execution, data.can), options && ` (${options})`].flat().filter(Boolean));
  byId("asked").title = byId("asked").textContent;
  document.title = `${execution.status === "running" ? `${Math.round(Math.max(farthest, execution.percent))} %` : statusName(execution.status)} · ${t`Execution ${execution.id}`} · FlexAPI`;
  if (byId("abort")) byId("abort").hidden = !active;
  if (byId("again")) byId("again").hidden = active;
  parts.meter.hidden = !active;
  farthest = Math.max(farthest, execution.percent);
  meter.style.width = `${farthest}%`;
  parts.meter.setAttribute("aria-valuenow", Math.round(farthest));
  if (active) parts.doing.textContent = doing(execution);
  else parts.doing.replaceChildren(...sentence`Asked for ${h("span", {}, askedBy(execution) ?? "")}, ${timeElement(execution.created)}`);
  showTook();
  const reason = execution.abort_reason;
  const unlock = execution.status === "pending" && unlockButton(data.can, execution.waiting_for);
  if (reason) {
    // Not made again: somebody may be reading the details.
    if (shownReason !== reason) byId("reason").replaceChildren(h("div", { class: `callout why ${execution.status}` }, whyItEnded(execution)));
  } else if (!unlock) byId("reason").replaceChildren();
  // Nor is the button, which somebody may be about to press.
  else if (!byId("reason").querySelector("button")) byId("reason").replaceChildren(h("p", { class: "callout aborted" }, sentence`If no FlexGet is running: ${unlock}`));
  shownReason = reason;
  const total = entries.summary(execution.summary);
  byId("entry-count").textContent = total ? amount(total) : "";
  const { accepted, rejected, failed } = execution.summary;
  const facts = [accepted && t`${amount(accepted)} accepted`, rejected && t`${amount(rejected)} rejected`, failed && t`${amount(failed)} failed`];
  parts.facts.textContent = facts.filter(Boolean).join(", ");
}

function showTook() {
  const took = tookOf(execution);
  parts.took.textContent = took ? `${parts.facts.textContent ? " · " : ""}${took}` : "";
}

function showFollow() {
  byId("follow").setAttribute("aria-pressed", String(view.follow));
}

function showCount() {
  const text = store.filter ? ngettext("{1} of {0} line", "{1} of {0} lines", store.last, amount(store.shown.length)) : counted(store.last, "line");
  if (text === counts) return;
  counts = text;
  byId("shown").textContent = text;
  byId("line-count").textContent = amount(store.last);
}

async function refresh() {
  try {
    execution = (await api(at(`/api/execution/${execution.id}`))).object;
    showExecution();
    if (chained !== execution.status) await showChain(byId("chain"), execution);
    chained = execution.status;
  } catch (error) {
    // Unreachable: the websocket notices that as well, says so, and comes back.
    if (error.status) toast(error.message, "failed");
  }
}

/** Look at the execution now and then; the socket may be dead without a word, behind a router that forgot it. */
async function lookAfter() {
  if (ended || live.closed || document.visibilityState !== "visible") return;
  const before = looked;
  await refresh();
  if (looked !== before) return; // It was connected again meanwhile.
  // What was stored at the last look is still not here, nor did anything else come.
  if (live.isOpen && store.last === before.last && before.last < before.lines) live.restart();
  looked = { lines: execution.log_lines, last: store.last };
}

function showResumed(gap) {
  const at = new Date().toLocaleTimeString(language);
  byId("resumed").textContent = t`Reconnected at ${at} after ${Math.max(1, Math.round(gap))} s; went on after line ${amount(resumedAfter)}, nothing was missed.`;
}

function onMessage(message) {
  if (message.type === "log") {
    if (!store.append(message.lines)) live.restart();
  } else if (message.type === "progress") {
    const { type, ...progress } = message;
    Object.assign(execution, progress);
    showExecution();
  } else if (message.type === "status") {
    execution.status = message.status;
    refresh();
  } else if (message.type === "end") {
    if (store.last < message.seq) {
      live.restart();
      return;
    }
    ended = true;
    live.done = true;
    execution.status = message.status;
    view.finish();
    refresh();
  }
}

const live = new Live(
  () => {
    resumedAfter = store.last;
    return at(`/ws/execution/${execution.id}/log/?after=${store.last}`);
  },
  {
    message: onMessage,
    state(name, detail) {
      const over = name === "closed" && ended;
      showConnection(byId("connection"), name, over ? 0 : detail);
      looked = { lines: 0, last: 0 };
      if (name === "live" && detail !== null) {
        showResumed(detail);
        refresh();
      }
    },
  },
);

// The filters stand in the page's address, by the names of their controls.
const FILTERS = ["level", "plugin", "task", "text"];
const onlyFound = () => byId("only").getAttribute("aria-pressed") === "true";

function readFilter() {
  const [level, plugin, task, text] = FILTERS.map((name) => byId(name).value);
  byId("only").hidden = !text;
  store.setFilter(makeFilter({ level: Number(level), plugin, task, text: onlyFound() ? text : "" }), patternOf(text));
  const asked = new URLSearchParams(FILTERS.map((name) => [name, byId(name).value]).filter(([, value]) => value));
  if (text && onlyFound()) asked.set("only", "1");
  const query = asked.toString();
  history.replaceState(null, "", `${location.pathname}${query ? `?${query}` : ""}${location.hash}`);
}

/** Go to the next line, or the one before, in which the text is found. */
function goToFound(step) {
  const seq = store.found(view.marked?.from ?? (view.topSeq ?? 1) - (step > 0 ? 1 : 0), step);
  if (seq === null) return;
  view.setFollow(false);
  view.mark({ from: seq, to: seq });
  view.reveal(seq);
}

function readAddress() {
  const asked = new URLSearchParams(location.search);
  if (![...asked.keys()].some((name) => FILTERS.includes(name))) return;
  for (const name of FILTERS) {
    const value = asked.get(name) ?? "";
    // What no line has named so far can be chosen all the same.
    if (value && (name === "plugin" || name === "task") && ![...byId(name).options].some((option) => option.value === value)) byId(name).append(h("option", { value }, value));
    byId(name).value = value;
  }
  byId("only").setAttribute("aria-pressed", String(asked.has("only")));
  readFilter();
}

let typing;
byId("text").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(readFilter, TYPING);
});
byId("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter") goToFound(event.shiftKey ? -1 : 1);
});
byId("only").addEventListener("click", () => {
  byId("only").setAttribute("aria-pressed", String(!onlyFound()));
  readFilter();
});
for (const name of ["level", "plugin", "task"]) byId(name).addEventListener("change", readFilter);
byId("more").addEventListener("click", () => {
  const open = byId("selects").classList.toggle("open");
  byId("more").setAttribute("aria-expanded", String(open));
});
// Once nothing comes any more, it goes to the end, and that is all.
byId("follow").addEventListener("click", () => view.setFollow(!view.follow));
byId("copy").addEventListener("click", async () => {
  const number = await copyLines(store, view.marked);
  toast(number ? ngettext("{0} line copied.", "{0} lines copied.", number) : t`The browser did not let the page copy.`, number ? "" : "failed");
});
byId("log").addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "f") byId("follow").click();
  else if (event.key === "/") byId("text").focus();
  else return;
  event.preventDefault();
});
byId("abort")?.addEventListener("click", () => abort(execution));
byId("again")?.addEventListener("click", () => runAgain(execution));

const tabs = ["tab-log", "tab-entries", "tab-compare"].map(byId);
const compare = new Compare(byId("panel-compare"), execution);
function choose(tab) {
  for (const other of tabs) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    byId(other.getAttribute("aria-controls")).hidden = !chosen;
  }
  if (tab.id === "tab-entries") entries.load(true);
  if (tab.id === "tab-compare") compare.load();
}
for (const tab of tabs) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const step = event.key === "ArrowRight" ? 1 : -1;
    const other = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    choose(other);
    other.focus();
  });
}

function goToHash() {
  const range = rangeOf(location.hash);
  if (!range) return;
  view.mark(range);
  view.setFollow(false);
  view.reveal(range.from);
}
window.addEventListener("hashchange", goToHash);

showExecution();
readAddress();
if (isActive(execution)) view.setFollow(true);
goToHash();
if (new URLSearchParams(location.search).has("against")) choose(byId("tab-compare"));
setInterval(showTook, 1000);
setInterval(lookAfter, REFRESH);
