/** Times and amounts as people read them. */

import { h } from "./dom.js";
import { amount, language, t } from "./gettext.js";

export { amount, language };

// Made when first used: a browser's first format of a time costs a phone 50 ms.
const once = (make) => {
  let made;
  return () => (made ??= make());
};
const clock = once(() => new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }));
const day = once(() => new Intl.DateTimeFormat(language, { day: "numeric", month: "short" }));
const dayOfYear = once(() => new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" }));
const weekday = once(() => new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric", month: "short" }));
const full = once(() => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" }));
const UNITS = [t`bytes`, "kB", "MB", "GB", "TB"];
const decimal = once(() => new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }));

/** Bytes as "812 bytes", "3.4 MB", "120 GB". */
export function bytes(number) {
  const step = Math.min(Math.floor(Math.log10(Math.max(number, 1)) / 3), UNITS.length - 1);
  const value = number / 1000 ** step;
  return `${step && value < 10 ? decimal().format(value) : amount(Math.round(value))} ${UNITS[step]}`;
}

/** Seconds as "0.4 s", "12 s", "3 min 5 s", "2 h 10 min". */
export function duration(seconds) {
  if (seconds < 10) return t`${decimal().format(Math.max(0, seconds))} s`;
  if (seconds < 60) return t`${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return t`${minutes} min ${Math.floor(seconds % 60)} s`;
  return t`${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How long an execution took, or takes until now; "" before it started. */
export function tookOf(execution, now = Date.now()) {
  if (!execution.started) return "";
  const end = execution.finished ? Date.parse(execution.finished) : now;
  return duration((end - Date.parse(execution.started)) / 1000);
}

/** "14:05" today, "26 Nov, 14:05" in this year, "26 Nov 2025, 14:05" before. */
function absolute(moment, now) {
  const [date, today] = [new Date(moment), new Date(now)];
  if (date.toDateString() === today.toDateString()) return clock().format(date);
  const format = date.getFullYear() === today.getFullYear() ? day() : dayOfYear();
  return t`${format.format(date)}, ${clock().format(date)}`;
}

/** "3 min ago", "in 5 min"; beyond an hour as `absolute`. */
function relative(moment, now) {
  const ahead = moment > now;
  const seconds = Math.round(Math.abs(now - moment) / 1000);
  if (seconds >= 3570) return absolute(moment, now);
  if (seconds < 5) return t`now`;
  const said = seconds < 60 ? t`${seconds < 10 ? seconds : Math.floor(seconds / 10) * 10} s` : t`${Math.round(seconds / 60)} min`;
  return ahead ? t`in ${said}` : t`${said} ago`;
}

function timed(text, format, kind) {
  return h("time", { datetime: text, "data-time": kind, onpointerenter: nameMoment }, format(Date.parse(text), Date.now()));
}

/** A `<time>` for a single fact: how long ago, or in how long. Who points at it sees the exact moment. */
export const timeElement = (text) => timed(text, relative, "relative");

/** A `<time>` for a column of them: the clock's time, with the day where it isn't today. */
export const momentElement = (text) => timed(text, absolute, "absolute");

// Without an hour a date would be midnight in London, and the day before in New York.
const localDay = (date) => new Date(`${date}T00:00`);

/** A `<time>` for a date without a clock's time, "2026-12-05": "Sat, 5 Dec". */
export const dayElement = (date) => h("time", { datetime: date }, weekday().format(localDay(date)));

/** Whether a date is before today. */
export const isPast = (date) => localDay(date) < new Date().setHours(0, 0, 0, 0);

function nameMoment({ target }) {
  target.title ||= full().format(Date.parse(target.dateTime));
}

// "2 min ago" must not stay on the page for an hour.
setInterval(() => {
  for (const element of document.querySelectorAll("time[data-time]")) {
    const format = element.dataset.time === "relative" ? relative : absolute;
    element.textContent = format(Date.parse(element.dateTime), Date.now());
  }
}, 10000);
