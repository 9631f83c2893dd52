/** Saving: the difference is shown first, and what somebody else saved meanwhile is merged, never overwritten. */

import { ApiError, readYaml, writeYaml } from "../api.js";
import { h } from "../dom.js";
import { merged } from "./merging.js";

/** Ask with a dialog around an element; resolves to whether to go on. `faults` are said above it. */
function asked(title, content, action, said = null) {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog",
      { class: "wide", "aria-labelledby": "save-title" },
      h(
        "form",
        { method: "dialog" },
        h("header", {}, h("h2", { id: "save-title" }, title)),
        h("div", { class: "body" }, said, content),
        h(
          "footer",
          {},
          h("button", { class: "button", value: "" }, "Back to the editor"),
          h("button", { class: "button primary", value: "yes", autofocus: true }, action),
        ),
      ),
    );
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function difference(before, after) {
  const element = h("yaml-difference");
  element.show(before, after);
  return element;
}

const refusal = (error) => h("p", { class: "callout failed", role: "alert" }, error.message);
const MEANWHILE = "Somebody has changed this since you opened it.";

/** Both versions as one text, chosen by the user where they clash; null where they go back. */
async function reconciled(base, ours, theirs) {
  const { text, conflicts } = merged(base, ours, theirs);
  if (!conflicts) {
    const note = h("p", { class: "callout" }, `${MEANWHILE} Both changes are in this; compared with what is saved now, it differs by:`);
    return (await asked("Save both changes?", difference(theirs, text), "Save", note)) ? text : null;
  }
  const merge = h("yaml-merge");
  merge.show(theirs, text);
  const note = h("p", { class: "callout" }, `${MEANWHILE} On the left is what is saved now, on the right what you will save: take over from the left with the arrows, or edit.`);
  return (await asked("Two changes of the same lines", merge, "Save the right side", note)) ? merge.value : null;
}

/** Store a text on top of what is there now; merges until nobody was quicker. Resolves to `{text, etag}`, or null. Throws ApiError. */
async function stored(url, base, etag, text) {
  try {
    return await writeYaml(url, text, etag);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 412) throw error;
  }
  const now = await readYaml(url);
  const both = await reconciled(base, text, now.text);
  return both === null ? null : stored(url, now.text, now.etag, both);
}

/**
 * Show what would change, and save it. `opened` is `{text, etag}` as it was opened; resolves to the same as it is now, or to null
 * where the user goes back to the editor.
 */
export async function save(url, opened, text) {
  let said = null;
  for (;;) {
    if (!(await asked("Save these changes?", difference(opened.text, text), "Save", said))) return null;
    try {
      return await stored(url, opened.text, opened.etag, text);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      said = refusal(error);
    }
  }
}
