/** Long work that some process of the server does: a card of the dashboard, there while there is any. */

import { byId, h } from "./dom.js";
import { amount, duration } from "./format.js";
import { t } from "./gettext.js";
import { onSummary } from "./server_summary.js";

// How it goes on is read as it changes; these are said aloud as well.
const ENDS = { finished: t`done`, failed: t`failed`, "cut off": t`cut off` };
const SAID = { ...ENDS, running: t`running`, waiting: t`waiting` };

const items = new Map();

function itemOf(work) {
  const bar = h("i");
  const meter = h("div", { class: "meter", role: "progressbar", "aria-label": work.what, "aria-valuemin": 0, "aria-valuemax": 100 }, bar);
  const state = h("span", { class: "meta", role: "status" });
  const phase = h("div", { class: "phase" });
  const element = h("li", { class: "running-item", "data-work": work.name }, h("div", { class: "line" }, h("b", {}, work.what), h("span", { class: "spread" }), state), meter, phase);
  return { element, bar, meter, state, phase };
}

function update({ bar, meter, state, phase }, work) {
  bar.style.width = `${work.percent}%`;
  meter.setAttribute("aria-valuenow", Math.round(work.percent));
  meter.hidden = work.state in ENDS;
  const said = SAID[work.state] ?? work.state;
  if (state.textContent !== said) state.textContent = said;
  const facts = [work.state === "finished" ? `${amount(work.done)} ${work.unit}` : t`${amount(work.done)} of ${amount(work.total)} ${work.unit}`];
  if (work.eta !== null) facts.push(t`about ${duration(work.eta)} left`);
  if (work.state === "finished") facts.push(t`took ${duration((Date.parse(work.finished) - Date.parse(work.started)) / 1000)}`);
  if (work.detail) facts.push(work.state === "waiting" ? t`waits for ${work.detail}` : work.detail);
  phase.textContent = facts.join(" · ");
}

function show(all) {
  const list = byId("work").querySelector("ul");
  for (const work of all) {
    if (!items.has(work.name)) items.set(work.name, itemOf(work));
    const item = items.get(work.name);
    update(item, work);
    if (!item.element.isConnected) list.append(item.element);
  }
  for (const [name, { element }] of items) {
    if (all.some((work) => work.name === name)) continue;
    element.remove();
    items.delete(name);
  }
  byId("work").hidden = !all.length;
}

onSummary(({ work }) => show(work));
