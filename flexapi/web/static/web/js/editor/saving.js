/** Saving: the difference is shown first, and what somebody else saved meanwhile is merged, never overwritten. */

import { ApiError, readYaml, writeYaml } from "../api.js";
import { openDialog } from "../dialog.js";
import { h } from "../dom.js";
import { t } from "../gettext.js";
import { merged } from "./merging.js";

/** The field for why something is changed; one for all dialogs of a save, so that it is written once. */
function reason() {
  const field = h("input", { id: "why", maxlength: 300, autocomplete: "off", placeholder: t`Kept with the revision` });
  return { field, element: h("p", { class: "why" }, h("label", { for: "why" }, t`Why?`), " ", field) };
}

/** Ask with a dialog around an element; resolves to whether to go on. `said` stands above it, `below` under it. */
function asked(title, content, action, said = null, below = null) {
  return new Promise((resolve) => {
    let yes = false;
    const { dialog, button } = openDialog({
      title,
      body: [said, content, below].filter(Boolean),
      action,
      cancel: t`Back to the editor`,
      className: "wide",
      submit: () => {
        yes = true;
      },
    });
    dialog.addEventListener("close", () => resolve(yes));
    button.focus();
  });
}

function difference(before, after) {
  const element = h("yaml-difference");
  element.show(before, after);
  return element;
}

const refusal = (error) => h("p", { class: "callout failed", role: "alert" }, error.message);
const MEANWHILE = t`Somebody has changed this since you opened it.`;

/** Both versions as one text, chosen by the user where they clash; null where they go back. */
async function reconciled(base, ours, theirs, why) {
  const { text, conflicts } = merged(base, ours, theirs);
  if (!conflicts) {
    const note = h("p", { class: "callout" }, [MEANWHILE, " ", t`Both changes are in this; compared with what is saved now, it differs by:`]);
    return (await asked(t`Save both changes?`, difference(theirs, text), t`Save`, note, why.element)) ? text : null;
  }
  const merge = h("yaml-merge");
  merge.show(theirs, text);
  const note = h("p", { class: "callout" }, [MEANWHILE, " ", t`On the left is what is saved now, on the right what you will save: take over from the left with the arrows, or edit.`]);
  return (await asked(t`Two changes of the same lines`, merge, t`Save the right side`, note, why.element)) ? merge.value : null;
}

/** Store a text on top of what is there now; merges until nobody was quicker. Resolves to `{text, etag}`, or null. Throws ApiError. */
async function stored(url, base, etag, text, why) {
  try {
    return await writeYaml(url, text, etag, why.field.value);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 412) throw error;
  }
  const now = await readYaml(url);
  const both = await reconciled(base, text, now.text, why);
  return both === null ? null : stored(url, now.text, now.etag, both, why);
}

/**
 * Show what would change, and save it. `opened` is `{text, etag}` as it was opened; resolves to the same as it is now, or to null
 * where the user goes back to the editor.
 */
export async function save(url, opened, text) {
  const why = reason();
  let said = null;
  for (;;) {
    if (!(await asked(t`Save these changes?`, difference(opened.text, text), t`Save`, said, why.element))) return null;
    try {
      return await stored(url, opened.text, opened.etag, text, why);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      said = refusal(error);
    }
  }
}
