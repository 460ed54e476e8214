/** Computes how long queues have not been empty, from one sample each minute. Pure function. */

type Sample = {
  readonly at: string;
  /** Messages by queue. */
  readonly waiting: Readonly<Record<string, number | undefined>>;
};

/**
 * For each minute, in order: the largest number of samples in a row, up to this one, in which a
 * queue was not empty. The oldest message has waited at most that many minutes. 0 if all queues are
 * empty.
 */
export function queueAges(minutes: readonly Sample[]): number[] {
  let since = new Map<string, number>();
  return minutes.map(({ at, waiting }) => {
    const now = Date.parse(at);
    const busy = Object.entries(waiting).filter(([, count = 0]) => count > 0);
    since = new Map(busy.map(([queue]) => [queue, since.get(queue) ?? now]));
    const first = Math.min(now, ...since.values());
    return Math.round((now - first) / 60_000) + (busy.length > 0 ? 1 : 0);
  });
}
