/** A show: its episodes and seasons, the releases of each, and what was downloaded. */

import { api } from "./api.js";
import { openDialog } from "./dialog.js";
import { byId, h, icon, pageData, toast } from "./dom.js";
import { dayElement, isPast, momentElement, timeElement } from "./format.js";
import { ngettext, pgettext, sentence, t } from "./gettext.js";
import { attempt, button, keepFresh } from "./known.js";
import { PagedList } from "./paged_list.js";
import { openForget, openShow, openTakeAgain } from "./series_dialogs.js";
import { empty, failure } from "./states.js";
import { table } from "./table.js";
import { counted } from "./things.js";

const { endpoints, may, show: key } = pageData();
const url = `${endpoints.series}/${key}`;
const SEASONS = 500;
let show;

async function load() {
  await Promise.all([showFacts(), showSeasons(), episodes.load()]);
}

const fact = (name, value) => [h("dt", {}, name), h("dd", {}, value)];

async function showFacts() {
  try {
    show = (await api(url)).object;
  } catch (error) {
    byId("facts").replaceChildren(failure(error, load));
    return;
  }
  byId("name").textContent = show.name;
  byId("actions").hidden = false;
  const latest = show.latest_entity;
  const release = latest?.latest_release;
  const taken = release ? [h("b", {}, latest.identifier), ` ${release.quality}, `, release.first_seen && timeElement(release.first_seen), h("br"), release.title] : t`nothing yet`;
  byId("facts").replaceChildren(
    h(
      "dl",
      { class: "fields" },
      fact(t`Taken last`, taken),
      fact(t`Next expected`, nextExpected(show)),
      fact(t`Begins at`, show.begin ?? t`any episode`),
      fact(t`Other names`, show.alternate_names.join(", ") || pgettext("other names", "none")),
      fact(t`Tasks`, show.tasks.join(", ") || t`none: no task names it`),
    ),
  );
}

/** An estimate, which says what it rests on. */
function nextExpected({ next_expected: next }) {
  if (!next) return t`unknown: it comes irregularly, or hasn't come for long`;
  const often = ngettext("{0} day usually lies between two", "{0} days usually lie between two", next.every_days);
  const day = dayElement(next.date);
  return [isPast(next.date) ? sentence`late: around ${day}` : sentence`around ${day}`, h("br"), h("span", { class: "quiet" }, often)];
}

async function begin({ identifier }) {
  await attempt(() => api(url, { method: "PATCH", body: { begin: identifier } }), t`${show.name} begins at ${identifier}.`, load);
}

/** The releases of a season or an episode, in a dialog. */
async function look(kind, { id, identifier }) {
  const place = `${url}/${kind}/${id}`;
  let releases;
  try {
    releases = (await api(place)).object.releases;
  } catch (error) {
    toast(error.message, "failed");
    return;
  }
  const then = (open, release) => () => {
    dialog.close();
    open(release, `${place}/releases`, load);
  };
  const row = (release) =>
    h(
      "li",
      { class: "release" },
      h("b", {}, release.title),
      h("span", { class: "below" }, h("span", { class: `status ${release.downloaded ? "accepted" : "pending"}` }, release.downloaded ? t`downloaded` : t`not downloaded`), release.quality, release.first_seen && momentElement(release.first_seen)),
      may.delete && release.downloaded && button(t`Download ${release.title} again`, t`Download again`, then(openTakeAgain, release)),
      may.delete && button(t`Forget ${release.title}`, icon("close"), then(({ title, id: number }, at, done) => openForget(title, `${at}/${number}`, done), release), "danger"),
    );
  const { dialog } = openDialog({
    title: `${show.name} ${identifier}`,
    body: releases.length ? h("ul", { class: "rows" }, releases.map(row)) : empty(t`FlexGet found no release of it.`),
    className: "bare",
    action: t`Done`,
    cancel: null,
    submit: () => undefined,
  });
}

const actions = (kind) => (one) => [
  button(t`Releases of ${one.identifier}`, t`Releases`, () => look(kind, one)),
  may.change && button(t`Begin at ${one.identifier}`, t`Begin here`, () => begin(one)),
  may.delete && button(t`Forget ${one.identifier}`, icon("close"), () => openForget(`${show.name} ${one.identifier}`, `${url}/${kind}/${one.id}`, load), "danger"),
];

const columnsOf = (kind, title) => [
  { title, kind: "wide", ordering: "identifier", cell: ({ identifier, premiere }) => [h("b", {}, identifier), premiere && h("span", { class: "below" }, premiere)] },
  { title: t`Releases`, kind: "number", cell: ({ releases }) => counted(releases, "release") },
  { title: t`First seen`, kind: "time", cell: ({ first_seen: seen }) => seen && momentElement(seen) },
  { title: t`Actions`, kind: "actions", cell: actions(kind) },
];

/** Packs of whole seasons: few shows have one. */
async function showSeasons() {
  try {
    const { items } = await api(`${url}/seasons?limit=${SEASONS}`);
    byId("seasons").hidden = !items.length;
    byId("season-rows").replaceChildren(table(columnsOf("seasons", t`Season`), items, { caption: t`seasons` }));
  } catch (error) {
    byId("season-rows").replaceChildren(failure(error, showSeasons));
  }
}

const episodes = new PagedList(byId("rows"), byId("filters"), {
  url: `${url}/episodes`,
  fixed: { ordering: "-identifier" },
  word: "episode",
  columns: columnsOf("episodes", t`Episode`),
  row: ({ id }) => ({ id: `episode-${id}` }),
  none: () => empty(t`FlexGet found no episode yet.`, t`What a run finds of the show is listed here, newest first.`),
});
showFacts();
showSeasons();
keepFresh(load);
byId("edit")?.addEventListener("click", () => openShow(show, { url: endpoints.series, saved: load }));
byId("forget")?.addEventListener("click", () => openForget(show.name, url, () => location.assign(byId("all-shows").href)));
