/** Links to lines: `#L812`, or `#L812-L820` for several. */

export function rangeOf(hash) {
  const found = /^#L(\d{1,9})(?:-L?(\d{1,9}))?$/.exec(hash);
  if (!found) return null;
  const ends = [Number(found[1]), Number(found[2] ?? found[1])].sort((a, b) => a - b);
  return ends[0] > 0 ? { from: ends[0], to: ends[1] } : null;
}

export const hashOf = ({ from, to }) => (from === to ? `#L${from}` : `#L${from}-L${to}`);
