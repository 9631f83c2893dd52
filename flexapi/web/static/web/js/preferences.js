/** What somebody has chosen for this browser. No request needs it, so it stays here; the colours, which the server writes into the page, are a cookie. */

import { at } from "./root.js";

const YEAR = 365 * 24 * 3600;
const keyOf = (name) => `flexapi.${name}`;

/** What was chosen, "" for nothing: also where the browser keeps nothing for this page. */
export function preference(name) {
  try {
    return localStorage.getItem(keyOf(name)) ?? "";
  } catch {
    return "";
  }
}

/** Remember a choice, "" for none. Throws where the browser keeps nothing for this page. */
export function prefer(name, value) {
  if (value) localStorage.setItem(keyOf(name), value);
  else localStorage.removeItem(keyOf(name));
}

/** Choose the language of the pages, "" for the browser's; it counts from the next page on. */
export function chooseLanguage(chosen) {
  document.cookie = `language=${chosen}; path=${at("/")}; max-age=${chosen ? YEAR : 0}; samesite=lax`;
}

const meta = () => document.querySelector('meta[name="color-scheme"]');

/** The chosen colours: "light", "dark", or "" for the browser's. */
export const scheme = () => (meta().content.includes(" ") ? "" : meta().content);

/** Choose colours, on this page and those to come. */
export function chooseScheme(chosen) {
  meta().content = chosen || "light dark";
  document.cookie = `scheme=${chosen}; path=${at("/")}; max-age=${chosen ? YEAR : 0}; samesite=lax`;
}
