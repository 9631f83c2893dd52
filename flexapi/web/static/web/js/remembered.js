/** What FlexGet remembers of entries: what it has taken, what failed, what it rejected. One page for each, made the same way. */

import { h, pageData } from "./dom.js";
import { amount, momentElement } from "./format.js";
import { t } from "./gettext.js";
import { forgetting, KnownTable, showFields } from "./known.js";
import { empty } from "./states.js";
import { taskLink } from "./task_names.js";

const { can, endpoints, may, table } = pageData();

const when = (moment) => moment && momentElement(moment);
const title = (below) => ({ title: t`Title`, kind: "wide", ordering: "title", cell: (row) => [h("b", {}, row.title), below(row) && h("span", { class: "below" }, below(row))] });
const task = { title: t`Task`, cell: (row) => row.task && taskLink(row.task, can) };
const moment = (name, heading, label) => ({ title: heading, kind: "time", ordering: name, label, cell: (row) => when(row[name]) });
const common = (row) => [[t`Task`, row.task], ["URL", row.url], [t`Reason`, row.reason]];

const TABLES = {
  seen: {
    columns: [title(({ reason }) => reason), { ...task, ordering: "task" }, { title: t`Counts`, kind: "fixed", cell: ({ local }) => (local ? t`in its task` : t`everywhere`) }, moment("added", t`Taken`)],
    fields: (row) => [...common(row), [t`Counts`, row.local ? t`in its task only` : t`in all tasks`], [t`Taken`, when(row.added)], ...row.fields.map(({ field, value }) => [field, value])],
    forgotten: t`The next run looks at it again, and may take it once more.`,
    none: () => empty(t`FlexGet has taken nothing yet.`, t`What a run takes is listed here, with what FlexGet knows it by.`),
  },
  failed: {
    columns: [title(({ reason }) => reason), { title: t`Failed`, kind: "number", label: t`Failed`, ordering: "count", cell: ({ count }) => count && `${amount(count)}×` }, moment("added", t`Last`, t`last`), moment("retry_time", t`Again from`, t`again from`)],
    fields: (row) => [...common(row), [t`Failed`, row.count], [t`Last`, when(row.added)], [t`Tried again from`, when(row.retry_time)]],
    forgotten: t`It counts as never having failed: the next run tries it again.`,
    none: () => empty(t`Nothing failed.`, t`What a run took and couldn't finish is listed here, until it works.`),
  },
  rejected: {
    columns: [title(({ reason }) => reason), task, { title: t`By`, ordering: "rejected_by", label: t`by`, cell: (row) => row.rejected_by }, moment("added", t`Since`), moment("expires", t`Until`, t`until`)],
    fields: (row) => [...common(row), [t`Rejected by`, row.rejected_by], [t`Since`, when(row.added)], [t`Until`, when(row.expires)]],
    forgotten: t`The task looks at it again when its feed changes.`,
    none: () => empty(t`FlexGet remembers no rejection.`, t`Few plugins have FlexGet remember one; most decide afresh in each run.`),
  },
};

const { columns, fields, forgotten, none } = TABLES[table];
const url = endpoints[table];

new KnownTable({
  url,
  columns,
  none,
  actions: may.delete ? [forgetting(url, forgotten)] : [],
  look: (row) => showFields(row.title, fields(row)),
  word: "entry",
  fixed: { ordering: "-added" },
});
