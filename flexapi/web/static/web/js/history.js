/** The history: what was taken, when, by which task and why. */

import { watchBoard } from "./board.js";
import { byId, h, pageData } from "./dom.js";
import { isActive, urlOf } from "./execution.js";
import { timeElement } from "./format.js";
import { PagedList } from "./paged_list.js";

const { endpoints } = pageData();

function row(entry) {
  const title = entry.execution ? h("a", { href: urlOf({ id: entry.execution }) }, entry.title) : entry.title;
  return h(
    "li",
    { class: "taken", id: `entry-${entry.id}` },
    h("span", { class: "title" }, title),
    h("span", { class: "meta" }, entry.task),
    h("span", { class: "when" }, timeElement(entry.time)),
    entry.reason && h("span", { class: "reason" }, entry.reason, entry.plugin && ` (${entry.plugin})`),
  );
}

const list = new PagedList(byId("entries"), byId("filters"), {
  url: endpoints.history,
  word: "item",
  row,
  none: (filtered) => (filtered ? "Nothing that was taken is like this." : "Nothing was taken yet. What a run accepts is listed here."),
});

watchBoard(
  (execution) => !isActive(execution) && execution.summary.accepted && list.load(),
  () => list.load(),
);
