/** The places of the bar and its menu, as the server wrote them for this user. */

/** `[{name, url, key}, …]`, each once. */
export function places() {
  const links = [...document.querySelectorAll(".top nav a[href]")];
  return [...new Map(links.map((link) => [link.pathname, { name: link.textContent.trim(), url: link.pathname, key: link.dataset.key }])).values()];
}
