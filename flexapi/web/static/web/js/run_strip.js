/** The last runs of a task side by side: a sign for how each ended, and how long it took. */

import { h } from "./dom.js";
import { statusName, urlOf } from "./execution.js";
import { amount, language, tookOf } from "./format.js";
import { ngettext, t } from "./gettext.js";

const SIGNS = { complete: "✓", failed: "✗", aborted: "■", skipped: "–", running: "…", pending: "…" };

/** How a run ended, in words: "complete, 3 accepted". */
function saidOf({ status, summary }) {
  if (status !== "complete") return statusName(status);
  return summary.accepted ? t`complete, ${amount(summary.accepted)} accepted` : t`complete, nothing taken`;
}

// What a run accepted that failed afterwards was not taken.
const tookSome = ({ status, summary }) => status === "complete" && summary.accepted > 0;

function runOf(result) {
  const { execution, status, summary } = result;
  const sign = tookSome(result) ? `+${amount(summary.accepted)}` : SIGNS[status];
  const when = new Date(result.finished ?? result.started).toLocaleString(language);
  const said = t`Execution ${execution}: ${saidOf(result)}, ${tookOf(result)}, ${when}`;
  return h("li", {}, h("a", { class: `run ${status}`, href: urlOf({ id: execution }), title: said, "aria-label": said }, h("b", {}, sign), h("span", {}, tookOf(result))));
}

/** `results` are those of the API, the latest first. What the signs mean stands below. */
export function runStrip(results) {
  const failed = results.filter(({ status }) => status === "failed").length;
  const taking = results.filter(tookSome).length;
  return [
    h("ol", { class: "strip" }, results.map(runOf)),
    h("p", { class: "strip-foot quiet" }, t`The latest first: +1 took one, ✓ took nothing, ✗ failed, ■ aborted, – skipped. ${ngettext("{0} run of {1} took something", "{0} runs of {1} took something", taking, amount(results.length))}, ${amount(failed)} failed.`),
  ];
}
