/** The page of an execution. */

import { api } from "../api.js";
import { byId, h, pageData, toast } from "../dom.js";
import { abort, doing, isActive, optionsOf, runAgain, statusBadge, tasksOf } from "../execution.js";
import { amount, counted, timeElement, tookOf } from "../format.js";
import { Live, showConnection } from "../live.js";
import { unlockButton } from "../server_care.js";
import { showChain } from "./chain.js";
import { copyLines } from "./copy.js";
import { Entries } from "./entries.js";
import { rangeOf, hashOf } from "./links.js";
import { LogStore, makeFilter } from "./store.js";
import { LogView } from "./view.js";
import { at } from "../root.js";

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

const store = new LogStore(data.levels, {
  changed: (reset) => view.update(reset),
  named(kind, name) {
    const options = byId(kind);
    const next = [...options.children].slice(1).find((option) => option.value > name);
    options.insertBefore(h("option", { value: name }, name), next ?? null);
  },
});
const view = new LogView(byId("log"), store, {
  follow: showFollow,
  mark: (range) => history.replaceState(null, "", range ? hashOf(range) : location.pathname),
  end: () => !ended && isActive(execution) && view.setFollow(true),
  rendered: showCount,
});
const entries = new Entries(byId("panel-entries"), execution.id, data.can.changeTasks && !execution.trial);

const meter = h("i");
const parts = {
  doing: h("span", { class: "doing" }),
  facts: h("span", {}),
  took: h("span", {}),
  meter: h("div", { class: "meter", role: "progressbar", "aria-label": "Progress", "aria-valuemin": 0, "aria-valuemax": 100 }, meter),
};
byId("progress").append(parts.doing, h("span", {}, parts.facts, parts.took), parts.meter);

function showExecution() {
  const active = isActive(execution);
  const badge = byId("status");
  if (badge.textContent !== execution.status) badge.replaceChildren(statusBadge(execution.status));
  const options = optionsOf(execution);
  byId("asked").textContent = tasksOf(execution) + (options ? ` (${options})` : "");
  byId("asked").title = byId("asked").textContent;
  document.title = `${execution.status === "running" ? `${Math.round(execution.percent)} %` : execution.status} · Execution ${execution.id} · FlexAPI`;
  if (byId("abort")) byId("abort").hidden = !active;
  if (byId("again")) byId("again").hidden = active;
  parts.meter.hidden = !active;
  meter.style.width = `${execution.percent}%`;
  parts.meter.setAttribute("aria-valuenow", Math.round(execution.percent));
  const by = execution.requested_by ? ` by ${execution.requested_by}` : execution.schedule ? " by a schedule" : execution.irc ? ` by IRC, ${execution.irc}` : "";
  if (active) parts.doing.textContent = doing(execution);
  else parts.doing.replaceChildren("Asked for ", timeElement(execution.created), by);
  showTook();
  const reason = execution.abort_reason;
  const unlock = execution.status === "pending" && unlockButton(data.can, execution.waiting_for);
  if (reason) byId("reason").replaceChildren(h("p", { class: `callout ${execution.status}` }, reason));
  else if (!unlock) byId("reason").replaceChildren();
  // Not made again while it is there: somebody may be about to press it.
  else if (!byId("reason").querySelector("button")) byId("reason").replaceChildren(h("p", { class: "callout aborted" }, "If no FlexGet is running: ", unlock));
  const total = entries.summary(execution.summary);
  byId("entry-count").textContent = total ? amount(total) : "";
  const { accepted, rejected, failed } = execution.summary;
  const facts = [accepted && `${amount(accepted)} accepted`, rejected && `${amount(rejected)} rejected`, failed && `${amount(failed)} failed`];
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
  const text = store.filter ? `${amount(store.shown.length)} of ${counted(store.last, "line")}` : counted(store.last, "line");
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
  const at = new Date().toLocaleTimeString();
  byId("resumed").textContent = `Reconnected at ${at} after ${Math.max(1, Math.round(gap))} s; went on after line ${amount(resumedAfter)}, nothing was missed.`;
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

function readFilter() {
  store.setFilter(
    makeFilter({ level: Number(byId("level").value), plugin: byId("plugin").value, task: byId("task").value, text: byId("text").value }),
  );
}

let typing;
byId("text").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(readFilter, TYPING);
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
  toast(number ? `${counted(number, "line")} copied.` : "The browser did not let the page copy.", number ? "" : "failed");
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

const tabs = [byId("tab-log"), byId("tab-entries")];
function choose(tab) {
  for (const other of tabs) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    byId(other.getAttribute("aria-controls")).hidden = !chosen;
  }
  if (tab.id === "tab-entries") entries.load(true);
}
for (const tab of tabs) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = tabs[1 - tabs.indexOf(tab)];
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
if (isActive(execution)) view.setFollow(true);
goToHash();
setInterval(showTook, 1000);
setInterval(lookAfter, REFRESH);
