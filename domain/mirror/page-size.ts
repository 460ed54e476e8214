/**
 * How many resources a page of the cloud's lists is asked for: fewer while the cloud, or Doctor's
 * tables, are slow.
 */

/** The most on a page. Nova's own limit is 1,000; a page of 500 servers takes some seconds. */
export const mostOnPage = 500;
const leastOnPage = 25;

/**
 * A page that takes longer has fewer resources the next time; one that is faster has more. In
 * milliseconds.
 */
const [slowMs, fastMs] = [15_000, 5_000];

/** The size after a page that failed, or whose turn did not end in time. */
export const smallerPage = (size: number): number => Math.max(leastOnPage, Math.floor(size / 2));

/** The size after a page that took so many milliseconds, with what was written because of it. */
export function pageSizeAfter(size: number, ms: number): number {
  if (ms > slowMs) return smallerPage(size);
  return ms < fastMs ? Math.min(mostOnPage, size * 2) : size;
}
