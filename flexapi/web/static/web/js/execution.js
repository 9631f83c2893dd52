/** What all pages show of an execution, and what they do with it. */

import { api } from "./api.js";
import { confirmed, h, icon, toast } from "./dom.js";
import { amount, timeElement, tookOf } from "./format.js";
import { at } from "./root.js";

export const isActive = (execution) => execution.status === "pending" || execution.status === "running";
export const urlOf = (execution) => at(`/executions/${execution.id}/`);
const urlOfApi = (execution) => at(`/api/execution/${execution.id}`);
/** The priority of what runs before all others that wait. */
const FIRST = 1;
export const waitsForItsTurn = (execution) => execution.status === "pending" && !execution.worker && execution.priority > FIRST;
export const statusBadge = (status) => h("span", { class: `status ${status}` }, status);
export const tasksOf = (execution) => execution.tasks.join(", ") || "all tasks";

/** A name as a pattern that matches it alone. */
export const asPattern = (name) => name.replace(/[*?[]/g, "[$&]");

/** What the execution was asked to be beyond its tasks: "test, loglevel debug". */
export function optionsOf(execution) {
  return Object.entries(execution.options)
    .map(([name, value]) => {
      if (value === true) return name;
      return `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`;
    })
    .join(", ");
}

/** Start tasks and open the page of the execution. */
export async function run(body) {
  const { object } = await api(at("/api/execution"), { method: "POST", body });
  location.assign(urlOf(object));
}

/** Run the same tasks with the same options once more. */
export async function runAgain(execution) {
  try {
    await run({ tasks: execution.tasks, ...execution.options });
  } catch (error) {
    toast(error.message, "failed");
  }
}

/** Ask, then abort. */
export async function abort(execution) {
  if (!(await confirmed(`Abort execution ${execution.id} (${tasksOf(execution)})?`, "Abort"))) return;
  try {
    await api(`${urlOfApi(execution)}/abort`, { method: "POST" });
    toast(`Execution ${execution.id} is being aborted.`);
  } catch (error) {
    toast(error.message, "failed");
  }
}

/** Give one that waits the first place in the queue. */
export async function runNext(execution) {
  try {
    await api(urlOfApi(execution), { method: "PATCH", body: { priority: FIRST } });
    toast(`Execution ${execution.id} runs next.`);
  } catch (error) {
    toast(error.message, "failed");
  }
}

function results({ summary }) {
  const parts = [];
  if (summary.accepted) parts.push(h("span", { class: "accepted-count" }, `${amount(summary.accepted)} accepted`));
  if (summary.failed) parts.push(h("span", { class: "failed-count" }, `${amount(summary.failed)} failed`));
  if (summary.rejected) parts.push(h("span", { class: "rejected-count" }, `${amount(summary.rejected)} rejected`));
  return h("span", { class: "results" }, parts);
}

/** A row of a list of executions. */
export function executionRow(execution, can) {
  const name = tasksOf(execution);
  return h(
    "li",
    { class: "execution", "data-id": execution.id },
    h("span", { class: "state" }, statusBadge(execution.status)),
    h("span", { class: "what" }, h("a", { href: urlOf(execution), title: name }, name), " ", h("span", { class: "id" }, `#${execution.id}`)),
    results(execution),
    h("span", { class: "duration" }, tookOf(execution)),
    h("span", { class: "when" }, timeElement(execution.finished ?? execution.created)),
    h(
      "span",
      { class: "again" },
      can.run &&
        !isActive(execution) &&
        h(
          "button",
          { class: "button quiet small", "aria-label": `Run ${name} again`, title: "Run again", onclick: () => runAgain(execution) },
          icon("again"),
        ),
    ),
    execution.abort_reason && h("span", { class: `why ${execution.status}`, title: execution.abort_reason }, execution.abort_reason),
  );
}

/** What a running or pending execution does at the moment. */
export function doing(execution) {
  if (execution.status === "pending") return execution.waiting_for ? `Waiting for ${execution.waiting_for}` : "Waiting for its turn";
  return (
    [execution.current_task, execution.current_phase, execution.current_plugin].filter(Boolean).join(" · ") || "Starting"
  );
}
