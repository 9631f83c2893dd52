/** What became of each entry: state, deciding plugin, reason, and what other plugins noted. */

import { api } from "../api.js";
import { confirmed } from "../dialog.js";
import { h, toast } from "../dom.js";
import { urlOf } from "../execution.js";
import { amount } from "../format.js";
import { t } from "../gettext.js";
import { at } from "../root.js";

const STATES = ["accepted", "rejected", "failed", "undecided"];
const PAGE = 100;
const TYPING = 250;

function trace(entry) {
  if (!entry.trace?.length) return null;
  const steps = entry.trace.map((step) => {
    const [plugin, operation, message] = Array.isArray(step) ? step : [step.plugin, step.operation, step.message];
    return h("li", {}, [plugin, operation, message].filter(Boolean).join(" · "));
  });
  return h("details", {}, h("summary", {}, t`What the plugins noted`), h("ol", { class: "trace" }, steps));
}

/** Where the task is changed, with this run chosen to try the change on. */
const change = (entry, run) => at(`/tasks/${encodeURIComponent(entry.task)}/edit/?run=${run}`);

/** Ask, then run the task with this entry alone; the page of that run opens. */
async function take(entry, run) {
  if (!(await confirmed(t`Take ${entry.title} anyway?`, t`Take it`, t`The task ${entry.task} runs with this entry alone, which no filter can reject, and does with it what it does with all that it accepts.`))) return;
  try {
    const { object } = await api(at(`/api/execution/${run}/entries/${entry.id}/take`), { method: "POST" });
    location.assign(urlOf(object));
  } catch (error) {
    toast(error.message, "failed");
  }
}

/** `run` is the execution; `changes` and `takes` say whether the user may change its tasks, and run them. */
function row(entry, severalTasks, run, { changes, takes }) {
  const because = [
    entry.reason || (entry.state === "undecided" ? t`No plugin accepted or rejected it.` : t`No reason given.`),
    entry.plugin && " ", h("span", { class: "by" }, t`by ${entry.plugin}`),
  ];
  return h(
    "li",
    { class: "entry" },
    h("span", {}, h("span", { class: `status ${entry.state}` }, entry.state)),
    h("span", { class: "title" }, entry.title),
    h("span", { class: "because" }, because),
    h("span", { class: "below" }, [severalTasks && entry.task, entry.url].filter(Boolean).join(" · ")),
    entry.state === "accepted" && h("span", { class: "below" }, h("a", { href: at(`/history/?${new URLSearchParams({ search: entry.title })}`) }, t`In the history`)),
    takes && entry.state !== "accepted" && h("span", { class: "below" }, h("button", { class: "button small", "aria-label": t`Take it anyway: ${entry.title}`, onclick: () => take(entry, run) }, t`Take it anyway`)),
    changes && entry.state !== "accepted" && h("span", { class: "below" }, h("a", { href: change(entry, run) }, t`Change the task, and try it on this run`)),
    trace(entry),
  );
}

export class Entries {
  /** `may` is `{changes, takes}`: whether the user may change the tasks, and run them. */
  constructor(panel, id, may) {
    this.panel = panel;
    this.id = id;
    this.may = may;
    this.state = "";
    this.list = h("ul", { class: "rows" });
    this.empty = h("div", { class: "empty", hidden: true });
    this.more = h("div", { class: "pages", hidden: true }, h("button", { class: "button", onclick: () => this.load(false) }, t`Show more`));
    this.chips = new Map(["", ...STATES].map((state) => [state, h("button", { class: "chip", "aria-pressed": String(state === ""), onclick: () => this.choose(state) })]));
    this.search = h("input", { type: "search", placeholder: t`Find a title or reason`, "aria-label": t`Find an entry`, autocomplete: "off" });
    this.search.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.load(true), TYPING);
    });
    panel.append(
      h("div", { class: "bar", role: "group", "aria-label": t`Filter the entries` }, [...this.chips.values()], h("label", { class: "grow" }, this.search)),
      h("div", { class: "entries", tabindex: 0, role: "region", "aria-label": t`Entries` }, this.empty, this.list, this.more),
    );
  }

  choose(state) {
    this.state = state;
    for (const [name, chip] of this.chips) chip.setAttribute("aria-pressed", String(name === state));
    this.load(true);
  }

  /** Show how many there are, and read them again where they are in sight. */
  summary(summary) {
    const total = STATES.reduce((sum, state) => sum + summary[state], 0);
    for (const [state, chip] of this.chips) chip.textContent = state ? `${state} ${amount(summary[state])}` : t`all ${amount(total)}`;
    const changed = this.known !== JSON.stringify(summary);
    this.known = JSON.stringify(summary);
    if (changed && !this.panel.hidden) this.load(true);
    return total;
  }

  /** Read entries: from the first one, or those after what is shown. */
  async load(fresh) {
    const parameters = new URLSearchParams({ limit: PAGE, offset: fresh ? 0 : this.list.children.length });
    if (this.state) parameters.set("state", this.state);
    if (this.search.value.trim()) parameters.set("search", this.search.value.trim());
    const turn = (this.turn = (this.turn ?? 0) + 1);
    let page;
    try {
      page = await api(at(`/api/execution/${this.id}/entries?${parameters}`));
    } catch (error) {
      this.say(error.message);
      return;
    }
    if (turn !== this.turn) return; // A later request was made meanwhile.
    const several = new Set(page.items.map(({ task }) => task)).size > 1;
    const rows = page.items.map((entry) => row(entry, several, this.id, this.may));
    if (fresh) this.list.replaceChildren(...rows);
    else this.list.append(...rows);
    this.more.hidden = !page.next;
    this.say(page.count ? "" : this.state || this.search.value ? t`No entries match these filters.` : t`The tasks had no entries, or none yet: they are listed when a task ends.`);
  }

  say(text) {
    this.empty.textContent = text;
    this.empty.hidden = !text;
  }
}
