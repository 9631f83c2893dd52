/** A list that changes while one looks at it: what is the same stays the same element, so focus and scrolling stay. */

import { h } from "./dom.js";

export class LiveList {
  /**
   * Shows items (with an `id`) in `place`. `make(item)` answers an element, `update(element, item)` brings it up to date; without it a changed item
   * gets a new one. `order(one, other)` sorts; `none()` answers what stands there without items; `most` are kept; `list` holds them.
   */
  constructor(place, { make, update, order = (one, other) => other.id - one.id, none, most = Infinity, list = h("ul", { class: "rows" }) }) {
    Object.assign(this, { place, make, update, order, none, most, list });
    this.items = new Map();
    this.elements = new Map();
  }

  /** Show exactly these. */
  reset(items) {
    this.items = new Map(items.map((item) => [item.id, item]));
    this.show();
  }

  /** Show one that is new or changed. */
  put(item) {
    this.items.set(item.id, item);
    this.show(item.id);
  }

  remove(id) {
    if (this.items.delete(id)) this.show();
  }

  show(changed = null) {
    const sorted = [...this.items.values()].sort(this.order).slice(0, this.most);
    this.items = new Map(sorted.map((item) => [item.id, item]));
    for (const [id, element] of this.elements) {
      if (this.items.has(id)) continue;
      element.remove();
      this.elements.delete(id);
    }
    sorted.forEach((item, index) => {
      const element = this.elementOf(item, changed === null || changed === item.id);
      const there = this.list.children[index];
      if (there !== element) this.list.insertBefore(element, there ?? null);
    });
    if (!sorted.length) this.place.replaceChildren(...[this.none?.()].filter(Boolean));
    else if (!this.list.isConnected) this.place.replaceChildren(this.list);
  }

  elementOf(item, changed) {
    const old = this.elements.get(item.id);
    if (old && !changed) return old;
    if (old && this.update) {
      this.update(old, item);
      return old;
    }
    const element = this.make(item);
    this.update?.(element, item);
    old?.replaceWith(element);
    this.elements.set(item.id, element);
    return element;
  }
}
