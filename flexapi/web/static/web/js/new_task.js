/** A new task from a template: fields, the YAML that comes of them, FlexGet's check, a trial, and a schedule. */

import { api, postYaml } from "./api.js";
import { byId, h, icon, pageData } from "./dom.js";
import { offerTrial } from "./editor/trying.js";
import { asPattern, run } from "./execution.js";
import { showFaults } from "./forms.js";
import { t } from "./gettext.js";
import { at } from "./root.js";
import { inWords, whenControl } from "./schedule_words.js";
import { schemaForm } from "./schema_form.js";

// Milliseconds after the last key.
const PAUSE = 250;

const { can, endpoints, hasDefault } = pageData();
const kinds = byId("kinds");
const start = byId("start");
let templates = [];


function showKinds() {
  start.hidden = true;
  kinds.hidden = false;
  const rows = templates.map((template) => h("li", {}, h("a", { href: `#${template.name}` }, template.title), h("p", { class: "quiet" }, template.help)));
  kinds.querySelector("div").replaceChildren(h("ul", { class: "rows kinds" }, rows));
}

/** The words for no schedule of its own: where the config has none, FlexGet runs all tasks every hour. */
const without = () => (hasDefault ? t`with all other tasks, every hour` : t`only when somebody starts it`);

function done(name, entry) {
  const when = entry ? t`It runs ${inWords(entry)}.` : t`It runs ${without()}.`;
  const button = can.run && h("button", { class: "button primary", type: "button", onclick: () => run({ tasks: [asPattern(name)] }) }, icon("play"), t`Run it now`);
  const card = h(
    "section",
    { class: "card done", "aria-labelledby": "done-title" },
    h("header", {}, h("h2", { id: "done-title", tabindex: "-1" }, t`${name} is in the config`)),
    h("div", { class: "padded" }, h("p", {}, when), h("p", { class: "actions" }, button, h("a", { class: "button", href: at(`/tasks/${encodeURIComponent(name)}/edit/`) }, t`Change it`), h("a", { class: "button", href: at("/tasks/") }, t`All tasks`))),
  );
  start.replaceChildren(card);
  card.querySelector("h2").focus();
}

/** What FlexGet says of a source, in `place`. Answers whether it has anything against it. */
async function check(text, name, place, signal) {
  const { object } = await postYaml(`${endpoints.check}?${new URLSearchParams({ task: name })}`, text, signal);
  const faults = [object.problem && (object.problem.message ?? object.problem.detail), ...object.complaints.map(({ message }) => message)].filter(Boolean);
  const warnings = object.warnings.map(({ message }) => message);
  const state = faults.length || warnings.length ? "" : object.complete ? t`FlexGet has nothing against it.` : t`FlexGet is still starting.`;
  place.replaceChildren(
    h("p", { class: "state", role: "status" }, state),
    ...faults.map((fault) => h("p", { class: "callout failed" }, fault)),
    ...warnings.map((warning) => h("p", { class: "callout aborted" }, warning)),
  );
}

class Start {
  constructor(template) {
    this.template = template;
    this.form = schemaForm(template.schema, "field");
    this.when = can.addSchedules && whenControl({ interval: null, schedule: null }, { none: without() });
    this.general = h("p", { class: "callout failed", role: "alert", hidden: true });
    this.preview = h("pre", { class: "preview", tabindex: "0", role: "region", "aria-label": t`What will be in the config` });
    this.said = h("div", { class: "said" });
    this.submit = h("button", { class: "button primary", type: "submit" }, t`Add the task`);
    this.text = "";
    this.turn = 0;
    this.running = new AbortController();
  }

  show() {
    const { template, form } = this;
    const trial = h("section", { class: "card", id: "trial", "aria-label": t`Try it` });
    const element = h(
      "form",
      { novalidate: true },
      h("div", { class: "card" }, h("header", {}, h("h2", { id: "start-title", tabindex: "-1" }, template.title), h("a", { href: "#" }, t`Start from something else`)), h("div", { class: "padded fields" }, h("p", { class: "quiet" }, template.help), this.general, form.fields.map((one) => one.element), this.when && this.when.element, h("p", {}, this.submit))),
    );
    const aside = h("div", { class: "stack" }, h("section", { class: "card", "aria-label": t`The task` }, h("header", {}, h("h2", {}, t`What will be in the config`)), this.preview, this.said), trial);
    start.replaceChildren(element, aside);
    kinds.hidden = true;
    start.hidden = false;
    const page = this;
    const name = () => encodeURIComponent(form.values().name || template.name);
    offerTrial(trial, { runs: [], run: "", get try() { return `${endpoints.tasks}/${name()}/try`; } }, { get value() { return page.text; } });
    element.addEventListener("input", () => {
      form.show();
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.render(), PAUSE);
    });
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    this.render();
    byId("start-title").focus();
  }

  clear() {
    this.general.hidden = true;
    for (const { fault } of this.form.fields) fault.hidden = true;
  }

  /** Show the text that comes of the fields, and what FlexGet says of it once nothing is missing. Answers what is missing. */
  async render() {
    const turn = ++this.turn;
    this.running.abort();
    this.running = new AbortController();
    let rendered;
    try {
      rendered = (await api(`${endpoints.task_templates}/${this.template.name}/render?partial=true`, { method: "POST", body: this.form.values() })).object;
    } catch (error) {
      if (turn === this.turn) this.fail(error);
      return null;
    }
    if (turn !== this.turn) return null;
    this.clear();
    this.text = rendered.text;
    this.preview.textContent = rendered.text;
    if (rendered.missing.length) {
      const titles = rendered.missing.map((name) => this.template.schema.properties[name].title);
      this.said.replaceChildren(h("p", { class: "state", role: "status" }, t`To fill in: ${titles.join(", ")}.`));
      return rendered.missing;
    }
    try {
      await check(rendered.text, this.form.values().name, this.said, this.running.signal);
    } catch (error) {
      if (error.name !== "AbortError") this.said.replaceChildren(h("p", { class: "state" }, error.message));
    }
    return [];
  }

  fail(error) {
    this.clear();
    showFaults(error, this.form.fields, this.general);
    const first = this.form.fields.find(({ fault }) => !fault.hidden);
    return first?.input ?? null;
  }

  async save() {
    clearTimeout(this.typing);
    this.submit.disabled = true;
    try {
      await this.store();
    } catch (error) {
      this.fail(error)?.focus();
    }
    this.submit.disabled = false;
  }

  async store() {
    const values = this.form.values();
    const { object } = await api(`${endpoints.task_templates}/${this.template.name}/render`, { method: "POST", body: values });
    const entry = this.when ? this.when.read() : null;
    const { object: task } = await postYaml(endpoints.tasks, object.text);
    try {
      if (entry) await api(endpoints.schedules, { method: "POST", body: { tasks: [asPattern(task.name)], ...entry } });
    } catch (error) {
      done(task.name, null);
      start.prepend(h("p", { class: "callout failed", role: "alert" }, t`The task is saved, its schedule is not: ${error.message}`));
      return;
    }
    done(task.name, entry);
  }
}

function follow() {
  const template = templates.find(({ name }) => `#${name}` === location.hash);
  if (template) new Start(template).show();
  else showKinds();
}

try {
  templates = (await api(`${endpoints.task_templates}?limit=500`)).items;
  window.addEventListener("hashchange", follow);
  follow();
} catch (error) {
  kinds.querySelector("div").replaceChildren(h("p", { class: "empty", role: "alert" }, error.message));
}
