/** What stands in place of a list or a card that has nothing to show: nothing there, being read, or not to be had. */

import { h } from "./dom.js";
import { t } from "./gettext.js";
import { plural } from "./things.js";

/** Nothing is there: what, then what to do about it, then the buttons or links that do it. */
export const empty = (what, hint = null, ...actions) => h("div", { class: "empty" }, h("p", {}, h("b", {}, what)), hint && h("p", {}, hint), actions);

/** The filters let nothing through. `thing` is what is listed (things.js); `clear` shows all again. */
export const noneFound = (thing, clear = null) => empty(t`No ${plural(thing)} match these filters.`, null, clear && h("button", { type: "button", class: "button", onclick: clear }, t`Clear the filters`));

/** It is being read. */
export const loading = () => h("p", { class: "empty", role: "status" }, t`Loading…`);

/** It can't be had: why, and a button to try again. */
export const failure = (error, again = null) =>
  h("div", { class: "empty failure", role: "alert" }, h("p", {}, h("b", {}, error.message)), again && h("button", { type: "button", class: "button", onclick: again }, t`Try again`));
