/** Bars, one a day, of several parts upon each other; the same figures stand in a table below. */

import { h } from "./dom.js";
import { amount, language } from "./format.js";
import { t } from "./gettext.js";
import { table } from "./table.js";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 100;
const WIDTH = 10;

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** What tells parts apart for who sees no colours: hatched and dotted. Once on a page. */
export const patterns = () =>
  svg(
    "svg",
    { width: 0, height: 0, "aria-hidden": "true" },
    svg(
      "defs",
      {},
      svg("pattern", { id: "bars-failed", width: 4, height: 4, patternUnits: "userSpaceOnUse", class: "pattern-failed" }, svg("path", { d: "M-1 1l2 -2M0 4l4 -4M3 5l2 -2", "stroke-width": 1.6 })),
      svg("pattern", { id: "bars-aborted", width: 3, height: 3, patternUnits: "userSpaceOnUse", class: "pattern-aborted" }, svg("circle", { cx: 1.5, cy: 1.5, r: 1 })),
    ),
  );

const dayOf = (text) => new Date(`${text}T12:00`);

/**
 * `days` are `{day: "2026-11-27", …}`; `parts` are `{name, title, of(day)}`, the lowest first: `name` is the class of its bars. `title` names
 * the whole; `others` are further columns of the table. Arrow keys, or a pointer, choose a day, whose figures are said.
 */
export function bars(title, days, parts, others = []) {
  const short = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
  const long = new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric", month: "short" });
  const sum = (day) => parts.reduce((total, part) => total + part.of(day), 0);
  const most = Math.max(1, ...days.map(sum));
  const total = days.reduce((all, day) => all + sum(day), 0);
  const words = (day) => parts.filter((part) => part.of(day)).map((part) => t`${amount(part.of(day))} ${part.title}`).join(", ") || t`nothing`;
  const said = h("span", { class: "said", role: "status" });
  const chosen = svg("rect", { class: "chosen", y: 0, width: WIDTH, height: HEIGHT, visibility: "hidden" });
  const drawing = svg("svg", { viewBox: `0 0 ${days.length * WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", tabindex: 0, "aria-label": t`${title}: ${amount(total)} in ${amount(days.length)} days, at most ${amount(most)} a day. Arrow keys read the days.` }, chosen);
  days.forEach((day, index) => {
    let top = HEIGHT;
    for (const { name, of } of parts) {
      const height = (of(day) / most) * (HEIGHT - 4);
      if (!height) continue;
      top -= height;
      drawing.append(svg("rect", { class: name, x: index * WIDTH + 1.5, y: top, width: WIDTH - 3, height, "vector-effect": "non-scaling-stroke" }));
    }
  });
  drawing.append(svg("line", { class: "base", x1: 0, x2: days.length * WIDTH, y1: HEIGHT, y2: HEIGHT, "vector-effect": "non-scaling-stroke" }));

  let at = days.length;
  const say = (day) => {
    said.textContent = `${long.format(dayOf(day.day))}: ${words(day)}`;
  };
  const choose = (index) => {
    at = Math.min(days.length - 1, Math.max(0, index));
    chosen.setAttribute("x", at * WIDTH);
    chosen.setAttribute("visibility", "visible");
    say(days[at]);
  };
  say(days.at(-1));
  drawing.addEventListener("pointermove", ({ clientX }) => {
    const { left, width } = drawing.getBoundingClientRect();
    choose(Math.floor(((clientX - left) / width) * days.length));
  });
  drawing.addEventListener("keydown", (event) => {
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: days.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    choose(next);
  });

  const key = ({ name, title: text }) => h("span", { class: "key" }, svg("svg", { viewBox: "0 0 12 12", "aria-hidden": "true" }, svg("rect", { class: name, x: 1, y: 1, width: 10, height: 10 })), text);
  const columns = [{ title: t`Day`, cell: ({ day }) => long.format(dayOf(day)) }, ...parts.map((part) => ({ title: part.title, kind: "number", label: part.title, cell: (day) => amount(part.of(day)) })), ...others];
  return h(
    "figure",
    { class: "chart" },
    h("div", { class: "most", "aria-hidden": "true" }, amount(most)),
    drawing,
    h("div", { class: "ends" }, h("span", {}, short.format(dayOf(days[0].day))), h("span", {}, short.format(dayOf(days.at(-1).day)))),
    h("figcaption", {}, parts.length > 1 && parts.map(key), said),
    h("details", {}, h("summary", {}, t`As a table`), h("div", { tabindex: 0, role: "region", "aria-label": title }, table(columns, days.toReversed(), { caption: title }))),
  );
}
