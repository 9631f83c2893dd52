/** What waits for approval: approve, take the approval back, remove, one or many. */

import { api } from "./api.js";
import { h, pageData, toast } from "./dom.js";
import { momentElement } from "./format.js";
import { sentence, t } from "./gettext.js";
import { approving, KnownTable, removing, showFields, stateOf } from "./known.js";
import { empty } from "./states.js";
import { taskLink } from "./task_names.js";

const { can, endpoints, may } = pageData();
const url = endpoints.pending;

const actions = [
  ...(may.change ? approving(url, t`the task's next run takes it`) : []),
  may.delete && removing(url, t`FlexGet forgets that it waits. If the task finds it again, it waits again.`),
].filter(Boolean);

async function look({ id }) {
  try {
    const { entry, ...row } = (await api(`${url}/${id}`)).object;
    showFields(row.title, [[t`Task`, row.task_name], ["URL", row.url], [t`Since`, row.added && momentElement(row.added)], ...Object.entries(entry).filter(([name]) => name !== "title" && name !== "url")]);
  } catch (error) {
    toast(error.message, "failed");
  }
}

new KnownTable({
  url,
  actions,
  look,
  word: "entry",
  sorted: "-added",
  fixed: { ordering: "-added" },
  columns: [
    { title: t`Title`, kind: "wide", ordering: "title", cell: ({ title, url: from }) => [h("b", {}, title), from && h("span", { class: "below" }, from)] },
    { title: t`Task`, ordering: "task_name", cell: (row) => row.task_name && taskLink(row.task_name, can) },
    stateOf,
    { title: t`Since`, kind: "time", ordering: "added", cell: ({ added }) => added && momentElement(added) },
  ],
  none: () => empty(t`Nothing waits for approval.`, sentence`A task with ${h("code", {}, "pending_approval: yes")} keeps here what it would take, until somebody approves it.`),
});
