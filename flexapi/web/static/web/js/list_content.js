/** What is in one of FlexGet's lists: add, change, remove, and approve where the list asks for it. */

import { api, readTagged } from "./api.js";
import { openDialog } from "./dialog.js";
import { byId, h, pageData, toast } from "./dom.js";
import { momentElement } from "./format.js";
import { fieldsNamed, linesOf, valuesOf } from "./forms.js";
import { t } from "./gettext.js";
import { approving, KnownTable, removing, showFields, stateOf } from "./known.js";
import { empty, failure } from "./states.js";

const { kind, list, may, url: lists } = pageData();
const MOVIES = "movie_list";
const PENDING = "pending_list";
const ofMovies = kind === MOVIES;
const place = `${lists}/${list}`;
const url = `${place}/${ofMovies ? "movies" : "entries"}`;
const word = ofMovies ? "movie" : "entry";

async function showName() {
  try {
    byId("name").textContent = (await api(place)).object.name;
  } catch (error) {
    byId("name").textContent = t`List ${list}`;
    byId("rows").replaceChildren(failure(error, showName));
  }
}

const named = (identifiers) => Object.entries(identifiers).map(([name, value]) => `${name} ${value}`);
const added = { title: t`Added`, kind: "time", ordering: "added", cell: (row) => row.added && momentElement(row.added) };
const entryColumns = [{ title: t`Title`, kind: "wide", ordering: "title", cell: (row) => [h("b", {}, row.title), h("span", { class: "below" }, row.original_url)] }, kind === PENDING && stateOf, added].filter(Boolean);
const movieColumns = [
  { title: t`Title`, kind: "wide", ordering: "title", cell: (row) => [h("b", {}, row.title), h("span", { class: "below" }, named(row.identifiers).join(", "))] },
  { title: t`Year`, kind: "number", ordering: "year", cell: ({ year }) => year },
  added,
];
const actions = [...(kind === PENDING && may.approve ? approving(url, t`a task that takes its entries from the list gets it`) : []), may.change && removing(url, t`It is no longer in the list.`)].filter(Boolean);

const { text, area } = fieldsNamed(word);
const yearOf = (value) => value.trim() || null;

/** Identifiers as lines, "imdb_id tt0137523"; throws where a line has no value. */
function identifiersIn(value) {
  const pairs = linesOf(value).map((line) => /^(\S+)\s+(.+)$/.exec(line) ?? [line]);
  const bare = pairs.find(([, name]) => !name);
  if (bare) throw new Error(t`“${bare[0]}” has no value. Write a name and its value, such as imdb_id tt0137523.`);
  return Object.fromEntries(pairs.map(([, name, id]) => [name, id]));
}

function fieldsIn(value) {
  try {
    return JSON.parse(value || "{}");
  } catch (error) {
    throw new Error(t`This is no JSON: ${error.message}`);
  }
}

const movieFields = ({ title, year, identifiers }) => [
  text("title", t`Title`, title, { required: true, wide: true }),
  text("year", t`Year`, year, { inputmode: "numeric", read: yearOf }),
  area("identifiers", t`Identifiers`, named(identifiers).join("\n"), { rows: 3, read: identifiersIn, help: t`One a line, such as imdb_id tt0137523.` }),
];
const entryFields = ({ title, original_url: from, entry }) => {
  // Both stand in fields of their own.
  const { title: _title, original_url: _from, ...others } = entry;
  return [
    text("title", t`Title`, title, { required: true, wide: true }),
    text("original_url", "URL", from, { required: true, wide: true }),
    area("entry", t`Other fields`, JSON.stringify(others, null, 2), { rows: 8, read: fieldsIn, help: t`As a task gets them, in JSON.` }),
  ];
};

const shown = new KnownTable({
  url,
  actions,
  columns: ofMovies ? movieColumns : entryColumns,
  look: ofMovies ? null : ({ title, original_url: from, entry }) => showFields(title, [["URL", from], ...Object.entries(entry)]),
  edit: may.change ? edit : null,
  word,
  fixed: { ordering: "-added" },
  none: () => empty(t`The list is empty.`, may.change ? t`Add to it here, or have a task do it with list_add.` : t`Tasks add to it with list_add; an editor does it here.`),
});

/** What the API takes of the form. */
function bodyOf(fields) {
  const { imdb_id: imdb, year, ...values } = valuesOf(fields);
  if (!ofMovies) return values;
  return { ...values, year, identifiers: imdb ? { imdb_id: imdb } : {} };
}

function add() {
  const fields = ofMovies
    ? [text("title", t`Title`, "", { required: true }), text("year", t`Year`, "", { inputmode: "numeric", read: yearOf }), text("imdb_id", t`IMDb id`, "", { placeholder: "tt0137523" })]
    : [text("title", t`Title`, "", { required: true }), text("original_url", "URL", "", { required: true, wide: true })];
  openDialog({
    title: ofMovies ? t`Add a movie` : t`Add an entry`,
    body: fields.map(({ element }) => element),
    fields,
    action: t`Add`,
    submit: () => api(url, { method: "POST", body: bodyOf(fields) }),
    done: ({ object }) => {
      toast(t`${object.title} is in the list.`);
      shown.list.load();
    },
  });
}

async function edit({ id }) {
  const target = `${url}/${id}`;
  let read;
  try {
    read = await readTagged(target);
  } catch (error) {
    toast(error.message, "failed");
    await shown.list.load();
    return;
  }
  const fields = (ofMovies ? movieFields : entryFields)(read.object);
  openDialog({
    title: t`Edit ${read.object.title}`,
    body: fields.map(({ element }) => element),
    fields,
    action: t`Save`,
    submit: () => api(target, { method: "PUT", body: valuesOf(fields), etag: read.etag }),
    explain: (error) => error.status === 412 && [h("p", {}, t`It was changed meanwhile. Close this and edit it again, so that nothing is lost.`)],
    done: async ({ object }) => {
      toast(t`${object.title} is changed.`);
      await shown.list.load();
      byId(`row-${id}`)?.querySelector('button:has(use[href$="#edit"])')?.focus();
    },
  });
}

showName();
byId("add")?.addEventListener("click", add);
