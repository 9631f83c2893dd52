/** Two edits of one text: what only one of them changed is taken from it. */

import { diff3Merge } from "./codemirror.js";

/** Return `{text, conflicts}`: the merged text, with ours where both changed the same lines; and how often that was so. */
export function merged(base, ours, theirs) {
  const lines = (text) => text.split("\n");
  let conflicts = 0;
  const parts = diff3Merge(lines(ours), lines(base), lines(theirs), { excludeFalseConflicts: true }).flatMap(({ ok, conflict }) => {
    if (ok) return ok;
    conflicts += 1;
    return conflict.a;
  });
  return { text: parts.join("\n"), conflicts };
}
