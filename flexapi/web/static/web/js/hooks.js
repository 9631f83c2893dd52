/** Webhooks in: the hooks, what came through them, and what became of it. */

import { api } from "./api.js";
import { confirmed, openDialog } from "./dialog.js";
import { byId, h, icon, pageData, toast } from "./dom.js";
import { urlOf } from "./execution.js";
import { timeElement } from "./format.js";
import { ngettext, t } from "./gettext.js";
import { openHookDialog, showSecret } from "./hook_dialog.js";
import { PagedList } from "./paged_list.js";
import { empty, failure } from "./states.js";
import { counted } from "./things.js";

const { can, endpoints, proofs, targets, tasks, templates } = pageData();
const url = endpoints.hooks;
const OUTCOMES = { accepted: ["complete", t`accepted`], ignored: ["pending", t`ignored`], refused: ["failed", t`refused`], denied: ["aborted", t`turned away`] };
const badge = (outcome) => h("span", { class: `status ${OUTCOMES[outcome][0]}` }, OUTCOMES[outcome][1]);
const button = (label, child, onclick, kind = "") => h("button", { class: `button small ${kind}`, "aria-label": label, title: label, onclick }, child);

function edit(hook, body) {
  openHookDialog(hook, {
    url,
    templates,
    tasks,
    proofs,
    targets,
    body,
    saved: (stored) => {
      load();
      if (stored.secret || !hook.address) showSecret(stored, templates);
      else toast(t`${stored.name} is saved.`);
    },
  });
}

async function renew(hook) {
  if (!(await confirmed(t`Give ${hook.name} another secret?`, t`Give it another`, t`The one before counts no more: its sender is turned away until it has the new one.`))) return;
  try {
    showSecret((await api(`${url}/${hook.name}/secret`, { method: "POST" })).object, templates);
  } catch (error) {
    toast(error.message, "failed");
  }
}

async function remove(hook) {
  if (!(await confirmed(t`Delete ${hook.name}, and what is known of its calls?`, t`Delete`))) return;
  try {
    await api(`${url}/${hook.name}`, { method: "DELETE" });
  } catch (error) {
    toast(error.message, "failed");
  }
  load();
}

function hookRow(hook) {
  const { name, target, task, template, proof } = hook;
  const of = templates.find((one) => one.name === template)?.title;
  const what = target === "task" ? t`Entries of ${task}` : targets[target];
  return h(
    "li",
    { class: "channel", id: `hook-${name}` },
    h("span", { class: "title" }, h("b", {}, name), " ", of && h("span", { class: "meta" }, of), !hook.enabled && h("span", { class: "meta" }, t`, off`)),
    h("span", { class: "state" }, hook.last_outcome && badge(hook.last_outcome), hook.last_call && h("span", { class: "meta" }, timeElement(hook.last_call))),
    h("span", { class: "below" }, h("code", {}, hook.address), h("span", { class: "answer" }, what)),
    h(
      "span",
      { class: "actions" },
      can.changeHooks && proof !== "token" && button(t`Another secret for ${name}`, icon("again"), () => renew(hook)),
      can.changeHooks && button(t`Edit ${name}`, icon("edit"), () => edit(hook)),
      can.removeHooks && button(t`Delete ${name}`, icon("close"), () => remove(hook), "danger"),
    ),
  );
}

async function repeat(call) {
  const { object } = await api(`${endpoints["hooks/calls"]}/${call.id}/repeat`, { method: "POST" });
  if (object.execution) location.assign(urlOf({ id: object.execution }));
  else toast(object.reason ?? ngettext("{0} movie came of it.", "{0} movies came of it.", object.entries));
  return calls.load();
}

async function tryAgain(call) {
  try {
    edit((await api(`${url}/${call.hook}`)).object, call.body);
  } catch (error) {
    toast(error.message, "failed");
  }
}

function indented(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** Show a call with headers and body. */
async function look({ id }) {
  let call;
  try {
    call = (await api(`${endpoints["hooks/calls"]}/${id}`)).object;
  } catch (error) {
    toast(error.message, "failed");
    return;
  }
  const again = can.repeatCalls && call.body;
  const { dialog } = openDialog({
    title: t`Call ${id} of ${call.hook}`,
    body: [
      h("p", {}, badge(call.outcome), " ", `${call.status}, `, timeElement(call.time), call.address && t`, from ${call.address}`),
      call.reason && h("p", {}, call.reason),
      h("details", {}, h("summary", {}, t`Headers`), h("pre", { tabindex: 0 }, Object.entries(call.headers).map(([name, value]) => `${name}: ${value}\n`))),
      call.body ? h("pre", { tabindex: 0 }, indented(call.body)) : h("p", { class: "quiet" }, t`Of a call that was turned away no body is kept.`),
      again && can.changeHooks && h("div", {}, h("button", { type: "button", class: "button", onclick: () => (dialog.close(), tryAgain({ ...call, body: indented(call.body) })) }, t`Try with the mapping`)),
    ],
    className: "call",
    action: again ? t`Repeat` : t`Done`,
    cancel: again && t`Close`,
    submit: () => (again ? repeat(call) : undefined),
  });
}

function callRow(call) {
  const said = call.reason ?? (call.entries ? counted(call.entries, call.execution ? "entry" : "movie") : "");
  return h(
    "li",
    { class: "delivery", id: `call-${call.id}` },
    h("span", { class: "title" }, h("b", {}, call.hook), call.execution && h("a", { href: urlOf({ id: call.execution }) }, t`Execution ${call.execution}`)),
    h("span", { class: "state" }, badge(call.outcome)),
    h("span", { class: "below" }, `${call.status}, `, timeElement(call.time), call.address && t`, from ${call.address}`, call.repeat_of && t`, repeats call ${call.repeat_of}`, said && h("span", { class: "answer" }, said)),
    h("span", { class: "actions" }, button(t`Look at call ${call.id}`, t`Look`, () => look(call))),
  );
}

async function showHooks() {
  const { items } = await api(`${url}?limit=500`);
  const none = empty(t`No program has a door here yet.`, can.addHooks ? t`Add a hook: for Sonarr, Radarr, autobrr, Overseerr, GitHub, or anything that posts JSON.` : t`An editor adds hooks.`);
  byId("hooks").replaceChildren(items.length ? h("ul", { class: "rows" }, items.map(hookRow)) : none);
}

/** Read and show all; at first the list of calls does so by itself. */
async function load({ first = false } = {}) {
  try {
    await Promise.all([showHooks(), !first && calls.load()]);
  } catch (error) {
    byId("hooks").replaceChildren(failure(error, load));
  }
}

const calls = new PagedList(byId("calls"), byId("filters"), {
  url: endpoints["hooks/calls"],
  word: "call",
  row: callRow,
  none: () => empty(t`Nobody called yet.`, t`What senders post, and what becomes of it, is listed here.`),
});
load({ first: true });
byId("add")?.addEventListener("click", () => edit({}));
