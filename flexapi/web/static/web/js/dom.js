/** Small helpers around the DOM. Text is always set as text, never as markup. */

const ICONS = document.querySelector('meta[name="icons"]').content;
const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element: `h("a", {href: "/", class: "button"}, "Text", child)`.
 * Functions become listeners (`onclick`), false and null leave an attribute out.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A decorative icon. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${ICONS}#${name}`);
  svg.append(use);
  return svg;
}

export const byId = (id) => document.getElementById(id);

/** What the server wrote into the page. */
export function pageData() {
  return JSON.parse(byId("page-data").textContent);
}

let lastToast;

/** Say something for some seconds; screen readers say it too. */
export function toast(text, kind = "") {
  lastToast?.remove();
  const note = h("div", { class: `toast ${kind}` }, text);
  lastToast = note;
  byId("toasts").append(note);
  setTimeout(() => note.remove(), kind === "failed" ? 9000 : 4000);
}

// A menu closes when one chooses from it, clicks or tabs elsewhere, or presses Escape.
for (const menu of document.querySelectorAll("details.account, details.dropdown")) {
  const close = (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  };
  document.addEventListener("click", close);
  document.addEventListener("focusin", close);
  menu.addEventListener("click", (event) => {
    if (event.target.closest("a")) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
