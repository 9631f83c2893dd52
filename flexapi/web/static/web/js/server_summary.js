/** What `/api/server/summary` says, asked for once for all parts of a page that want to know. */

import { api } from "./api.js";
import { at } from "./root.js";

// Milliseconds between two looks, while some long work goes on and while none does.
const SOON = 1000;
const LATER = 10000;
const ENDS = new Set(["finished", "failed", "cut off"]);

const listeners = [];
let last = null;
let timer;
let asked = 0;

/** Ask now, rather than when the time is up. */
export async function lookAtSummary() {
  clearTimeout(timer);
  const number = ++asked;
  if (document.visibilityState === "visible") {
    try {
      const found = (await api(at("/api/server/summary"))).object;
      if (number !== asked) return; // Somebody asked later.
      last = found;
      for (const heard of listeners) heard(last);
    } catch {
      // The page says that the server can't be reached; what stands there stays.
    }
  }
  if (number === asked) timer = setTimeout(lookAtSummary, last?.work.some(({ state }) => !ENDS.has(state)) ? SOON : LATER);
}

/** Call `heard(summary)` with what is known now, and with all that comes. */
export function onSummary(heard) {
  listeners.push(heard);
  if (last) heard(last);
}

lookAtSummary();
