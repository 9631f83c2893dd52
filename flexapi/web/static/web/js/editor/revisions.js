/** The states that a file had: who made them, when, why and what they changed; each can be made the file's again. */

import { api } from "../api.js";
import { confirmed } from "../dialog.js";
import { h, toast } from "../dom.js";
import { timeElement } from "../format.js";
import { t } from "../gettext.js";

const PAGE = 20;
const ORIGINS = { api: t`over the API`, admin: t`in the admin`, file: t`by hand`, restore: t`by a restore` };
const KINDS = { "+": "added", "-": "removed", "@": "place" };

/** A unified diff, coloured. */
function coloured(diff) {
  const lines = diff.trimEnd().split("\n");
  return h("pre", { class: "diff", tabindex: "0", role: "region", "aria-label": t`What it changed` }, lines.map((line) => h("span", { class: KINDS[line[0]] ?? "" }, line)));
}

/** One revision: its line, and behind a button what it changed. `restore(revision)` makes it the file again; null where that may not be. */
function row(url, revision, restore) {
  const { id, created, origin, author, summary, message, problem, current } = revision;
  const changes = h("div");
  const show = async () => {
    if (changes.hasChildNodes()) return changes.replaceChildren();
    try {
      const { diff } = (await api(`${url}/${id}`)).object;
      changes.replaceChildren(diff ? coloured(diff) : h("p", { class: "by" }, t`Nothing, or the revision before it is gone.`));
    } catch (error) {
      changes.replaceChildren(h("p", { class: "callout failed", role: "alert" }, error.message));
    }
    return null;
  };
  return h(
    "li",
    {},
    h(
      "div",
      { class: "head" },
      h("strong", {}, `#${id}`),
      timeElement(created),
      h("span", { class: "by" }, `${author ?? t`Nobody known`}, ${ORIGINS[origin] ?? origin}`),
      current && h("span", { class: "status complete" }, t`current`),
      h("button", { type: "button", class: "button small", onclick: show }, t`Changes`),
      restore && !current && !problem && h("button", { type: "button", class: "button small", onclick: () => restore(revision) }, t`Restore…`),
    ),
    message && h("div", { class: "said" }, message),
    h("div", { class: "by" }, problem ? t`Not used: ${problem}` : summary),
    changes,
  );
}

/**
 * Show them in a dialog, the newest first. `restores` is whether the user may; `done` is called after a restore.
 */
export function showRevisions(url, { restores, done }) {
  const list = h("ul", { class: "revisions" });
  const more = h("button", { type: "button", class: "button small", hidden: true }, t`Older ones`);
  const failed = h("p", { class: "callout failed", role: "alert", hidden: true });
  const dialog = h(
    "dialog",
    { class: "wide", "aria-labelledby": "revisions-title" },
    h(
      "form",
      { method: "dialog" },
      h("header", {}, h("h2", { id: "revisions-title" }, t`Revisions`)),
      h("div", { class: "body" }, failed, list, more),
      h("footer", {}, h("button", { class: "button", value: "" }, t`Close`)),
    ),
  );
  const restore = async ({ id }) => {
    if (!(await confirmed(t`Make revision #${id} the file again? What is there now stays a revision.`, t`Restore`))) return;
    try {
      await api(`${url}/${id}/restore`, { method: "POST" });
    } catch (error) {
      failed.hidden = false;
      failed.textContent = error.message;
      return;
    }
    dialog.close();
    toast(t`Revision #${id} is the file again.`);
    done();
  };
  let offset = 0;
  const load = async () => {
    try {
      const { items, count } = await api(`${url}?limit=${PAGE}&offset=${offset}`);
      list.append(...items.map((revision) => row(url, revision, restores ? restore : null)));
      offset += items.length;
      more.hidden = offset >= count || !items.length;
    } catch (error) {
      failed.hidden = false;
      failed.textContent = error.message;
    }
  };
  more.addEventListener("click", load);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return load();
}
