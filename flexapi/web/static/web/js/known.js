/** A table of FlexGet's database: rows that can be chosen, what is done to one or many, and the same again after a run. */

import { api } from "./api.js";
import { watchBoard } from "./board.js";
import { confirmed, openDialog } from "./dialog.js";
import { byId, h, icon, toast } from "./dom.js";
import { isActive } from "./execution.js";
import { amount } from "./format.js";
import { t } from "./gettext.js";
import { PagedList } from "./paged_list.js";
import { counted } from "./things.js";

export const button = (label, child, onclick, kind = "") => h("button", { type: "button", class: `button small ${kind}`, "aria-label": label, title: label, onclick }, child);

/** Call `load` when a run has ended, the connection is back, or one returns to the page. What is shown stays while the server is away. */
export function keepFresh(load) {
  watchBoard((execution) => !isActive(execution) && load(), load);
  const isLive = () => byId("connection").classList.contains("live");
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && isLive() && load());
}

/** Show `[name, value]` pairs of a thing; those without a value are left out. */
export function showFields(title, pairs) {
  const given = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  const said = (value) => (value instanceof Node || typeof value === "string" ? value : JSON.stringify(value, null, 2));
  openDialog({
    title,
    body: h("dl", { class: "fields" }, given.map(([name, value]) => [h("dt", {}, name), h("dd", {}, said(value))])),
    action: t`Done`,
    cancel: null,
    submit: () => undefined,
  });
}

/** Do `work`, say `text`, and read `load` again; answers whether it worked. */
export async function attempt(work, text, load) {
  let worked = true;
  try {
    const answer = await work();
    toast(typeof text === "function" ? text(answer) : text);
  } catch (error) {
    toast(error.message, "failed");
    worked = false;
  }
  await load();
  return worked;
}

export class KnownTable {
  /**
   * Options are PagedList's. `actions` are what can be done to one or to all that are chosen, `{verb, icon, kind, send(ids), said(count), ask(what),
   * detail, open(row)}`: `send` does it and answers `{object: {count}}`; one with `ask` asks before, `what` being a title or a number of
   * them; `open` says whether there is anything to do to a row. `look(row)` shows one, `edit(row)` changes it.
   */
  constructor({ place = byId("rows"), form = byId("filters"), actions, columns, look, edit, word, ...options }) {
    Object.assign(this, { place, form, actions, word, chosen: new Set(), rows: [] });
    const choose = { title: h("span", { class: "visually-hidden" }, t`Chosen`), kind: "choose", hidden: !actions.length, cell: (row) => this.box(row) };
    const acting = { title: t`Actions`, kind: "actions", cell: (row) => [look && button(t`Details of ${row.title}`, t`Details`, () => look(row)), edit && button(t`Edit ${row.title}`, icon("edit"), () => edit(row)), actions.filter(({ open }) => open?.(row) ?? true).map((action) => this.actionOn(row, action))] };
    this.bar = this.barOf(actions);
    place.before(this.bar);
    this.list = new PagedList(place, form, { ...options, word, columns: [choose, ...columns, acting], row: ({ id }) => ({ id: `row-${id}` }), shown: (rows) => this.shown(rows) });
    keepFresh(() => this.list.load());
  }

  barOf(actions) {
    this.all = h("input", { type: "checkbox", onchange: () => this.chooseAll() });
    this.howMany = h("span", { class: "count", role: "status" });
    this.buttons = actions.map((action) => h("button", { type: "button", class: `button small ${action.kind ?? ""}`, onclick: () => this.act(action, [...this.chosen]) }, action.verb));
    return h("div", { class: "bar chosen", role: "group", "aria-label": t`What is chosen`, hidden: true }, h("label", {}, this.all, t`Select all on this page`), this.buttons, this.howMany);
  }

  box({ id, title }) {
    const choose = ({ target }) => {
      if (target.checked) this.chosen.add(id);
      else this.chosen.delete(id);
      this.showChosen();
    };
    return h("input", { type: "checkbox", "aria-label": t`Select ${title}`, checked: this.chosen.has(id), onchange: choose });
  }

  actionOn(row, action) {
    return button(t`${action.verb} ${row.title}`, action.icon ? icon(action.icon) : action.verb, () => this.act(action, [row.id], row.title), action.kind);
  }

  shown(rows) {
    this.rows = rows;
    const here = new Set(rows.map(({ id }) => id));
    for (const id of this.chosen) if (!here.has(id)) this.chosen.delete(id);
    this.showChosen();
  }

  chooseAll() {
    this.chosen = new Set(this.all.checked ? this.rows.map(({ id }) => id) : []);
    for (const box of this.place.querySelectorAll("td.choose input")) box.checked = this.all.checked;
    this.showChosen();
  }

  showChosen() {
    const { size } = this.chosen;
    this.bar.hidden = !this.actions.length || !this.rows.length;
    this.all.checked = size > 0 && size === this.rows.length;
    this.all.indeterminate = size > 0 && size < this.rows.length;
    this.howMany.textContent = size ? t`${amount(size)} selected` : "";
    for (const one of this.buttons) one.disabled = !size;
  }

  async act({ verb, ask, detail, send, said }, ids, title = null) {
    const what = title ?? counted(ids.length, this.word);
    if (ask && !(await confirmed(ask(what), verb, detail))) return;
    const place = this.rows.findIndex(({ id }) => id === ids[0]);
    await attempt(
      () => send(ids),
      ({ object }) => said(title ?? counted(object.count, this.word)),
      () => this.list.load(),
    );
    // What was pressed is gone or was made again.
    const row = this.rows[Math.min(place, this.rows.length - 1)];
    (row ? byId(`row-${row.id}`).querySelector(".actions button:last-child") : this.form.elements.search)?.focus();
  }
}

/** What forgets rows of a table at `url`. */
export const forgetting = (url, detail) => ({
  verb: t`Forget`,
  icon: "close",
  kind: "danger",
  detail,
  ask: (what) => t`Forget ${what}?`,
  send: (ids) => api(`${url}?ids=${ids}`, { method: "DELETE" }),
  said: (what) => t`${what}: forgotten.`,
});

/** What removes them: the same, where one says so. */
export const removing = (url, detail) => ({ ...forgetting(url, detail), verb: t`Remove`, ask: (what) => t`Remove ${what}?`, said: (what) => t`${what}: removed.` });

/** What approves rows of a table at `url`, and takes that back. `then` says what comes of an approval. */
export function approving(url, then) {
  const deciding = (verb, path, done, open) => ({ verb, open, send: (ids) => api(`${url}/${path}?ids=${ids}`, { method: "POST" }), said: (what) => t`${what}: ${done}.` });
  return [deciding(t`Approve`, "approve", t`approved; ${then}`, ({ approved }) => !approved), deciding(t`Reject`, "reject", t`not approved`, ({ approved }) => approved)];
}

/** The column that says whether a row is approved. */
export const stateOf = {
  title: t`State`,
  kind: "fixed",
  ordering: "approved",
  cell: ({ approved }) => h("span", { class: `status ${approved ? "accepted" : "pending"}` }, approved ? t`approved` : t`waiting`),
};
