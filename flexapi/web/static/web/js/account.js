/** One's own tokens, and how the pages look in this browser. */

import { api } from "./api.js";
import { copyText } from "./clipboard.js";
import { confirmed, openDialog } from "./dialog.js";
import { byId, h, pageData, toast } from "./dom.js";
import { field, fieldsNamed, linesOf, valuesOf } from "./forms.js";
import { timeElement } from "./format.js";
import { pgettext, t } from "./gettext.js";
import { chooseLanguage, chooseScheme, prefer, preference, scheme } from "./preferences.js";
import { empty, failure, loading } from "./states.js";
import { table } from "./table.js";

const { endpoints, scopes, languages, language: chosenLanguage } = pageData();
const url = endpoints.tokens;
const DAY = 24 * 3600;
const LIFETIMES = [
  [String(365 * DAY), t`after a year`],
  [String(90 * DAY), t`after 90 days`],
  [String(30 * DAY), t`after 30 days`],
  [String(DAY), t`after a day`],
  ["", t`never`],
];
const { text, area, choice } = fieldsNamed("token");

function mayDo({ scope, tasks, addresses }) {
  const what = scope === "run" ? t`run ${tasks.join(", ")}` : Object.fromEntries(scopes)[scope];
  return [what, addresses.length > 0 && h("span", { class: "below" }, t`from ${addresses.join(", ")}`)];
}

const COLUMNS = [
  { title: t`Name`, cell: ({ name }) => name || t`without a name`, kind: "wide" },
  { title: pgettext("is allowed to", "May"), cell: mayDo, label: pgettext("is allowed to", "May") },
  { title: t`Made`, cell: ({ created }) => timeElement(created), kind: "time", label: t`Made` },
  { title: t`Last used`, cell: ({ last_used: used }) => (used ? timeElement(used) : t`never`), kind: "time", label: t`Last used` },
  { title: t`Expires`, cell: ({ expiry }) => (expiry ? timeElement(expiry) : t`never`), kind: "time", label: t`Expires` },
  { title: t`Actions`, cell: (token) => h("button", { class: "button small danger", "aria-label": t`Revoke ${token.name}`, onclick: () => revoke(token) }, t`Revoke`), kind: "actions" },
];

async function load() {
  try {
    const { items } = await api(`${url}?limit=500&ordering=-id`);
    const none = empty(t`You have no tokens.`, t`Programs use the API with one, instead of your password.`);
    byId("tokens").replaceChildren(items.length ? table(COLUMNS, items, { caption: t`Your tokens` }) : none);
  } catch (error) {
    byId("tokens").replaceChildren(failure(error, load));
  }
}

async function revoke({ id, name }) {
  if (!(await confirmed(t`Revoke ${name || t`this token`}?`, t`Revoke`, t`What uses it can't use the API any more.`))) return;
  try {
    await api(`${url}/${id}`, { method: "DELETE" });
  } catch (error) {
    toast(error.message, "failed");
  }
  load();
}

/** Show the secret, which nobody sees again. */
function showSecret({ name, token }) {
  load();
  const shown = text("secret", t`Token`, token, { readonly: true, wide: true, help: t`It is shown this once: keep it where it is used.` });
  openDialog({
    title: t`The token ${name}`,
    body: shown.element,
    action: t`Copy and close`,
    cancel: t`Close`,
    submit: async () => toast((await copyText(token)) ? t`The token is copied.` : t`The browser doesn't copy: make another one, and copy it by hand.`),
  });
  shown.input.select();
}

function openTokenDialog() {
  const tasks = area("tasks", t`Tasks that it may run`, "", { rows: 2, read: linesOf, help: t`Names or globs, one a line.` });
  const fields = [
    text("name", t`Name`, "", { required: true, maxlength: 100, help: t`What or who uses it.` }),
    choice("scope", t`It may do`, "all", scopes),
    tasks,
    choice("expires_in", t`It expires`, LIFETIMES[0][0], LIFETIMES, { read: (seconds) => (seconds ? Number(seconds) : null) }),
    area("addresses", t`Only from`, "", { rows: 2, read: linesOf, help: t`Addresses or networks, one a line. None: from everywhere.` }),
  ];
  const scope = fields[1].input;
  const show = () => (tasks.element.hidden = scope.value !== "run");
  scope.addEventListener("change", show);
  show();
  openDialog({
    title: t`Make a token`,
    body: fields.map(({ element }) => element),
    action: t`Make`,
    fields,
    submit: () => api(url, { method: "POST", body: valuesOf(fields.filter((one) => one !== tasks || scope.value === "run")) }),
    done: ({ object }) => showSecret(object),
  });
}

const SCHEMES = [
  ["", t`as the browser has them`],
  ["light", t`light`],
  ["dark", t`dark`],
];
const FORMATS = [
  ["", t`as the language has them`],
  ["en-GB", "English (26 Nov, 14:05)"],
  ["en-US", "English, US (Nov 26, 02:05 PM)"],
  ["de-DE", "Deutsch"],
  ["es-ES", "Español"],
  ["fr-FR", "Français"],
  ["it-IT", "Italiano"],
  ["nl-NL", "Nederlands"],
  ["pl-PL", "Polski"],
  ["pt-BR", "Português"],
  ["sv-SE", "Svenska"],
  ["ja-JP", "日本語"],
];

const KEYS = [
  ["", t`on`],
  ["off", t`off`],
];

/** A choice that counts at once. */
function chosen(name, title, value, choices, choose, help) {
  const input = h("select", {}, choices.map(([key, label]) => h("option", { value: key, selected: key === value }, label)));
  input.addEventListener("change", () => {
    try {
      choose(input.value);
      toast(t`Kept in this browser.`);
    } catch {
      toast(t`The browser keeps nothing for this page: its settings forbid it.`, "failed");
    }
  });
  return field(name, title, { input, help }).element;
}

/** The same words again, in another language. */
function chooseLanguageOfPages(code) {
  chooseLanguage(code);
  location.reload();
}

byId("preferences").append(
  chosen("language", t`Language`, chosenLanguage, [["", t`as the browser has it`], ...languages], chooseLanguageOfPages),
  chosen("scheme", t`Colours`, scheme(), SCHEMES, chooseScheme),
  chosen("keys", t`Keys of one letter`, preference("keys"), KEYS, (value) => prefer("keys", value), t`Such as / to search and g t for the tasks; ? shows them all.`),
  chosen("dates", t`Dates and numbers`, preference("dates"), FORMATS, (value) => prefer("dates", value), t`Counts from the next page on.`),
);
byId("add").addEventListener("click", openTokenDialog);
byId("tokens").append(loading());
load();
