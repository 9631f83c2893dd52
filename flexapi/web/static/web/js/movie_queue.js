/** The movie queue: what is wanted, and what was grabbed of it. */

import { api } from "./api.js";
import { watchBoard } from "./board.js";
import { confirmed } from "./dialog.js";
import { byId, h, icon, pageData, toast } from "./dom.js";
import { isActive, urlOf } from "./execution.js";
import { timeElement } from "./format.js";
import { sentence, t } from "./gettext.js";
import { nameOf, openMovieDialog } from "./movie_dialog.js";
import { PagedList } from "./paged_list.js";
import { empty, failure } from "./states.js";
import { taskLink } from "./task_names.js";

const LATELY = 10;
const { can, endpoints, queues } = pageData();
const url = endpoints.movie_queue;

const elsewhere = (href, name) => h("a", { href, target: "_blank", rel: "noreferrer", class: "outside" }, name);

function idLinks({ imdb_id, tmdb_id }) {
  return [imdb_id && elsewhere(`https://www.imdb.com/title/${imdb_id}/`, "IMDb"), tmdb_id && elsewhere(`https://www.themoviedb.org/movie/${tmdb_id}`, "TMDb")];
}

const titleOf = ({ title, year }) => [h("b", {}, title), year && h("span", { class: "meta" }, ` (${year})`)];

function knowQueue(name) {
  if (queues.includes(name)) return;
  queues.push(name);
  byId("queue").append(h("option", {}, name));
  byId("queue").parentElement.hidden = false;
}

async function stored(movie, text) {
  knowQueue(movie.queue_name);
  toast(text);
  await wanted.load();
  byId(`movie-${movie.id}`)?.querySelector("button")?.focus();
}

const add = (movie, force = false) =>
  openMovieDialog(movie, { url, queues, force, saved: (added) => stored(added, t`${nameOf(added)} is in the queue.`) });
const edit = (movie) => openMovieDialog(movie, { url, queues, saved: (changed) => stored(changed, t`${nameOf(changed)} is changed.`) });

async function remove(movie, row) {
  if (!(await confirmed(t`Take ${nameOf(movie)} off the queue?`, t`Remove`))) return;
  const neighbour = row.nextElementSibling ?? row.previousElementSibling;
  try {
    await api(`${url}/${movie.id}`, { method: "DELETE" });
    toast(t`${nameOf(movie)} is off the queue.`);
  } catch (error) {
    toast(error.message, "failed");
  }
  await wanted.load();
  const next = neighbour && byId(neighbour.id);
  (next?.querySelector(".actions button:last-child") ?? byId("filters").elements.search).focus();
}

function wantedRow(movie) {
  const name = nameOf(movie);
  const row = h(
    "li",
    { class: "movie", id: `movie-${movie.id}` },
    h("span", { class: "title" }, titleOf(movie)),
    h("span", { class: "wish" }, movie.quality === "any" ? t`any quality` : movie.quality, queues.length > 1 && h("span", { class: "queue" }, movie.queue_name)),
    h("span", { class: "below" }, h("span", {}, movie.requested_by ? `${movie.requested_by}, ` : "", timeElement(movie.added)), idLinks(movie)),
    h(
      "span",
      { class: "actions" },
      can.changeMovies && h("button", { class: "button small", "aria-label": t`Edit ${name}`, title: t`Edit`, onclick: () => edit(movie) }, icon("edit")),
      can.removeMovies && h("button", { class: "button small danger", "aria-label": t`Remove ${name}`, title: t`Remove`, onclick: () => remove(movie, row) }, icon("close")),
    ),
  );
  return row;
}

function noneWanted() {
  const hint = can.queueMovies ? t`Add one by its title, or by a link from IMDb or TMDb.` : t`An operator adds them.`;
  return empty(t`No movie is wanted.`, [hint, " ", sentence`A task with ${h("code", {}, "movie_queue: accept")} grabs it when it turns up.`]);
}

function grabbedRow(movie) {
  const release = movie.entry_title || nameOf(movie);
  return h(
    "li",
    { class: "grabbed" },
    h("span", { class: "title" }, titleOf(movie)),
    h("span", { class: "when" }, timeElement(movie.grabbed)),
    h("span", { class: "below" }, movie.execution ? h("a", { href: urlOf({ id: movie.execution }) }, release) : release, movie.task && h("span", {}, taskLink(movie.task, can))),
    can.queueMovies && h("button", { class: "button small quiet", "aria-label": t`Queue ${nameOf(movie)} again`, title: t`Queue it again`, onclick: () => again(movie) }, icon("again")),
  );
}

function again({ title, year, imdb_id, tmdb_id, queue_name }) {
  add({ title, year, imdb_id, tmdb_id, queue_name }, true);
}

async function showGrabbed() {
  const place = byId("grabbed");
  try {
    const { items } = await api(`${endpoints["movie_queue/grabbed"]}?ordering=-grabbed&limit=${LATELY}`);
    place.replaceChildren(items.length ? h("ul", { class: "rows" }, items.map(grabbedRow)) : empty(t`No movie was grabbed yet.`, t`What a run takes off the queue is listed here.`));
  } catch (error) {
    place.replaceChildren(failure(error, showGrabbed));
  }
}

function load() {
  wanted.load();
  showGrabbed();
}

const wanted = new PagedList(byId("movies"), byId("filters"), { url, fixed: { ordering: "-added" }, word: "movie", row: wantedRow, none: noneWanted });
showGrabbed();
byId("add")?.addEventListener("click", () => add({ queue_name: byId("queue").value || queues[0] }));
// A run may have grabbed some, or added others.
watchBoard((execution) => !isActive(execution) && load(), load);
