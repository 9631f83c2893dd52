/** The page of the config, or of one task: an editor that helps, checks while one types, and shows the difference before it saves. */

import { api, readYaml } from "../api.js";
import { byId, h, pageData, toast } from "../dom.js";
import { at } from "../root.js";
import { assistance } from "./assist.js";
import { watch } from "./checking.js";
import { draftOf, forgetDrafts, keepDraft } from "./draft.js";
import { keyAt } from "./place.js";
import { showRevisions } from "./revisions.js";
import { save } from "./saving.js";
import { offerTrial } from "./trying.js";
import "./yaml_editor.js";
import { t } from "../gettext.js";

const data = pageData();
const editor = byId("editor");
const saveButton = byId("save");
const state = byId("state");
let opened;

const isDirty = () => opened !== undefined && editor.value !== opened.text;

function tell() {
  const dirty = isDirty();
  if (saveButton) saveButton.disabled = !dirty;
  state.textContent = dirty ? t`Not saved yet` : "";
  keepDraft(data.url, dirty ? editor.value : null);
}

/** The name of the task that a source is of; null where it isn't plain. */
function nameIn(text) {
  const start = text.search(/^[^#\s]/m);
  const key = start < 0 ? null : keyAt(text, start);
  return key ? key.path[0].replace(/^_/, "") : null;
}

/** The config's own names that may stand behind a key. */
function names(path) {
  const key = path.at(-1);
  if (key === "template") return data.templates;
  if (key === "run_task" || (path[0] === "schedules" && key === "tasks")) return data.tasks;
  return [];
}

async function saveNow() {
  if (!data.edits || !isDirty()) return;
  const now = await save(data.url, opened, editor.value);
  if (!now) {
    editor.focus();
    return;
  }
  // Another name on top renames the task: it has another page now.
  const name = data.try && nameIn(now.text);
  if (name && name !== data.label) {
    keepDraft(data.url, null);
    opened = { ...now, text: editor.value };
    location.replace(at(`/tasks/${encodeURIComponent(name)}/edit/`));
    return;
  }
  if (data.broken) {
    // It can be read again: from now on it is the config.
    keepDraft(data.url, null);
    opened = { ...now, text: editor.value };
    location.reload();
    return;
  }
  opened = now;
  if (editor.value !== now.text) editor.replace(now.text);
  tell();
  toast(t`Saved.`);
}

/** Show what is there now, where nothing is lost by that; else the next save merges. */
function readAgain() {
  if (data.broken || !isDirty()) location.reload();
}

function offerDraft(text) {
  const restore = h("button", { class: "button small", onclick: () => (editor.replace(text), note.remove(), editor.focus()) }, t`Use it`);
  const discard = h("button", { class: "button small", onclick: () => (keepDraft(data.url, null), note.remove()) }, t`Throw it away`);
  const note = h("div", { class: "callout draft", role: "status" }, t`There is a draft that was not saved.`, " ", restore, " ", discard);
  editor.before(note);
}

async function start() {
  try {
    opened = await readYaml(data.url);
  } catch (error) {
    byId("problems").replaceChildren(h("p", { class: "callout failed", role: "alert" }, error.message));
    return;
  }
  const draft = draftOf(data.url);
  const schema = api(data.schema).then(({ object }) => object);
  const extensions = data.edits ? assistance({ schema, within: data.within, names }) : [];
  editor.open(opened.text, { extensions, label: data.label, readOnly: !data.edits });
  if (data.edits) {
    watch(editor, data.check, byId("problems"));
    if (data.try) offerTrial(byId("trial"), data, editor);
    editor.addEventListener("change", tell);
    if (draft !== null && draft !== opened.text) offerDraft(draft);
  }
  const line = data.broken?.line ?? Number(/^#L(\d+)$/.exec(location.hash)?.[1]);
  if (line) editor.jump(line);
}

saveButton?.addEventListener("click", saveNow);
byId("revisions")?.addEventListener("click", () => showRevisions(data.revisions, { restores: data.edits, done: readAgain }));
document.addEventListener("keydown", (event) => {
  if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  event.preventDefault();
  if (!document.querySelector("dialog[open]")) saveNow();
});
window.addEventListener("beforeunload", (event) => {
  if (isDirty()) event.preventDefault();
});
document.querySelector('.account form')?.addEventListener("submit", forgetDrafts);
start();
