/** Schedules in words, and the control with which one says when. */

import { h } from "./dom.js";
import { listed, ngettext, t } from "./gettext.js";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const NAMES = [t`Monday`, t`Tuesday`, t`Wednesday`, t`Thursday`, t`Friday`, t`Saturday`, t`Sunday`];
const UNITS = { minutes: t`minutes`, hours: t`hours`, days: t`days`, weeks: t`weeks` };
// Every one, and every so many of them.
const EVERY = {
  minutes: [t`every minute`, (n) => ngettext("every {0} minute", "every {0} minutes", n)],
  hours: [t`every hour`, (n) => ngettext("every {0} hour", "every {0} hours", n)],
  days: [t`every day`, (n) => ngettext("every {0} day", "every {0} days", n)],
  weeks: [t`every week`, (n) => ngettext("every {0} week", "every {0} weeks", n)],
};
const FIELDS = ["year", "month", "day", "week", "day_of_week", "hour", "minute"];
const PLAIN = /^\d{1,2}$/;

const two = (number) => String(number).padStart(2, "0");
const isPlain = (value) => value === undefined || PLAIN.test(value);

/** The days of `mon-fri`, `0,2` or `sat`, as numbers from Monday; null where it is none of these. */
function daysOf(text) {
  const found = [];
  for (const part of String(text).toLowerCase().split(",")) {
    const [first, last = first] = part.trim().split("-").map((day) => (/^[0-6]$/.test(day) ? Number(day) : DAYS.indexOf(day)));
    if (first < 0 || last < first) return null;
    for (let day = first; day <= last; day++) found.push(day);
  }
  return [...new Set(found)].sort();
}

/** What a cron-like entry is where this page has words for it: `{kind, time, days}`; null for others. */
function plainCron(cron) {
  const { hour, minute, day_of_week: days, ...others } = cron;
  if (Object.keys(others).length || hour === undefined || !isPlain(hour) || !isPlain(minute)) return null;
  const time = `${two(hour)}:${two(minute ?? 0)}`;
  if (days === undefined || days === "*") return { kind: "day", time, days: [] };
  const numbers = daysOf(days);
  return numbers && { kind: "week", time, days: numbers };
}

/** An interval of one unit: `{count, unit}`; null for others. */
function plainInterval(interval) {
  const given = Object.entries(interval);
  return given.length === 1 && given[0][0] in UNITS ? { unit: given[0][0], count: given[0][1] } : null;
}

const every = (count, unit) => (count === 1 ? EVERY[unit][0] : EVERY[unit][1](count));

/** When an entry is due: "every 2 hours", "every day at 04:00", "on Monday and Friday at 20:30". */
export function inWords({ interval, schedule }) {
  const { jitter, ...times } = interval ?? schedule ?? {};
  const said = interval ? listed(Object.keys(UNITS).filter((unit) => unit in times).map((unit) => every(times[unit], unit))) : cronInWords(times);
  return jitter ? t`${said}, up to ${jitter} s later` : said;
}

function cronInWords(times) {
  const plain = plainCron(times);
  if (plain) return plain.kind === "day" ? t`every day at ${plain.time}` : t`on ${listed(plain.days.map((day) => NAMES[day]))} at ${plain.time}`;
  const step = Object.keys(times).length === 1 && /^\*\/(\d+)$/.exec(times.minute ?? "");
  if (step) return every(Number(step[1]), "minutes");
  return FIELDS.filter((name) => name in times).map((name) => `${name.replaceAll("_", " ")} ${times[name]}`).join(", ");
}

/** Entries as people choose them: the value of the first select, and what the others begin with. */
function choiceOf({ interval, schedule }) {
  if (interval) {
    const plain = plainInterval(interval);
    return plain ? { kind: "interval", ...plain } : { kind: "other" };
  }
  if (schedule) return plainCron(schedule) ?? { kind: "other" };
  return { kind: "none" };
}

/**
 * A control that says when. `entry` is what it begins with; `none` the words for not at all (left out: one has to choose).
 * `read()` answers `{interval, schedule}`, one of them null, or null for not at all.
 */
export function whenControl(entry, { none } = {}) {
  const now = choiceOf(entry);
  const kinds = [none && ["none", none], ["interval", t`every …`], ["day", t`every day at …`], ["week", t`on some days of the week at …`], now.kind === "other" && ["other", inWords(entry)]];
  const kind = h("select", { id: "when", name: "when" }, kinds.filter(Boolean).map(([value, text]) => h("option", { value, selected: value === now.kind }, text)));
  const count = h("input", { type: "number", min: 1, step: "any", value: now.count ?? 1, "aria-label": t`How many`, class: "short" });
  const unit = h("select", { "aria-label": t`Of what` }, Object.entries(UNITS).map(([value, name]) => h("option", { value, selected: value === (now.unit ?? "hours") }, name)));
  const time = h("input", { type: "time", value: now.time ?? "04:00", "aria-label": t`Time of day`, required: true });
  const days = DAYS.map((value, index) => h("input", { type: "checkbox", value, checked: now.days?.includes(index) }));
  const parts = {
    interval: h("span", { class: "choices" }, count, unit),
    days: h("span", { class: "choices", role: "group", "aria-label": t`Days` }, days.map((box, index) => h("label", {}, box, NAMES[index]))),
    time: h("span", { class: "choices" }, time),
  };
  const fault = h("span", { class: "error", role: "alert", hidden: true });
  const show = () => {
    parts.interval.hidden = kind.value !== "interval";
    parts.days.hidden = kind.value !== "week";
    parts.time.hidden = kind.value !== "day" && kind.value !== "week";
    time.disabled = parts.time.hidden;
  };
  kind.addEventListener("change", show);
  show();
  const read = () => {
    if (kind.value === "none") return null;
    if (kind.value === "other") return { interval: entry.interval ?? null, schedule: entry.schedule ?? null };
    if (kind.value === "interval") return { interval: { [unit.value]: Number(count.value) }, schedule: null };
    const [hour, minute] = time.value.split(":").map(Number);
    const chosen = days.filter((box) => box.checked).map((box) => box.value);
    const week = kind.value === "week" && chosen.length ? { day_of_week: chosen.join(",") } : {};
    return { interval: null, schedule: { ...week, hour, minute } };
  };
  const element = h("div", { class: "option when" }, h("label", { for: "when" }, t`When it runs`), kind, parts.interval, parts.days, parts.time, fault);
  return { name: "when", element, fault, read };
}
