/** What `/api/server` says, asked for once for all parts of a page that want to know. */

import { api } from "./api.js";
import { at } from "./root.js";

// Milliseconds between two looks; a tab in the background looks as well, so that its title tells what is wrong.
const PERIOD = 20000;
// The same while FlexGet is loaded or looks at the config, and until there was an answer at all.
const SOON = 3000;

const listeners = [];
let last = null;
let soon;

function lookSoon() {
  if (document.visibilityState === "visible") soon = setTimeout(lookAtServer, SOON);
}

/** Ask now, rather than when the time is up. */
export async function lookAtServer() {
  clearTimeout(soon);
  try {
    last = (await api(at("/api/server"))).object;
  } catch (error) {
    if (!last) lookSoon();
    for (const { failed } of listeners) failed?.(error);
    return; // Logged out, or away for a moment: what the page says stays.
  }
  for (const { heard } of listeners) heard(last);
  if (last.engine?.state === "starting" || last.config?.checked === false) lookSoon();
}

/** Call `heard(server)` with what is known now, and with all that comes; `failed(error)` where there is no answer. */
export function onServerNews(heard, failed) {
  listeners.push({ heard, failed });
  if (last) heard(last);
}

lookAtServer();
setInterval(lookAtServer, PERIOD);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && lookAtServer());
