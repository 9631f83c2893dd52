/** What was typed and not saved, kept in this browser until it is saved or thrown away. */

const PREFIX = "flexapi-draft:";

/** Keep a text for a URL; with null, forget it. */
export function keepDraft(url, text) {
  try {
    if (text === null) localStorage.removeItem(PREFIX + url);
    else localStorage.setItem(PREFIX + url, text);
  } catch {
    // A full or forbidden store: the warning before leaving is still there.
  }
}

/** The text kept for a URL, or null. */
export function draftOf(url) {
  try {
    return localStorage.getItem(PREFIX + url);
  } catch {
    return null;
  }
}

/** Forget all: another user of this browser must not read them. */
export function forgetDrafts() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
}
