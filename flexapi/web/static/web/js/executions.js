/** The list of all executions. */

import { watchBoard } from "./board.js";
import { byId, h, pageData } from "./dom.js";
import { executionRow } from "./execution.js";

const { can, executions, first, filtered } = pageData();
const list = h("ul", { class: "rows" }, executions.map((execution) => executionRow(execution, can)));

if (executions.length) byId("rows").append(list);
else {
  const text = filtered ? "No execution is like this." : "Nothing has run yet. Tasks are run from the dashboard, by schedules, and over the API.";
  byId("rows").append(h("div", { class: "empty" }, text));
}

function changed(execution) {
  const shown = list.querySelector(`[data-id="${execution.id}"]`);
  if (shown) shown.replaceWith(executionRow(execution, can));
  else if (first && !filtered && !(Number(list.firstElementChild?.dataset.id) > execution.id)) {
    if (!list.isConnected) byId("rows").replaceChildren(list);
    list.prepend(executionRow(execution, can));
  }
}

watchBoard(changed, () => location.reload());

// A choice acts at once; the button is for those without a pointer or script.
for (const select of byId("filters").querySelectorAll("select")) {
  select.addEventListener("change", () => byId("filters").requestSubmit());
}
