/** The list of all executions. */

import { watchBoard } from "./board.js";
import { byId, pageData } from "./dom.js";
import { executionRow } from "./execution.js";
import { t } from "./gettext.js";
import { PagedList } from "./paged_list.js";
import { empty } from "./states.js";

// Milliseconds until the page is read again for one that is new: many may come at once.
const SOON = 300;

const { can, endpoints } = pageData();
let soon;
// The status with which each was heard of last.
const known = new Map();

const list = new PagedList(byId("rows"), byId("filters"), {
  url: endpoints.execution,
  fixed: { status: "all" },
  word: "execution",
  row: (execution) => executionRow(execution, can),
  none: () => empty(t`Nothing has run yet.`, t`Tasks are run from the dashboard, by schedules, and over the API.`),
});

/** Bring its row up to date; one that is new, or whose status is, may come or go by the filters. */
function changed(execution) {
  const row = byId("rows").querySelector(`[data-id="${execution.id}"]`);
  if (row && !row.contains(document.activeElement)) row.replaceWith(executionRow(execution, can));
  if (known.get(execution.id) === execution.status) return;
  known.set(execution.id, execution.status);
  clearTimeout(soon);
  soon = setTimeout(() => list.load(), SOON);
}

watchBoard(changed, () => list.load());
