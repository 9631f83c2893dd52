/** What is different in another run: which entries came to another end, and why in either. */

import { api } from "../api.js";
import { h } from "../dom.js";
import { statusName } from "../execution.js";
import { momentElement } from "../format.js";
import { ngettext, t } from "../gettext.js";
import { at } from "../root.js";
import { empty, failure, loading } from "../states.js";
import { table } from "../table.js";
import { plural } from "../things.js";

const RUNS = 30;
const SHOWN = 200;

function fate(told) {
  if (!told) return h("span", { class: "quiet" }, t`wasn't there`);
  return [h("span", { class: `status ${told.state}` }, told.state), h("span", { class: "below" }, told.reason || t`no reason given`, told.plugin && ` (${told.plugin})`)];
}

const columns = [
  { title: t`Entry`, kind: "wide", cell: ({ title, task }) => [h("b", {}, title), h("span", { class: "below" }, task)] },
  { title: t`In the other run`, label: t`In the other run`, cell: ({ before }) => fate(before) },
  { title: t`In this one`, label: t`In this one`, cell: ({ after }) => fate(after) },
];

/** Those that ran a task of this execution and are over, this one left out, the latest first. */
async function others(execution) {
  const { items: results } = await api(at(`/api/execution/${execution.id}/tasks?limit=1`));
  if (!results.length) return [];
  const query = new URLSearchParams({ status: "complete,failed,aborted", task: results[0].task, limit: RUNS });
  const { items } = await api(at(`/api/execution?${query}`));
  return items.filter(({ id }) => id !== execution.id);
}

export class Compare {
  constructor(panel, execution) {
    this.execution = execution;
    this.choice = h("select", { id: "against" });
    this.place = h("div", { class: "entries", tabindex: 0, role: "region", "aria-label": t`Differences` }, loading());
    this.choice.addEventListener("change", () => this.show());
    panel.append(h("div", { class: "bar" }, h("label", {}, t`Compare with`, " ", this.choice)), this.place);
  }

  /** Read what there is to choose from, and show the differences from the run that the address names, else from the one before. */
  async load() {
    try {
      const runs = await others(this.execution);
      const asked = new URLSearchParams(location.search).get("against");
      const options = runs.map(({ id, status, created }) => h("option", { value: id }, `#${id}, ${statusName(status)}, `, momentElement(created).textContent));
      if (this.execution.entries_of) options.unshift(h("option", { value: "" }, t`#${this.execution.entries_of}, whose entries it got`));
      if (asked && !runs.some(({ id }) => String(id) === asked)) options.push(h("option", { value: asked }, `#${asked}`));
      this.choice.replaceChildren(...options);
      if (!options.length) {
        this.place.replaceChildren(empty(t`There is no other run to compare with.`, t`Its tasks have to run once more.`));
        return;
      }
      const before = runs.find(({ id }) => id < this.execution.id);
      if (asked) this.choice.value = asked;
      else if (!this.execution.entries_of && before) this.choice.value = before.id;
      await this.show();
    } catch (error) {
      this.place.replaceChildren(failure(error, () => this.load()));
    }
  }

  async show() {
    const against = this.choice.value;
    const address = new URL(location.href);
    if (against) address.searchParams.set("against", against);
    else address.searchParams.delete("against");
    history.replaceState(null, "", address);
    try {
      const query = new URLSearchParams({ limit: SHOWN, ...(against && { against }) });
      const { items, count } = await api(at(`/api/execution/${this.execution.id}/changes?${query}`));
      if (against !== this.choice.value) return; // Another was chosen meanwhile.
      if (!items.length) this.place.replaceChildren(empty(t`Every entry came to the same end in both.`));
      else this.place.replaceChildren(table(columns, items, { caption: plural("entry") }), ...(count > items.length ? [h("p", { class: "padded quiet" }, ngettext("and {0} entry more", "and {0} entries more", count - items.length))] : []));
    } catch (error) {
      this.place.replaceChildren(failure(error, () => this.show()));
    }
  }
}
