/** What all pages show of an execution, and what they do with it. */

import { api } from "./api.js";
import { confirmed } from "./dialog.js";
import { h, icon, toast } from "./dom.js";
import { amount, momentElement, tookOf } from "./format.js";
import { sentence, t } from "./gettext.js";
import { at } from "./root.js";

export const isActive = (execution) => execution.status === "pending" || execution.status === "running";
export const urlOf = (execution) => at(`/executions/${execution.id}/`);
const urlOfApi = (execution) => at(`/api/execution/${execution.id}`);
/** The priority of what runs before all others that wait. */
const FIRST = 1;
export const waitsForItsTurn = (execution) => execution.status === "pending" && !execution.worker && execution.priority > FIRST;
const STATUSES = { pending: t`pending`, running: t`running`, complete: t`complete`, failed: t`failed`, aborted: t`aborted`, skipped: t`skipped` };
export const statusName = (status) => STATUSES[status] ?? status;
export const statusBadge = (status) => h("span", { class: `status ${status}` }, statusName(status));
export const tasksOf = (execution) => execution.tasks.join(", ") || t`all tasks`;

/** A name as a pattern that matches it alone. */
export const asPattern = (name) => name.replace(/[*?[]/g, "[$&]");

/** What the execution was asked to be beyond its tasks: "test, loglevel debug". */
export function optionsOf(execution) {
  return Object.entries(execution.options)
    .filter(([name]) => name !== "test")
    .map(([name, value]) => {
      if (value === true) return name;
      return `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`;
    })
    .join(", ");
}

/** Who or what asked for it: "by admin", "by a schedule", "by admin, from a schedule"; null where that isn't known. */
export function askedBy({ requested_by: user, schedule, irc, hook, caused_by: other }) {
  if (hook) {
    const link = h("a", { href: at(`/hooks/#hook-${hook}`) }, t`the hook ${hook}`);
    return user ? sentence`by ${user}, through ${link}` : sentence`by ${link}`;
  }
  if (user && !schedule) return t`by ${user}`;
  if (schedule) {
    const link = h("a", { href: at(`/schedules/#schedule-${schedule}`) }, t`a schedule`);
    return user ? sentence`by ${user}, from ${link}` : sentence`by ${link}`;
  }
  if (irc) return t`by IRC, ${irc}`;
  return other ? sentence`by ${h("a", { href: urlOf({ id: other }) }, t`execution ${other}`)}` : null;
}

/** Whether it says how its tasks are doing: trials and tests changed nothing. */
export const counts = ({ trial, options }) => !trial && !options.test;

/** What a trial or a test is marked with: neither changed anything. */
export function kindOf({ trial, options, entries_of: replayed }) {
  const [kind, title] = replayed ? [t`replay`, t`A config that was not saved, on the entries of execution ${replayed}`] : trial ? [t`trial`, t`A config that was not saved; nothing was downloaded`] : options.test ? [t`test`, t`Nothing was downloaded or remembered`] : [];
  return kind && h("span", { class: "label", title }, kind);
}

/** Why it failed or was aborted: in plain words with what was said below, else what was said. */
export function whyItEnded({ abort_reason: said, explanation }) {
  if (!explanation) return said;
  return [explanation, " ", h("details", {}, h("summary", {}, t`Details`), h("code", {}, said))];
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
  if (!(await confirmed(t`Abort execution ${execution.id} (${tasksOf(execution)})?`, t`Abort`))) return;
  try {
    await api(`${urlOfApi(execution)}/abort`, { method: "POST" });
    toast(t`Execution ${execution.id} is being aborted.`);
  } catch (error) {
    toast(error.message, "failed");
  }
}

/** Give one that waits the first place in the queue. */
export async function runNext(execution) {
  try {
    await api(urlOfApi(execution), { method: "PATCH", body: { priority: FIRST } });
    toast(t`Execution ${execution.id} runs next.`);
  } catch (error) {
    toast(error.message, "failed");
  }
}

function results(execution) {
  const { summary } = execution;
  const parts = [];
  if (summary.accepted) parts.push(h("span", { class: "accepted-count" }, t`${amount(summary.accepted)} accepted`));
  if (summary.failed) parts.push(h("span", { class: "failed-count" }, t`${amount(summary.failed)} failed`));
  if (!summary.accepted && !summary.failed && execution.status === "complete") parts.push(h("span", {}, t`nothing taken`));
  if (summary.rejected) parts.push(h("span", { class: "rejected-count" }, t`${amount(summary.rejected)} rejected`));
  return h("span", { class: "results" }, parts);
}

/** A row of a list of executions. */
export function executionRow(execution, can) {
  const name = tasksOf(execution);
  const asked = [askedBy(execution), optionsOf(execution)].filter(Boolean);
  return h(
    "li",
    { class: `execution ${execution.status}`, "data-id": execution.id },
    h("span", { class: "state" }, statusBadge(execution.status)),
    h("span", { class: "what" }, h("a", { href: urlOf(execution), title: name }, name), " ", h("span", { class: "id" }, `#${execution.id}`), " ", kindOf(execution)),
    results(execution),
    h("span", { class: "duration" }, tookOf(execution)),
    h("span", { class: "when" }, momentElement(execution.finished ?? execution.created)),
    h(
      "span",
      { class: "again" },
      can.run &&
        !isActive(execution) &&
        h(
          "button",
          { class: "button quiet small", "aria-label": t`Run ${name} again`, title: t`Run again`, onclick: () => runAgain(execution) },
          icon("again"),
        ),
    ),
    asked.length > 0 && h("span", { class: "asked-by" }, asked[0], asked[1] && ` · ${asked[1]}`),
    execution.abort_reason && h("span", { class: `why ${execution.status}` }, whyItEnded(execution)),
  );
}

/** What a running or pending execution does at the moment. */
export function doing(execution) {
  if (execution.status === "pending") return execution.waiting_for ? t`Waiting for ${execution.waiting_for}` : t`Waiting for its turn`;
  return (
    [execution.current_task, execution.current_phase, execution.current_plugin].filter(Boolean).join(" · ") || t`Starting`
  );
}
