/** Choose a task and run it, with or without options. */

import { h, icon, toast } from "./dom.js";
import { asPattern, run } from "./execution.js";
import { t } from "./gettext.js";
import { openRunDialog } from "./run_dialog.js";
import { empty } from "./states.js";

/** Fill `place` with a choice of the tasks and the buttons to run one. */
export function runBox(place, tasks, can) {
  const enabled = tasks.filter((task) => task.enabled);
  if (!enabled.length) {
    place.replaceChildren(tasks.length ? empty(t`All tasks are disabled.`, t`Enable one on the page of the tasks.`) : empty(t`There is no task to run.`));
    return;
  }
  const select = h("select", { "aria-label": t`Task to run` }, enabled.map((task) => h("option", { value: task.key }, task.name)));
  const start = h("button", { class: "button primary" }, icon("play"), t`Run`);
  const options = h("button", { class: "button", "aria-label": t`Run with options`, title: t`Run with options` }, icon("options"));
  start.addEventListener("click", async () => {
    start.disabled = true;
    try {
      await run({ tasks: [asPattern(select.value)] });
    } catch (error) {
      toast(error.message, "failed");
      start.disabled = false;
    }
  });
  options.addEventListener("click", () => openRunDialog(select.value, can));
  place.replaceChildren(h("div", { class: "run-row" }, select, start, options));
}
