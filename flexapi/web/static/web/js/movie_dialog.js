/** The dialog that adds a movie to the queue or changes one, and what it says of one that is there already. */

import { api } from "./api.js";
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { field, valuesOf } from "./forms.js";
import { timeElement } from "./format.js";
import { sentence, t } from "./gettext.js";
import { movieIn, titleAndYear } from "./movie_text.js";
import { at } from "./root.js";

// What is asked for most; FlexGet takes many more.
const QUALITIES = ["any", "720p+", "1080p", "1080p+", "2160p", "720p-1080p bluray|webdl"];

export const nameOf = ({ title, year }) => (year ? `${title} (${year})` : title);

const number = (value) => (value.trim() === "" ? null : Number(value));
const id = (value) => value.trim() || null;

function fieldsOf(movie, queues) {
  const fields = [
    field("title", t`Title`, { required: true, maxlength: 300, wide: true }),
    field("year", t`Year`, { read: number, type: "number", min: 1870, max: 2200, inputmode: "numeric" }),
    field("queue_name", t`Queue`, { list: queues, required: true, maxlength: 100 }),
    field("imdb_id", t`IMDb id`, { read: id, placeholder: "tt0137523", autocapitalize: "none", spellcheck: "false" }),
    field("tmdb_id", t`TMDb id`, { read: number, type: "number", min: 1, inputmode: "numeric", placeholder: "550" }),
    field("quality", t`Quality`, { list: QUALITIES, placeholder: "any", autocapitalize: "none", wide: true, help: t`As FlexGet writes it, such as 1080p, 720p+, or 720p-1080p bluray|webdl. Empty takes any.` }),
  ];
  for (const { name, input } of fields) input.value = movie[name] ?? "";
  return fields;
}

const TITLE_MISSING = t`The link doesn't say what the movie is called, and it could not be looked up. Write its title here.`;

/** What stands at the title: what is asked for there (`fault`), or that it is being looked up (`hint`). */
function sayAtTitle({ element, fault }, { asked = false, hint = "" } = {}) {
  fault.textContent = asked ? TITLE_MISSING : "";
  fault.hidden = !asked;
  const help = element.querySelector("small");
  help.textContent = hint;
  help.setAttribute("role", "status");
}

/**
 * Fill in what a movie is called of which a link has the id only; else ask for it. `isCurrent()` tells whether that is still wanted: who has typed
 * a title or pasted another link meanwhile isn't disturbed.
 */
async function lookUp(movie, fields, url, isCurrent, focus) {
  const title = fields.find(({ name }) => name === "title");
  sayAtTitle(title, { hint: t`Looking up the title…` });
  let found = null;
  try {
    found = (await api(`${url}/lookup`, { method: "POST", body: { imdb_id: movie.imdb_id, tmdb_id: movie.tmdb_id } })).object;
  } catch {
    // No network, or nobody knows it: people do.
  }
  if (!isCurrent()) return;
  sayAtTitle(title, { asked: !found });
  if (found) {
    for (const { name, input } of fields) if (found[name] && !input.value) input.value = found[name];
  } else if (focus) title.input.focus();
}

/** A field that fills in the others by what is pasted into it. */
function pasteField(fields, url) {
  const paste = field("paste", t`Paste a link`, { inputmode: "url", autocapitalize: "none", spellcheck: "false", placeholder: "https://www.imdb.com/title/…", wide: true, help: t`Of a movie at IMDb or TMDb; it fills in what it tells.` });
  const [title] = fields;
  paste.input.removeAttribute("name");
  let turn = 0;
  const stop = () => {
    turn += 1;
    sayAtTitle(title);
  };
  title.input.addEventListener("input", stop);
  paste.input.addEventListener("input", (event) => {
    stop();
    const movie = movieIn(paste.input.value);
    for (const { name, input } of fields) if (movie[name]) input.value = movie[name];
    paste.fault.hidden = Object.keys(movie).length > 0 || !paste.input.value.trim();
    paste.fault.textContent = t`This names no movie of IMDb or TMDb.`;
    if ((!movie.imdb_id && !movie.tmdb_id) || title.input.value.trim()) return;
    const mine = turn;
    lookUp(movie, fields, url, () => mine === turn && title.input.isConnected, event.inputType === "insertFromPaste");
  });
  return paste.element;
}

/** Split "Fight Club (1999)" once it is typed. */
function splitTitle(fields) {
  const [title, year] = fields.map(({ input }) => input);
  title.addEventListener("change", () => {
    const found = titleAndYear(title.value);
    if (found && !year.value) [title.value, year.value] = [found.title, found.year];
  });
}

/** What the movie in the way is: its own data where it can be read, else what the server said. */
async function explained(error, again) {
  const path = error.location && new URL(error.location, location.href).pathname;
  let other;
  try {
    other = (await api(path)).object;
  } catch {
    return [h("p", {}, error.message)];
  }
  if (error.errors[0].code === "duplicate") {
    const query = new URLSearchParams({ search: other.title });
    const there = h("a", { href: `?${query}#movie-${other.id}` }, nameOf(other));
    return [h("p", {}, other.queue_name ? sentence`It is in the queue already: ${there} in ${other.queue_name}.` : sentence`It is in the queue already: ${there}.`)];
  }
  // An entry of the history or, where that was deleted, what the queue itself remembers.
  const release = other.entry_title || other.title;
  const link = path.includes("/history/") ? h("a", { href: at(`/history/?${new URLSearchParams({ search: release })}#entry-${other.id}`) }, release) : h("b", {}, release);
  const when = timeElement(other.time ?? other.grabbed);
  return [
    h("p", {}, other.task ? sentence`It was grabbed before: ${link} by the task ${other.task}, ${when}.` : sentence`It was grabbed before: ${link}, ${when}.`),
    h("button", { type: "button", class: "button small", onclick: again }, t`Queue it again`),
  ];
}

const changes = (fields, movie) => Object.fromEntries(fields.map(({ name, read }) => [name, read()]).filter(([name, value]) => value !== (movie[name] ?? null)));

/**
 * Open the dialog on a movie; one with an `id` is changed, others are added. `queues` are the names to choose from;
 * `force` adds it though it was grabbed before. `saved(movie)` is called once it is stored.
 */
export function openMovieDialog(movie, { url, queues, saved, force = false }) {
  const isNew = !movie.id;
  const fields = fieldsOf(movie, queues);
  const store = (forced) =>
    isNew
      ? api(url, { method: "POST", body: { ...valuesOf(fields), force: forced } })
      : api(`${url}/${movie.id}`, { method: "PATCH", body: changes(fields, movie) });
  const dialog = openDialog({
    title: isNew ? t`Add a movie` : t`Edit ${nameOf(movie)}`,
    body: [isNew && !movie.title && pasteField(fields, url), fields.map(({ element }) => element)],
    className: "movie-form",
    action: isNew ? t`Add` : t`Save`,
    fields,
    submit: (forced = force) => store(forced),
    done: ({ object }) => saved(object),
    explain: (error) => error.status === 409 && error.location && explained(error, () => dialog.submit(true)),
  });
  splitTitle(fields);
}
