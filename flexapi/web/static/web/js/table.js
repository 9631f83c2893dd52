/** The one table: columns of which the first names the row; on a phone each row is a card (parts.css). */

import { h } from "./dom.js";

/**
 * `columns` are `{title, cell(item), kind, label, hidden, ordering}`. `kind` is "number", "time", "fixed" (as narrow as its text),
 * "wide" (a line of its own on a phone) or "actions", whose title only screen readers say; `label` is said before the value on a phone; `ordering` is
 * the API's name of the column, where the list can be sorted by it. `row(item)` are attributes of an item's `<tr>`; `sort` is
 * `{by, choose(ordering)}`.
 */
export function table(columns, items, { caption, row = () => ({}), sort } = {}) {
  const shown = columns.filter(({ hidden }) => !hidden);
  const body = h("tbody", {}, items.map((item) => tableRow(columns, item, row)));
  const head = h("thead", {}, h("tr", {}, shown.map((column) => heading(column, sort))));
  return h("table", { class: "table" }, caption && h("caption", { class: "visually-hidden" }, caption), head, body);
}

/** The row of an item, to put it in or replace it. */
export function tableRow(columns, item, row = () => ({})) {
  const cells = columns.filter(({ hidden }) => !hidden).map(({ cell, kind, label }) => h("td", { class: kind, "data-label": label }, cell(item)));
  return h("tr", row(item), cells);
}

function heading({ title, kind, ordering }, sort) {
  if (kind === "actions") return h("th", { class: kind, scope: "col" }, h("span", { class: "visually-hidden" }, title));
  if (!ordering || !sort) return h("th", { class: kind, scope: "col" }, title);
  const direction = { [ordering]: "ascending", [`-${ordering}`]: "descending" }[sort.by];
  const next = direction === "descending" ? ordering : direction ? `-${ordering}` : kind === "number" || kind === "time" ? `-${ordering}` : ordering;
  return h("th", { class: kind, scope: "col", "aria-sort": direction }, h("button", { type: "button", onclick: () => sort.choose(next) }, title));
}
