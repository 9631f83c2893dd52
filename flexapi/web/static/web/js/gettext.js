/**
 * Texts in the page's language. They stand in the scripts in English, which is what is shown where the page has no catalogue;
 * others come with the page (`{% texts %}`), before any module runs. Values stand in a text as `{0}`, `{1}` …, in any order.
 */

import { preference } from "./preferences.js";

const page = document.documentElement.lang || "en";
const speaks = (tag) => tag.split("-")[0] === page;

/** How dates and numbers are written: as was chosen on the account page, else as in the page's language, the browser's kind of it where it has one. */
export const language = preference("dates") || navigator.languages.find(speaks) || (page === "en" ? "en-GB" : page);

const NUMBER = new Intl.NumberFormat(language);

/** "Monday, Tuesday and Friday". */
export const listed = (words) => new Intl.ListFormat(page === "en" ? "en-GB" : page).format(words);

/** "12,345". */
export const amount = (number) => NUMBER.format(number);

const PLACE = /\{(\d)\}/;
const everyPlace = new RegExp(PLACE, "g");
const idOf = ([first, ...others]) => others.reduce((id, piece, index) => `${id}{${index}}${piece}`, first);
const found = (id) => globalThis.django?.gettext?.(id) ?? id;
const filled = (text, values) => text.replace(everyPlace, (_, index) => values[index]);

/** A text: t`Abort execution ${id}?`. */
export const t = (pieces, ...values) => filled(found(idOf(pieces)), values);

/** The same of values that are elements, as what `h` takes: sentence`by ${link}`. */
export const sentence = (pieces, ...values) =>
  found(idOf(pieces))
    .split(PLACE)
    .map((piece, index) => (index % 2 ? values[piece] : piece));

/** A text that agrees with a number, which is its `{0}`: ngettext("{0} line", "{0} lines", count). `others` are `{1}` and so on. */
export function ngettext(one, many, number, ...others) {
  const text = globalThis.django?.ngettext?.(one, many, number) ?? (number === 1 ? one : many);
  return filled(text, [amount(number), ...others]);
}

/** A word that means different things, with what it means here: pgettext("is allowed to", "May"). */
export const pgettext = (context, id) => globalThis.django?.pgettext?.(context, id) ?? id;
