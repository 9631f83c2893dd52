/** What keys do on every page. What they open is loaded when it is opened. */

import { preference } from "./preferences.js";

// Milliseconds in which a second key belongs to a first one.
const TOGETHER = 1500;
const BUSY = "input, textarea, select, [contenteditable], [role=textbox], .cm-editor";

const button = document.getElementById("search");
let leading = 0;

/** Open one of the dialogs; a second one never stands above the first. */
async function open(module) {
  if (document.querySelector("dialog[open]")) return;
  if (!document.querySelector("link[data-palette]")) {
    const styles = document.createElement("link");
    Object.assign(styles, { rel: "stylesheet", href: button.dataset.styles });
    styles.dataset.palette = "";
    const ready = new Promise((resolve) => styles.addEventListener("load", resolve));
    document.head.append(styles);
    await ready;
  }
  const { show } = await import(module);
  if (!document.querySelector("dialog[open]")) show();
}

const search = () => open("./search_dialog.js");

/** Keys of one letter, and two after each other: not while somebody writes, and off where they want none. */
function onLetter(event) {
  const { key } = event;
  if (key === "/") search();
  else if (key === "?") open("./keys_dialog.js");
  else if (key === "g") {
    leading = Date.now();
    return;
  } else {
    const place = Date.now() - leading < TOGETHER && document.querySelector(`.top a[data-key="${CSS.escape(key)}"]`);
    leading = 0;
    if (!place) return;
    location.assign(place.href);
  }
  event.preventDefault();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const { altKey, ctrlKey, key, metaKey } = event;
  // The editor stands in a shadow root: of what happens there, the event itself names the root's host.
  const [target] = event.composedPath();
  if (key.toLowerCase() === "k" && (ctrlKey || metaKey) && !altKey && !target.closest?.(".cm-editor")) {
    event.preventDefault();
    search();
  } else if (key.length === 1 && !altKey && !ctrlKey && !metaKey && !target.closest?.(BUSY) && !document.querySelector("dialog[open]") && preference("keys") !== "off") onLetter(event);
});
button.addEventListener("click", search);
