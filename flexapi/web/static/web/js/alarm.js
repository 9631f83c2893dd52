/** On every page: what is wrong now shows in the tab's title and icon; what is new is said, by the browser too where that is wanted. */

import { toast } from "./dom.js";
import { at } from "./root.js";
import { onServerNews } from "./server_news.js";

const ICON = document.querySelector('link[rel="icon"]');
const WELL = ICON.href;
const WRONG = WELL.replace("favicon.svg", "favicon-alarm.svg");
const TITLE = document.title;
// What was said by any tab, and whether the browser is to say it.
const SAID = "flexapi.said";
const WANTED = "flexapi.notify";

const keyOf = ({ kind, title, since }) => `${kind} ${since} ${title}`;

export const canNotify = "Notification" in window && window.isSecureContext;
export const isWanted = () => canNotify && Notification.permission === "granted" && localStorage.getItem(WANTED) === "yes";

/** Let the browser say what goes wrong, or not; answers whether it will. */
export async function want(wanted) {
  const granted = wanted && (await Notification.requestPermission()) === "granted";
  localStorage.setItem(WANTED, granted ? "yes" : "no");
  return granted;
}

async function notify({ title, detail, kind, since }) {
  const options = { body: detail, tag: keyOf({ title, kind, since }), icon: WELL };
  const registration = await navigator.serviceWorker?.getRegistration();
  if (registration) await registration.showNotification(title, options);
  else new Notification(title, options);
}

/** Show how many things are wrong. */
function show(problems) {
  document.title = problems.length ? `(${problems.length}) ${TITLE}` : TITLE;
  ICON.href = problems.length ? WRONG : WELL;
}

/** Say what no tab has said before. What was wrong when a browser came first is no news. */
function say(problems) {
  const before = localStorage.getItem(SAID);
  const said = new Set(before === null ? problems.map(keyOf) : JSON.parse(before));
  localStorage.setItem(SAID, JSON.stringify(problems.map(keyOf)));
  for (const problem of problems.filter((one) => !said.has(keyOf(one))).slice(0, 3)) {
    toast(problem.title, "failed");
    if (isWanted()) notify(problem).catch(() => {}); // The browser took its permission back.
  }
}

if ("serviceWorker" in navigator) {
  // Without it, as in a private window of some browsers, pages are as they were.
  navigator.serviceWorker.register(at("/service-worker.js")).catch(() => {});
}
onServerNews(({ problems }) => {
  if (!Array.isArray(problems)) return;
  show(problems);
  say(problems);
});
