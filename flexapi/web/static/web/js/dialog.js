/** Dialogs: they close with Escape and Cancel, which stands before the action, and give the focus back. */

import { h } from "./dom.js";
import { showFaults } from "./forms.js";
import { t } from "./gettext.js";

let opened = 0;

/**
 * Open a dialog around `body`. `submit()` does what `action` says: the dialog closes once it is done, and `done` gets its answer; where that is
 * false, the dialog stays. What it throws is shown at the `fields` that the API names (see forms.js), else on top; `explain(error)` may answer nodes
 * to show instead. Without `cancel` there is only the action. Answers `{dialog, button, submit}`: `submit(how)` calls the other one with `how`, as the button does with nothing.
 */
export function openDialog({ title, body, action, submit, done, fields = [], explain, kind = "primary", cancel = t`Cancel`, className = "", ready = true }) {
  const id = `dialog-${++opened}`;
  const general = h("div", { role: "alert", hidden: true });
  const button = h("button", { class: `button ${kind}`, type: "submit", disabled: !ready }, action);
  const form = h(
    "form",
    {},
    h("header", {}, h("h2", { id }, title)),
    h("div", { class: `body ${className}` }, general, body),
    h("footer", {}, cancel && h("button", { class: "button", type: "button", onclick: () => dialog.close() }, cancel), button),
  );
  const dialog = h("dialog", { "aria-labelledby": id, class: className.includes("wide") && "wide", onclose: () => dialog.remove() }, form);

  async function go(how) {
    const wanted = fields.map(({ fault }) => fault);
    for (const fault of wanted) fault.hidden = true;
    general.hidden = true;
    button.disabled = true;
    try {
      const answer = await submit(how);
      if (answer === false) return;
      dialog.close();
      done?.(answer);
    } catch (error) {
      const nodes = explain && (await explain(error));
      general.className = nodes ? "callout aborted" : "callout failed";
      if (nodes) {
        general.replaceChildren(...nodes);
        general.hidden = false;
      } else showFaults(error, fields, general);
      const wrong = fields.find(({ fault }) => !fault.hidden);
      if (wrong) (wrong.input.matches("input, select, textarea") ? wrong.input : wrong.input.querySelector("input, select, textarea"))?.focus();
      else general.scrollIntoView({ block: "nearest" });
    } finally {
      button.disabled = false;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go();
  });
  general.addEventListener("click", (event) => event.target.closest("a") && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, button, submit: go };
}

/** Ask before doing something that can't be undone, or that others notice; resolves to whether to do it. `detail` says what will happen. */
export function confirmed(question, action, detail = null) {
  return new Promise((resolve) => {
    let yes = false;
    const { dialog } = openDialog({
      title: question,
      body: detail && h("p", {}, detail),
      action,
      kind: "danger",
      className: detail ? "" : "bare",
      submit: () => {
        yes = true;
      },
    });
    dialog.addEventListener("close", () => resolve(yes));
  });
}
