/** The number of further rows above and below the visible ones, so that scrolling shows no gaps. */
const margin = 15;

/**
 * The rows that a scrolled table contains: from `first` to the one before `last`. A short table
 * contains all.
 * @param top The height of the part above that is scrolled out of sight, in pixels. @param height
 * The height of the visible part, in pixels.
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
