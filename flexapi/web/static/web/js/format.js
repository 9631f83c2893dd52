/** Times and amounts as people read them. */

import { h } from "./dom.js";

// Made when first used: a browser's first format of a time costs a phone 50 ms.
const once = (make) => {
  let made;
  return () => (made ??= make());
};
const clock = once(() => new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" }));
const day = once(() => new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" }));
const full = once(() => new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" }));
const NUMBER = new Intl.NumberFormat();

export const amount = (number) => NUMBER.format(number);

/** "1 line", "2 lines". */
export const counted = (number, word) => `${amount(number)} ${word}${number === 1 ? "" : "s"}`;

/** Seconds as "0.4 s", "12 s", "3 min 5 s", "2 h 10 min". */
export function duration(seconds) {
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How long an execution took, or takes until now; "" before it started. */
export function tookOf(execution, now = Date.now()) {
  if (!execution.started) return "";
  const end = execution.finished ? Date.parse(execution.finished) : now;
  return duration((end - Date.parse(execution.started)) / 1000);
}

function relative(moment, now) {
  const ahead = moment > now;
  const minutes = Math.round(Math.abs(now - moment) / 60000);
  if (minutes < 1) return ahead ? "in a moment" : "just now";
  if (minutes < 60) return ahead ? `in ${minutes} min` : `${minutes} min ago`;
  const date = new Date(moment);
  if (date.toDateString() === new Date(now).toDateString()) return clock().format(date);
  return `${day().format(date)}, ${clock().format(date)}`;
}

/** A `<time>` that says how long ago, or when; who points at it sees the exact moment. */
export function timeElement(text) {
  return h("time", { datetime: text, onpointerenter: nameMoment }, relative(Date.parse(text), Date.now()));
}

function nameMoment({ target }) {
  target.title ||= full().format(Date.parse(target.dateTime));
}

// "2 min ago" must not stay on the page for an hour.
setInterval(() => {
  for (const element of document.querySelectorAll("time[datetime]")) {
    element.textContent = relative(Date.parse(element.dateTime), Date.now());
  }
}, 30000);
