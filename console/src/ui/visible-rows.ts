/** Rows above and below the visible ones that are in the page, too, so that scrolling shows no gaps. */
const margin = 15;

/**
 * The rows that a scrolled table shows: from `first`, up to but without `last`. Short tables show all.
 * @param top what is scrolled out of sight, in pixels. @param height of what is seen.
 */
export function visibleRows(view: {
  readonly top: number;
  readonly height: number;
  readonly rowHeight: number;
  readonly count: number;
}): { first: number; last: number } {
  const { top, height, rowHeight, count } = view;
  if (count <= 100) return { first: 0, last: count };
  const first = Math.max(0, Math.floor(top / rowHeight) - margin);
  const last = Math.min(count, Math.ceil((top + height) / rowHeight) + margin);
  return { first: Math.min(first, count), last };
}
