/** A list of the API, a page at a time, with the filters of a form; filters, order and page stand in the page's address. */

import { amount } from "./format.js";
import { api } from "./api.js";
import { byId, h } from "./dom.js";
import { Filters } from "./filters.js";
import { t } from "./gettext.js";
import { failure, loading, noneFound } from "./states.js";
import { table } from "./table.js";
import { counted, plural } from "./things.js";

const PAGE = 50;

export class PagedList {
  /**
   * `form` has the filters, named as the API's parameters; a change acts at once. `fixed` are parameters beside them. The items are rows of
   * a table with `columns` (table.js), or what `row(item)` makes: an `<li>`, with `columns` the attributes of its `<tr>`. `none()` answers what stands in place of an empty list; `word` is
   * what the items are called (things.js); `sorted` is the order the API has by itself. `shown(items)` is called when a page is there.
   */
  constructor(place, form, { url, fixed = {}, word, columns, row, none, sorted = fixed.ordering, shown }) {
    Object.assign(this, { place, url, fixed, word, columns, row, none, sorted, showed: shown });
    this.filters = new Filters(form, () => this.turnTo(0));
    const asked = new URLSearchParams(location.search);
    this.offset = Number(asked.get("offset")) || 0;
    this.ordering = asked.get("ordering") ?? "";
    this.turn = 0;
    window.addEventListener("hashchange", () => this.reveal());
    place.replaceChildren(loading());
    this.load().then(() => this.reveal());
  }

  turnTo(offset) {
    this.offset = offset;
    return this.load();
  }

  clear() {
    this.filters.clear();
    return this.turnTo(0);
  }

  /** Read and show the page once more. */
  async load() {
    const { offset, ordering } = this;
    const turn = ++this.turn;
    this.filters.write({ ...(ordering && { ordering }), ...(offset && { offset }) });
    const filters = this.filters.set;
    const wanted = new URLSearchParams([...Object.entries(this.fixed), ...this.filters.asked, ["limit", PAGE], ["offset", offset]]);
    if (ordering) wanted.set("ordering", ordering);
    let page;
    try {
      page = await api(`${this.url}?${wanted}`);
    } catch (error) {
      if (turn === this.turn) this.place.replaceChildren(failure(error, () => this.load()));
      return;
    }
    if (turn !== this.turn) return; // Something else was asked for meanwhile.
    if (offset && !page.items.length) {
      // The last item of the last page is gone.
      await this.turnTo(page.count ? Math.floor((page.count - 1) / PAGE) * PAGE : 0);
      return;
    }
    if (byId("count")) byId("count").textContent = counted(page.count, this.word);
    if (page.count) this.place.replaceChildren(this.listOf(page.items), ...this.pages(page));
    else this.place.replaceChildren(filters.length ? noneFound(this.word, () => this.clear()) : this.none());
    this.showed?.(page.items);
  }

  listOf(items) {
    if (!this.columns) return h("ul", { class: "rows" }, items.map(this.row));
    const choose = (ordering) => {
      this.ordering = ordering;
      return this.turnTo(0);
    };
    return table(this.columns, items, { caption: plural(this.word), row: this.row, sort: { by: this.ordering || this.sorted, choose } });
  }

  pages({ count, next, previous }) {
    if (count <= PAGE) return [];
    const button = (text, there, offset) => there && h("button", { class: "button", onclick: () => this.leaf(offset) }, text);
    return [
      h(
        "nav",
        { class: "pages", "aria-label": t`Pages` },
        button(t`Previous`, previous, Math.max(0, this.offset - PAGE)),
        h("span", {}, t`Page ${amount(Math.floor(this.offset / PAGE) + 1)} of ${amount(Math.ceil(count / PAGE))}`),
        button(t`Next`, next, this.offset + PAGE),
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
