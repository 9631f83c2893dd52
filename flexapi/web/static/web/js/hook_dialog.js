/** The dialog that adds a hook or changes one, and tries its mapping on a body. */

import { api } from "./api.js";
import { copyText } from "./clipboard.js";
import { openDialog } from "./dialog.js";
import { h, toast } from "./dom.js";
import { field, fieldsNamed, linesOf, showFaults, valuesOf } from "./forms.js";
import { t } from "./gettext.js";
import { counted } from "./things.js";

const { text, area, choice } = fieldsNamed("hook");
const MAPPING = ["target", "task", "entries", "title", "url", "fields", "conditions"];
const path = { autocapitalize: "none", spellcheck: "false", wide: true };
// What a new hook has where no template says otherwise.
const PLAIN = { proof: "secret", target: "task", title: "$.title", url: "$.url", fields: {}, conditions: [], entries: "" };

/** "a: $.b" lines as an object; throws where a line has no colon. */
function pairsOf(value) {
  return Object.fromEntries(
    linesOf(value).map((line) => {
      const at = line.indexOf(":");
      if (at < 1) throw new Error(t`Write "${line}" as a name, a colon and a path: tvdb_id: $.series.tvdbId`);
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}

const asPairs = (fields) => Object.entries(fields).map(([name, value]) => `${name}: ${value}`).join("\n");

/** A word of a condition: JSON where it is a number, true, false or in quotes, else the text. */
function wordOf(given) {
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}

const shownWord = (value) => (typeof value === "string" && wordOf(value) === value ? value : JSON.stringify(value));

/** "$.eventType = Grab, Test" lines as conditions. */
function conditionsOf(value) {
  return linesOf(value).map((line) => {
    const [, at, words] = line.match(/^(.*?)(?:\s+=\s+(.*))?$/);
    return words === undefined ? { path: at } : { path: at, is: words.split(",").map((word) => wordOf(word.trim())) };
  });
}

const asConditions = (conditions) => conditions.map(({ path: at, is }) => (is?.length ? `${at} = ${is.map(shownWord).join(", ")}` : at)).join("\n");

function fieldsOf(hook, { tasks, proofs, targets }) {
  const tick = (name, title, on, help) => field(name, title, { id: `hook-${name}`, input: h("input", { type: "checkbox", checked: on }), wide: true, help });
  const number = (name, title, value, help) => text(name, title, value, { type: "number", min: 1, help, read: Number });
  return [
    text("name", t`Name`, hook.name, { required: true, maxlength: 50, ...path, help: t`Small letters, digits, - and _; the end of its address.` }),
    choice("target", t`What comes of a call`, hook.target, Object.entries(targets)),
    text("task", t`Task`, hook.task, { list: tasks, help: t`It gets the entries.` }),
    choice("proof", t`How the sender shows who it is`, hook.proof, Object.entries(proofs), { wide: true }),
    text("title", t`Title`, hook.title, { required: true, ...path, help: t`A JSON path, or text with paths in braces. $ is the body, @ one of its entries.` }),
    text("url", "URL", hook.url, { ...path, help: t`Empty: one is made up.` }),
    text("entries", t`List of entries`, hook.entries, { ...path, placeholder: "$.items", help: t`Empty: a body is one entry.` }),
    area("fields", t`More fields`, asPairs(hook.fields ?? {}), { rows: 4, read: pairsOf, placeholder: "tvdb_id: $.series.tvdbId", help: t`One a line: its name, a colon, and where it stands.` }),
    area("conditions", t`Only if`, asConditions(hook.conditions ?? []), { rows: 2, read: conditionsOf, placeholder: "$.eventType = Grab", help: t`One a line: a path, = and the values that count. All have to hold.` }),
    tick("accept", t`Accept the entries at once`, hook.accept ?? false, t`Whatever the task's filters say.`),
    number("rate", t`Calls a minute`, hook.rate ?? 60),
    number("max_bytes", t`Largest body, in bytes`, hook.max_bytes ?? 200000),
    tick("enabled", t`On`, hook.enabled ?? true),
  ];
}

/** What a body would bring, in words and as JSON. */
function foundNodes({ unmet, entries, movies }) {
  if (unmet) return [h("p", {}, h("b", {}, t`Nothing would come of it.`), " ", unmet)];
  const found = entries.length ? entries : movies;
  const said = entries.length ? counted(entries.length, "entry") : counted(movies.length, "movie");
  return [h("p", {}, h("b", {}, t`${said} would come of it.`)), found.length > 0 && h("pre", { tabindex: 0 }, JSON.stringify(found, null, 2))];
}

/** The part of the dialog that reads a body with the mapping as it stands in the form, and runs nothing. */
function tryBox(fields, { url, bodies, body }) {
  const samples = h("select", { id: "hook-sample" });
  const input = h("textarea", { id: "hook-body", rows: 8, spellcheck: "false" });
  const answer = h("div", { class: "found", role: "status" });
  // What a program sends, the first of it chosen.
  const offer = (found) => {
    const options = Object.entries(found).map(([what, sample]) => h("option", { value: JSON.stringify(sample, null, 2) }, what));
    samples.replaceChildren(...options, h("option", { value: "" }, t`pasted`));
    samples.parentElement.hidden = !options.length;
    input.value = samples.value;
  };
  async function attempt() {
    for (const { fault } of fields) fault.hidden = true;
    answer.className = "found";
    try {
      const sent = { ...valuesOf(fields.filter(({ name }) => MAPPING.includes(name))), body: parsed(input.value) };
      const { object } = await api(`${url}/try`, { method: "POST", body: sent });
      answer.replaceChildren(...foundNodes(object).filter(Boolean));
    } catch (error) {
      answer.className = "callout failed";
      showFaults(error, fields, answer);
      // What is wrong may be at a field that is out of sight.
      if (answer.hidden) answer.textContent = error.message;
      answer.hidden = false;
    }
  }
  samples.addEventListener("change", () => {
    if (samples.value) input.value = samples.value;
  });
  const element = h(
    "details",
    { class: "wide try", open: Boolean(body) },
    h("summary", {}, t`Try it on a body`),
    h(
      "div",
      {},
      h("div", { class: "option" }, h("label", { for: "hook-sample" }, t`Body`), samples),
      h("div", { class: "option" }, h("label", { for: "hook-body" }, "JSON"), input),
      h("div", {}, h("button", { type: "button", class: "button", onclick: attempt }, t`Try, without running anything`)),
      answer,
    ),
  );
  offer(bodies);
  if (body) {
    samples.value = "";
    input.value = body;
  }
  return { element, offer };
}

function parsed(value) {
  try {
    return JSON.parse(value);
  } catch (error) {
    throw new Error(t`The body isn't JSON: ${error.message}`);
  }
}

/** Show what the target has. */
function arrange(by) {
  const isTask = by.target.read() === "task";
  for (const name of ["task", "url", "accept"]) by[name].element.hidden = !isTask;
}

/** What to do in the sender, with its address and its secret, which is shown this once. */
export function showSecret({ address, secret, proof, template }, templates) {
  const help = templates.find(({ name }) => name === template)?.help;
  const copied = (value) => async () => toast((await copyText(value)) ? t`Copied.` : t`The browser doesn't let this page copy.`);
  const line = (title, value) => value && h("div", { class: "wide" }, h("b", {}, title), h("div", { class: "secret" }, h("code", {}, value), h("button", { type: "button", class: "button small", "aria-label": t`Copy: ${title}`, onclick: copied(value) }, t`Copy`)));
  openDialog({
    title: t`Set this in the sender`,
    body: [
      line(t`Address`, address),
      line(t`Secret`, secret),
      secret ? h("p", { class: "wide" }, t`The secret is shown this once.`, " ", proof === "signature" ? t`The sender signs with it.` : t`Send it as X-Api-Key, as a Bearer token, as a password, or behind ?apikey= in the address.`) : proof === "token" && h("p", { class: "wide" }, t`The sender shows an API token that may run the task.`),
      help && h("p", { class: "wide help" }, help.replaceAll("ADDRESS", address).replaceAll("SECRET", secret ?? t`the secret`)),
    ],
    action: t`Done`,
    cancel: null,
    submit: () => {},
  });
}

/** Open the dialog; `hook` without an address is a new one. `body` is one to try; `saved(hook)` is called once it is stored. */
export function openHookDialog(hook, { url, templates, body, saved, ...choices }) {
  const isNew = !hook.address;
  const fields = fieldsOf(isNew ? { ...PLAIN, ...hook } : hook, choices);
  const by = Object.fromEntries(fields.map((one) => [one.name, one]));
  const chosen = choice("template", t`For`, hook.template ?? "", [["", t`any program`], ...templates.map(({ name, title }) => [name, title])], { wide: true });
  const bodiesOf = (name) => templates.find((one) => one.name === name)?.bodies ?? {};
  const trying = tryBox(fields, { url, body, bodies: bodiesOf(hook.template) });
  arrange(by);
  const start = () => {
    const template = templates.find(({ name }) => name === chosen.read());
    const ready = { ...PLAIN, ...(template ? { url: "" } : {}), ...template?.hook };
    for (const [name, value] of Object.entries({ ...ready, fields: asPairs(ready.fields), conditions: asConditions(ready.conditions) })) by[name].input.value = value;
    if (template && !by.name.read()) by.name.input.value = template.name;
    trying.offer(template?.bodies ?? {});
  };
  const { dialog } = openDialog({
    title: isNew ? t`Add a hook` : t`Edit ${hook.name}`,
    body: [isNew && chosen.element, fields.map(({ element }) => element), trying.element],
    className: "movie-form wide hook-form",
    action: t`Save`,
    fields,
    submit: () => {
      const values = { ...valuesOf(fields), template: chosen.read() };
      return isNew ? api(url, { method: "POST", body: values }) : api(`${url}/${hook.name}`, { method: "PATCH", body: values });
    },
    done: ({ object }) => saved(object),
  });
  chosen.input.addEventListener("change", start);
  dialog.addEventListener("input", () => arrange(by));
}
