/** What `/api/server` says, asked for once for all parts of a page that want to know. */

import { api } from "./api.js";
import { at } from "./root.js";

// Milliseconds between two looks; a tab in the background looks as well, so that its title tells what is wrong.
const PERIOD = 20000;
// The same while FlexGet is loaded or looks at the config, and until there was an answer at all.
const SOON = 3000;

// For so long a part counts as it was last known, where a busy server does not know it in time.
const PATIENCE = 60000;

const listeners = [];
const known = new Map();
let last = null;
let soon;

/** Show what was known a moment ago instead of a part that says an error; return whether there is one. */
function fillIn(server) {
  const now = Date.now();
  let lacks = false;
  for (const [name, part] of Object.entries(server)) {
    const before = known.get(name);
    if (!part?.error) known.set(name, { part, time: now });
    else {
      lacks = true;
      if (before && now - before.time < PATIENCE) server[name] = before.part;
    }
  }
  return lacks;
}

function lookSoon() {
  if (document.visibilityState === "visible") soon = setTimeout(lookAtServer, SOON);
}

/** Ask now, rather than when the time is up. */
export async function lookAtServer() {
  clearTimeout(soon);
  let lacks;
  try {
    last = (await api(at("/api/server"))).object;
    lacks = fillIn(last);
  } catch (error) {
    if (!last) lookSoon();
    for (const { failed } of listeners) failed?.(error);
    return; // Logged out, or away for a moment: what the page says stays.
  }
  for (const { heard } of listeners) heard(last);
  if (last.engine?.state === "starting" || last.config?.checked === false || lacks) lookSoon();
}

/** Call `heard(server)` with what is known now, and with all that comes; `failed(error)` where there is no answer. */
export function onServerNews(heard, failed) {
  listeners.push({ heard, failed });
  if (last) heard(last);
}

lookAtServer();
setInterval(lookAtServer, PERIOD);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && lookAtServer());
