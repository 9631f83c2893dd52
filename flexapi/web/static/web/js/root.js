/** Where this server is: a proxy may show it under a path of its own, which the page names. */

const ROOT = document.querySelector('meta[name="root"]').content;

/** A path of this server as the browser has to ask for it: `at("/api/execution")`. */
export const at = (path) => ROOT + path.slice(1);
