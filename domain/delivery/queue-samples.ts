/** What waits in the queues: their depths, and samples of them over time. */

/** What waits in a queue: to be received, received and not done, and delayed. */
export type QueueDepth = {
  readonly waiting: number;
  readonly in_flight: number;
  readonly delayed: number;
};

/** What waited in the queues at one time, by their names. */
export type QueueSample = {
  readonly at: string;
  readonly waiting: Readonly<Record<string, number>>;
  readonly dead_letters: Readonly<Record<string, number>>;
};

/**
 * Since when a queue has not been empty, by samples of once a minute, oldest first. It is an
 * estimate of the age of the oldest message. Null if the queue was empty at the last sample, or if
 * there is none.
 */
export function notEmptySince(samples: readonly QueueSample[], queue: string): string | null {
  const empty = samples.findLastIndex(({ waiting }) => (waiting[queue] ?? 0) === 0);
  return samples[empty + 1]?.at ?? null;
}
