/** The dialog that adds a movie to the queue or changes one, and what it says of one that is there already. */

import { api } from "./api.js";
import { h } from "./dom.js";
import { showFaults } from "./forms.js";
import { timeElement } from "./format.js";
import { movieIn, titleAndYear } from "./movie_text.js";
import { at } from "./root.js";

// What is asked for most; FlexGet takes many more.
const QUALITIES = ["any", "720p+", "1080p", "1080p+", "2160p", "720p-1080p bluray|webdl"];

export const nameOf = ({ title, year }) => (year ? `${title} (${year})` : title);

const text = (value) => value.trim();
const number = (value) => (value.trim() === "" ? null : Number(value));
const id = (value) => value.trim() || null;

function field(name, title, read, { help, wide, list, ...attributes } = {}) {
  const key = `movie-${name}`;
  const input = h("input", { id: key, name, autocomplete: "off", "aria-describedby": `${key}-help ${key}-fault`, list: list && `${key}-list`, ...attributes });
  const fault = h("span", { class: "error", id: `${key}-fault`, role: "alert", hidden: true });
  const element = h(
    "div",
    { class: wide ? "option wide" : "option" },
    h("label", { for: key }, title),
    input,
    help && h("small", { id: `${key}-help` }, help),
    list && h("datalist", { id: `${key}-list` }, list.map((value) => h("option", { value }))),
    fault,
  );
  return { name, element, input, fault, read: () => read(input.value) };
}

function fieldsOf(movie, queues) {
  const fields = [
    field("title", "Title", text, { type: "text", required: true, maxlength: 300, wide: true }),
    field("year", "Year", number, { type: "number", min: 1870, max: 2200, inputmode: "numeric" }),
    field("queue_name", "Queue", text, { type: "text", list: queues, required: true, maxlength: 100 }),
    field("imdb_id", "IMDb id", id, { type: "text", placeholder: "tt0137523", autocapitalize: "none", spellcheck: "false" }),
    field("tmdb_id", "TMDb id", number, { type: "number", min: 1, inputmode: "numeric", placeholder: "550" }),
    field("quality", "Quality", text, { type: "text", list: QUALITIES, placeholder: "any", autocapitalize: "none", wide: true, help: "As FlexGet writes it, such as 1080p, 720p+, or 720p-1080p bluray|webdl. Empty takes any." }),
  ];
  for (const { name, input } of fields) input.value = movie[name] ?? "";
  return fields;
}

/** A field that fills in the others by what is pasted into it. */
function pasteField(fields) {
  const paste = field("paste", "Paste a link", text, { type: "text", inputmode: "url", autocapitalize: "none", spellcheck: "false", placeholder: "https://www.imdb.com/title/…", wide: true, help: "Of a movie at IMDb or TMDb; it fills in what it tells." });
  paste.input.removeAttribute("name");
  paste.input.addEventListener("input", () => {
    const movie = movieIn(paste.input.value);
    for (const { name, input } of fields) if (movie[name]) input.value = movie[name];
    paste.fault.hidden = Object.keys(movie).length > 0 || !paste.input.value.trim();
    paste.fault.textContent = "This names no movie of IMDb or TMDb.";
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
    return [h("p", {}, "It is in the queue already: ", h("a", { href: `?${query}#movie-${other.id}` }, nameOf(other)), other.queue_name && ` in ${other.queue_name}`, ".")];
  }
  // An entry of the history or, where that was deleted, what the queue itself remembers.
  const release = other.entry_title || other.title;
  const link = path.includes("/history/") ? h("a", { href: at(`/history/?${new URLSearchParams({ search: release })}#entry-${other.id}`) }, release) : h("b", {}, release);
  return [
    h("p", {}, "It was grabbed before: ", link, other.task && ` by the task ${other.task}`, ", ", timeElement(other.time ?? other.grabbed), "."),
    h("button", { type: "button", class: "button small", onclick: again }, "Queue it again"),
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
  const general = h("div", { class: "callout failed", role: "alert", hidden: true });
  const submit = h("button", { class: "button primary", type: "submit" }, isNew ? "Add" : "Save");
  const form = h(
    "form",
    {},
    h("header", {}, h("h2", { id: "movie-dialog-title" }, isNew ? "Add a movie" : `Edit ${nameOf(movie)}`)),
    h("div", { class: "body movie-form" }, general, isNew && !movie.title && pasteField(fields), fields.map(({ element }) => element)),
    h("footer", {}, h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Cancel"), submit),
  );
  const dialog = h("dialog", { "aria-labelledby": "movie-dialog-title", onclose: () => dialog.remove() }, form);

  async function save(forced) {
    for (const { fault } of fields) fault.hidden = true;
    general.hidden = true;
    submit.disabled = true;
    try {
      const answer = isNew
        ? await api(url, { method: "POST", body: { ...Object.fromEntries(fields.map(({ name, read }) => [name, read()])), force: forced } })
        : await api(`${url}/${movie.id}`, { method: "PATCH", body: changes(fields, movie) });
      dialog.close();
      saved(answer.object);
    } catch (error) {
      if (error.status === 409 && error.location) {
        general.className = "callout aborted";
        general.replaceChildren(...(await explained(error, () => save(true))));
        general.hidden = false;
      } else {
        general.className = "callout failed";
        showFaults(error, fields, general);
      }
      const wrong = fields.find(({ fault }) => !fault.hidden);
      if (wrong) wrong.input.focus();
      else general.scrollIntoView({ block: "nearest" });
    } finally {
      submit.disabled = false;
    }
  }

  splitTitle(fields);
  general.addEventListener("click", (event) => event.target.closest("a") && dialog.close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(force);
  });
  document.body.append(dialog);
  dialog.showModal();
}
