/** The shows that FlexGet knows: what was taken last, where they begin, and what else they are called. */

import { byId, h, icon, pageData } from "./dom.js";
import { dayElement, momentElement } from "./format.js";
import { sentence, t } from "./gettext.js";
import { button, keepFresh } from "./known.js";
import { PagedList } from "./paged_list.js";
import { openForget, openShow, pageOf } from "./series_dialogs.js";
import { empty } from "./states.js";

const { endpoints, may } = pageData();
const url = endpoints.series;
const load = () => list.load();

function last({ latest_entity: latest }) {
  if (!latest) return h("span", { class: "quiet" }, t`nothing taken yet`);
  const { title, quality } = latest.latest_release;
  return [h("b", {}, latest.identifier), " ", quality, h("span", { class: "below" }, title)];
}

const actions = (show) => [
  may.change && button(t`Edit ${show.name}`, icon("edit"), () => openShow(show, { url, saved: load })),
  may.delete && button(t`Forget ${show.name}`, icon("close"), () => openForget(show.name, `${url}/${show.id}`, load), "danger"),
];

const list = new PagedList(byId("rows"), byId("filters"), {
  url,
  word: "show",
  sorted: "name",
  row: ({ id }) => ({ id: `show-${id}` }),
  columns: [
    { title: t`Show`, kind: "wide", ordering: "name", cell: (show) => [h("a", { href: pageOf(show) }, h("b", {}, show.name)), show.tasks.length > 0 && h("span", { class: "below" }, show.tasks.join(", "))] },
    { title: t`Taken last`, kind: "wide", cell: last },
    { title: t`When`, kind: "time", ordering: "last_download_date", cell: ({ latest_entity: latest }) => latest?.latest_release.first_seen && momentElement(latest.latest_release.first_seen) },
    { title: t`Next expected`, kind: "time", label: t`next expected`, cell: ({ next_expected: next }) => next && dayElement(next.date) },
    { title: t`Episodes`, kind: "number", label: t`episodes`, cell: ({ episodes }) => episodes },
    { title: t`Begins at`, kind: "fixed", label: t`begins at`, cell: ({ begin }) => begin ?? "" },
    { title: t`Actions`, kind: "actions", hidden: !may.change && !may.delete, cell: actions },
  ],
  none: () => empty(t`FlexGet knows no show.`, sentence`A task with ${h("code", {}, "series")} makes the shows known that it names, when it runs.`),
});
keepFresh(load);
byId("add")?.addEventListener("click", () => openShow({}, { url, saved: load }));
