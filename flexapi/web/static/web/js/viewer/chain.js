/** What an execution was caused by, and what its plugins had run after it. */

import { amount } from "../format.js";
import { api } from "../api.js";
import { h } from "../dom.js";
import { tasksOf, urlOf } from "../execution.js";
import { sentence, t } from "../gettext.js";
import { at } from "../root.js";

const SHOWN = 10;

const link = (execution, text) => h("a", { href: urlOf(execution) }, text);

/** Show it in `place`, which is hidden where there is nothing to show. */
export async function showChain(place, execution) {
  let caused = { items: [], count: 0 };
  try {
    caused = await api(at(`/api/execution?status=all&caused_by=${execution.id}&ordering=id&limit=${SHOWN}`));
  } catch (error) {
    // Unreachable: the page's own connection says so, and this is asked again with the next change.
    if (error.status) throw error;
  }
  const parts = [];
  if (execution.caused_by) parts.push(...sentence`Caused by ${link({ id: execution.caused_by }, t`execution ${execution.caused_by}`)}`);
  caused.items.forEach((other, index) => {
    if (index) parts.push(", ");
    else parts.push(parts.length ? ". " : "", t`Led to`, " ");
    parts.push(link(other, t`execution ${other.id}`), ` (${tasksOf(other)})`);
  });
  if (caused.count > SHOWN) parts.push(" ", t`and ${amount(caused.count - SHOWN)} more`);
  place.hidden = parts.length === 0;
  place.replaceChildren(...parts.map((part) => (typeof part === "string" ? document.createTextNode(part) : part)));
}
