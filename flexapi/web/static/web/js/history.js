/** The history: what was taken, when, by which task and why. */

import { watchBoard } from "./board.js";
import { byId, h, pageData } from "./dom.js";
import { isActive, urlOf } from "./execution.js";
import { momentElement } from "./format.js";
import { pgettext, t } from "./gettext.js";
import { PagedList } from "./paged_list.js";
import { empty } from "./states.js";
import { taskLink } from "./task_names.js";

const { can, endpoints } = pageData();

const columns = [
  { title: t`Title`, kind: "wide", cell: (entry) => [h("b", {}, entry.title), entry.reason && h("span", { class: "below" }, entry.reason, entry.plugin && ` (${entry.plugin})`)] },
  { title: t`Task`, kind: "task-name", ordering: "task", cell: ({ task }) => task && taskLink(task, can) },
  { title: pgettext("an execution", "Run"), kind: "number", cell: ({ execution }) => execution && h("a", { href: urlOf({ id: execution }) }, `#${execution}`) },
  { title: t`Taken`, kind: "time", ordering: "time", cell: ({ time }) => momentElement(time) },
];

const list = new PagedList(byId("entries"), byId("filters"), {
  url: endpoints.history,
  sorted: "-time",
  word: "entry",
  columns,
  row: ({ id }) => ({ id: `entry-${id}` }),
  none: () => empty(t`Nothing was taken yet.`, t`What a run accepts is listed here, with the run and the reason.`),
});

watchBoard(
  (execution) => !isActive(execution) && execution.summary.accepted && list.load(),
  () => list.load(),
);
