/** The log of all runs: the latest line first, older ones on demand, new ones as they come. */

import { api } from "./api.js";
import { watchBoard } from "./board.js";
import { byId, h, pageData } from "./dom.js";
import { urlOf } from "./execution.js";
import { Filters } from "./filters.js";
import { momentElement } from "./format.js";
import { pgettext, t } from "./gettext.js";
import { coloured, marked } from "./marked.js";
import { empty, failure, loading, noneFound } from "./states.js";
import { table, tableRow } from "./table.js";
import { decoded } from "./viewer/ansi.js";

const { endpoints } = pageData();
const PAGE = 100;
// Milliseconds between two looks at what a run has said since.
const OFTEN = 1000;
// Pages that are read on without a line in them: each looks at some ten thousand lines.
const PATIENCE = 20;

const filters = new Filters(byId("filters"), () => start());
const follow = byId("follow");
let body = null;
let older = null;
let newest = null;
let turn = 0;
let looking = false;
let again = false;

const keyOf = ({ execution, seq }) => `${execution}-${seq}`;
const isNewer = (line, than) => !than || line.execution > than.execution || (line.execution === than.execution && line.seq > than.seq);

/** What marks the words that are looked for; null where there are none. */
function pattern() {
  const words = byId("filters").elements.search.value.match(/[\p{L}\p{N}]+/gu);
  return words && new RegExp(words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"));
}

function message(line) {
  const found = pattern();
  const text = decoded(line.message);
  return h("span", { class: "message" }, text ? coloured(text.spans, found) : marked(line.message, found));
}

const columns = [
  { title: t`Time`, kind: "time", cell: ({ time }) => momentElement(time) },
  { title: pgettext("an execution", "Run"), kind: "fixed", cell: ({ execution, seq }) => h("a", { href: `${urlOf({ id: execution })}#L${seq}`, title: t`Line ${seq} of execution ${execution}` }, `#${execution}`) },
  { title: t`Level`, kind: "fixed", cell: ({ level }) => h("span", { class: "level" }, level.toLowerCase()) },
  { title: t`Task`, kind: "named", cell: ({ task }) => task && h("span", { class: "quiet" }, task) },
  { title: t`Plugin`, kind: "named", cell: ({ plugin }) => plugin && h("span", { class: "quiet" }, plugin) },
  { title: t`Message`, kind: "wide", cell: message },
];
const attributes = (line) => ({ class: `level-${line.level.toLowerCase()}`, "data-line": keyOf(line) });

/** The parameters for the API: its times have a zone, those of the fields are the browser's. */
function asked(more = {}) {
  const wanted = new URLSearchParams({ limit: PAGE, ...more });
  for (const [name, value] of filters.asked) wanted.set(name, value);
  return `${endpoints.log}?${wanted}`;
}

/** Read a page; where it has no line but leads on, those behind it. */
async function pageAt(url) {
  let page = await api(url);
  for (let left = PATIENCE; !page.items.length && page.next && left; left--) page = await api(page.next);
  return page;
}

function showOlder(next) {
  older = next;
  byId("older").replaceChildren(...(next ? [h("button", { type: "button", class: "button", onclick: showMore }, t`Show older lines`)] : []));
}

async function showMore() {
  const mine = turn;
  try {
    const page = await pageAt(older);
    if (mine !== turn) return;
    const rows = page.items.map((line) => tableRow(columns, line, attributes));
    body.append(...rows);
    showOlder(page.next);
    // The button that was pressed may be gone.
    rows[0]?.querySelector("a").focus({ preventScroll: true });
  } catch (error) {
    byId("older").replaceChildren(failure(error, showMore));
  }
}

/** Begin with the latest lines that the filters let through. */
async function start() {
  const mine = ++turn;
  filters.write();
  if (!body) byId("lines").replaceChildren(loading());
  let page;
  try {
    page = await pageAt(asked());
  } catch (error) {
    if (mine !== turn) return;
    body = null;
    showOlder(null);
    byId("lines").replaceChildren(failure(error, start));
    return;
  }
  if (mine !== turn) return;
  newest = page.items[0] ?? null;
  const nothing = filters.set.length ? noneFound("line", () => (filters.clear(), start())) : empty(t`Nothing was logged yet.`, t`What runs say is listed here, of all runs together.`);
  const shown = table(columns, page.items, { caption: t`log lines`, row: attributes });
  body = page.items.length ? shown.tBodies[0] : null;
  byId("lines").replaceChildren(body ? shown : nothing);
  showOlder(page.next);
}

/** Put what was logged since above the lines that stand there. */
async function look() {
  if (looking || follow.getAttribute("aria-pressed") === "false") {
    again = looking;
    return;
  }
  looking = true;
  again = false;
  const mine = turn;
  try {
    const { items } = await api(asked());
    if (mine === turn) {
      const fresh = items.filter((line) => isNewer(line, newest));
      // More than a page came at once, or there was none yet.
      if (fresh.length === items.length && items.length) await start();
      else if (fresh.length) {
        newest = fresh[0];
        body.prepend(...fresh.map((line) => tableRow(columns, line, attributes)));
      }
    }
  } catch {
    // The connection's state says so, and it is looked again when that is back.
  }
  setTimeout(() => {
    looking = false;
    if (again) look();
  }, OFTEN);
}

follow.addEventListener("click", () => {
  follow.setAttribute("aria-pressed", String(follow.getAttribute("aria-pressed") === "false"));
  look();
});
await start();
watchBoard(look, look);
