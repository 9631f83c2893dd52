/** A list of the API, a page at a time, with the filters of a form; both stand in the page's address. */

import { api } from "./api.js";
import { byId, h } from "./dom.js";
import { counted } from "./format.js";

const PAGE = 50;
const TYPING = 250;

export class PagedList {
  /**
   * `form` has the filters, named as the API's parameters; `fixed` are parameters beside them. `row(item)` makes
   * an `<li>`; `none(filtered)` says what stands in place of an empty list; `word` is what the items are called.
   */
  constructor(place, form, { url, fixed = {}, word, row, none }) {
    Object.assign(this, { place, form, url, fixed, word, row, none });
    const asked = new URLSearchParams(location.search);
    for (const field of form.elements) {
      if (field.name && asked.has(field.name)) field.value = asked.get(field.name);
    }
    this.offset = Number(asked.get("offset")) || 0;
    this.turn = 0;
    form.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.turnTo(0), TYPING);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.turnTo(0);
    });
    window.addEventListener("hashchange", () => this.reveal());
    this.load().then(() => this.reveal());
  }

  get filters() {
    return [...new FormData(this.form)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value);
  }

  turnTo(offset) {
    this.offset = offset;
    return this.load();
  }

  /** Read and show the page once more. */
  async load() {
    const { filters, offset } = this;
    const turn = ++this.turn;
    const asked = new URLSearchParams(filters);
    if (offset) asked.set("offset", offset);
    const query = asked.toString();
    history.replaceState(null, "", `${location.pathname}${query ? `?${query}` : ""}${location.hash}`);
    let page;
    try {
      page = await api(`${this.url}?${new URLSearchParams([...filters, ...Object.entries(this.fixed), ["limit", PAGE], ["offset", offset]])}`);
    } catch (error) {
      if (turn === this.turn) this.place.replaceChildren(h("p", { class: "empty", role: "alert" }, error.message));
      return;
    }
    if (turn !== this.turn) return; // Something else was asked for meanwhile.
    if (offset && !page.items.length) {
      // The last item of the last page is gone.
      await this.turnTo(page.count ? Math.floor((page.count - 1) / PAGE) * PAGE : 0);
      return;
    }
    byId("count").textContent = counted(page.count, this.word);
    if (!page.count) this.place.replaceChildren(h("div", { class: "empty" }, this.none(filters.length > 0)));
    else this.place.replaceChildren(h("ul", { class: "rows" }, page.items.map(this.row)), ...this.pages(page));
  }

  pages({ count, next, previous }) {
    if (count <= PAGE) return [];
    const button = (text, there, offset) => there && h("button", { class: "button", onclick: () => this.leaf(offset) }, text);
    return [
      h(
        "nav",
        { class: "pages", "aria-label": "Pages" },
        button("Previous", previous, Math.max(0, this.offset - PAGE)),
        h("span", {}, `Page ${Math.floor(this.offset / PAGE) + 1} of ${Math.ceil(count / PAGE)}`),
        button("Next", next, this.offset + PAGE),
      ),
    ];
  }

  async leaf(offset) {
    await this.turnTo(offset);
    // The button that was pressed is gone; whoever uses the keyboard goes on where the page begins.
    byId("content").focus();
    window.scrollTo(0, 0);
  }

  /** Mark the item that the address names: `#movie-12`. */
  reveal() {
    this.place.querySelector(".marked")?.classList.remove("marked");
    const item = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
    if (!item || !this.place.contains(item)) return;
    item.classList.add("marked");
    item.scrollIntoView({ block: "center" });
  }
}
