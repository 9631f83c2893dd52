/** FlexGet's check of what is typed, and the list of what it found. */

import { postYaml } from "../api.js";
import { h } from "../dom.js";
import { ngettext, t } from "../gettext.js";

// Milliseconds after the last key, and after a check that FlexGet, which was still starting, had no part in.
const PAUSE = 350;
const AGAIN = 2000;

/** What the check found as one list: `[{line, column, message, severity}]`. */
function faultsOf({ problem, complaints, warnings }) {
  const found = complaints.map((complaint) => ({ ...complaint, severity: "error" }));
  if (problem) found.push({ ...problem, message: problem.message ?? problem.detail, severity: "error" });
  return [...found, ...warnings.map((warning) => ({ ...warning, severity: "warning" }))].sort((one, other) => (one.line ?? 0) - (other.line ?? 0));
}

/** Check an editor's text whenever it has rested; shows what is wrong in it, and in `list`. Returns what checks now. */
export function watch(editor, url, list) {
  let timer;
  let running = new AbortController();

  const show = (faults, state) => {
    editor.mark(faults);
    const rows = faults.map(({ line, column, message, severity }) =>
      h("li", { class: severity }, h("button", { type: "button", onclick: () => editor.jump(line ?? 1, column ?? 1) }, h("b", {}, t`Line ${line ?? 1}`), ` ${message}`)),
    );
    list.replaceChildren(h("p", { class: "state", role: "status" }, state), rows.length ? h("ul", {}, rows) : "");
  };
  const checkAfter = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(check, pause);
  };
  const check = async () => {
    running.abort();
    running = new AbortController();
    try {
      const { object } = await postYaml(url, editor.value, running.signal);
      const faults = faultsOf(object);
      const count = ngettext("{0} thing to look at.", "{0} things to look at.", faults.length);
      show(faults, faults.length ? count : object.complete ? t`FlexGet has nothing against it.` : t`FlexGet is still starting: only the YAML was checked.`);
      if (!object.complete && !faults.length) checkAfter(AGAIN);
    } catch (error) {
      if (error.name === "AbortError") return;
      show([], error.message);
      if (error.status === 503) checkAfter(AGAIN);
    }
  };
  editor.addEventListener("change", () => checkAfter(PAUSE));
  check();
  return check;
}
