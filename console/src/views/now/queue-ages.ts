/** For how long queues have not been empty, from the samples of each minute. Pure. */

type Sample = {
  readonly at: string;
  /** Messages by queue. */
  readonly waiting: Readonly<Record<string, number | undefined>>;
};

/**
 * For each minute, in their order: for how many samples, one a minute, the queue that is longest in
 * use was never empty. The oldest message waits for that long at most. 0 if all queues are empty.
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
