/** The moments at which schedules are due, as marks on a line; who doesn't see it reads the same in words. */

import { h } from "./dom.js";
import { language, timeElement } from "./format.js";
import { ngettext, t } from "./gettext.js";

// More marks than these stand so close that they are drawn thinner.
const OFTEN = 48;
// The share of the line that the word t`now` needs, and that of a day on a phone.
const ROOM = 0.15;
const ROOM_OF_A_DAY = 0.25;

const placed = (element, share) => {
  element.style.insetInlineStart = `${(100 * share).toFixed(2)}%`;
  return element;
};

/** The midnights between two moments (in milliseconds), by the browser's clock. */
function midnights(since, until) {
  const found = [];
  const day = new Date(since);
  day.setHours(24, 0, 0, 0);
  for (; day < until; day.setDate(day.getDate() + 1)) found.push(new Date(day));
  return found;
}

/** `coming` is what `/api/schedules/coming` answers; `nameOf(schedule)` what stands before its line. */
export function timeline({ since, until, schedules }, nameOf) {
  const [from, to] = [Date.parse(since), Date.parse(until)];
  const share = (moment) => (moment - from) / (to - from);
  const days = midnights(from, to);
  const weekday = new Intl.DateTimeFormat(language, { weekday: "long" });
  const named = days.filter((day) => share(day) < 1 - ROOM_OF_A_DAY);
  const heads = [share(days[0]) > ROOM && placed(h("span", {}, t`now`), 0), ...named.map((day) => placed(h("span", {}, weekday.format(day)), share(day)))];
  const rows = schedules.map((schedule) => {
    const { times, more } = schedule;
    const left = times.length - 1;
    const others = left > 0 && (more ? ngettext(", and more than {0} time more", ", and more than {0} times more", left) : ngettext(", and {0} time more", ", and {0} times more", left));
    const marks = times.map((time) => placed(h("span", { class: "mark" }), share(Date.parse(time))));
    const lines = days.map((day) => placed(h("span", { class: "midnight" }), share(day)));
    return h("li", {}, h("div", { class: "named" }, nameOf(schedule), h("small", {}, timeElement(times[0]), others)), h("div", { class: `track ${times.length > OFTEN ? "often" : ""}`, "aria-hidden": "true" }, lines, marks));
  });
  return h("ul", { class: "coming" }, h("li", { "aria-hidden": "true" }, h("div", {}), h("div", { class: "hours" }, heads)), rows);
}
