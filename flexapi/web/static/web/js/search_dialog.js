/** Search everywhere: a box with a list, of which the arrow keys choose while one writes (the combobox pattern). */

import { api } from "./api.js";
import { h } from "./dom.js";
import { amount, t } from "./gettext.js";
import { places } from "./places.js";
import { at } from "./root.js";

// Milliseconds without a key until the server is asked.
const PAUSE = 150;
const NAMES = { page: t`Pages`, task: t`Tasks`, execution: t`Runs`, history: t`What was taken`, show: t`Shows`, movie: t`Movies in a queue`, documentation: t`Documentation` };

const searched = (path, title) => `${path}?search=${encodeURIComponent(title)}`;
// Where a thing of each kind is seen.
const URLS = {
  page: ({ key }) => key,
  task: ({ key }) => at(`/tasks/${encodeURIComponent(key)}/`),
  execution: ({ key }) => at(`/executions/${key}/`),
  history: ({ title }) => searched(at("/history/"), title),
  documentation: ({ key }) => at(`/docs/${key}`),
  show: ({ key }) => at(`/series/${key}/`),
  // The list knows the title without its year.
  movie: ({ title }) => searched(at("/movie_queue/"), title.replace(/ \(\d{4}\)$/, "")),
};

/** The pages whose name has the text. */
function pagesWith(text) {
  const wanted = text.toLowerCase();
  return places()
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .map(({ name, url }) => ({ kind: "page", key: url, title: name, detail: "" }));
}

class SearchDialog {
  constructor() {
    this.options = [];
    this.asked = 0;
    const list = { role: "listbox", id: "search-found", class: "found", "aria-label": t`What was found` };
    this.list = h("div", list);
    this.said = h("p", { class: "said", role: "status" });
    this.input = h("input", {
      type: "text",
      role: "combobox",
      "aria-label": t`Search everywhere`,
      "aria-autocomplete": "list",
      "aria-controls": list.id,
      "aria-expanded": "false",
      placeholder: t`Tasks, runs, titles, shows, movies, pages`,
      autocomplete: "off",
      autocapitalize: "none",
      spellcheck: "false",
      maxlength: 200,
      oninput: () => this.onInput(),
      onkeydown: (event) => this.onKey(event),
    });
    this.dialog = h("dialog", { class: "palette", "aria-label": t`Search`, onclose: () => this.dialog.remove() }, this.input, this.list, this.said);
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.onInput();
  }

  onInput() {
    clearTimeout(this.timer);
    const text = this.input.value.trim();
    const number = ++this.asked;
    const pages = pagesWith(text);
    if (!text) {
      this.draw(pages, t`Write a part of a name, or words of a title.`);
      return;
    }
    this.timer = setTimeout(() => this.ask(text, pages, number), PAUSE);
  }

  /** Ask the server; an answer that comes after one has written on is dropped. */
  async ask(text, pages, number) {
    try {
      const { object } = await api(at(`/api/search?q=${encodeURIComponent(text)}`));
      if (number !== this.asked) return;
      const found = [...pages, ...object.items.filter(({ kind }) => kind in URLS)];
      const without = object.left_out.map((kind) => (NAMES[kind] ?? kind).toLowerCase());
      this.draw(found, without.length ? t`${amount(found.length)} found; without ${without.join(", ")}, which can't be searched now.` : t`${amount(found.length)} found.`);
    } catch (error) {
      if (number === this.asked) this.draw(pages, error.message);
    }
  }

  draw(found, said) {
    this.options = [];
    const kinds = [...new Set(found.map(({ kind }) => kind))];
    const groups = kinds.map((kind) => h("div", { role: "group", "aria-label": NAMES[kind] }, h("p", { class: "kind", role: "presentation" }, NAMES[kind]), found.filter((hit) => hit.kind === kind).map((hit) => this.option(hit))));
    this.list.replaceChildren(...groups);
    this.list.hidden = !found.length;
    this.input.setAttribute("aria-expanded", String(found.length > 0));
    this.said.textContent = said;
    this.choose(0);
  }

  option(hit) {
    const index = this.options.length;
    const option = h("a", { role: "option", id: `search-${index}`, tabindex: "-1", href: URLS[hit.kind](hit), "aria-selected": "false", onpointermove: () => this.choose(index) }, h("b", {}, hit.title), hit.detail && h("span", {}, hit.detail));
    this.options.push(option);
    return option;
  }

  choose(index) {
    this.options[this.chosen]?.setAttribute("aria-selected", "false");
    this.chosen = index;
    const option = this.options[index];
    if (!option) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    this.input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const count = this.options.length;
    if (step && count) this.choose((this.chosen + step + count) % count);
    else if (event.key === "Enter" && !event.isComposing) this.options[this.chosen]?.click();
    else return;
    event.preventDefault();
  }
}

/** Open the box. */
export const show = () => new SearchDialog();
