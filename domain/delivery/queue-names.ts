/** The queues that operators watch: names for people, which do not change with the deployment. */

/** Queues of work, in the order of the ways that an event takes. */
export const workQueues = [
  'events',
  'changes',
  'urgent',
  'bulk',
  'wide',
  'reports',
  'faults',
  'webhooks',
  'webhook-retries',
] as const;
export type WorkQueue = (typeof workQueues)[number];

/** Queues of dead letters. */
export const deadLetterQueues = [
  'events',
  'bulk',
  'reports',
  'faults',
  'streams',
  'webhooks',
] as const;
export type DeadLetterQueueName = (typeof deadLetterQueues)[number];

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
 * Since when a queue has not been empty, by samples of once a minute, oldest first: an estimate of the age
 * of its oldest message. Null if it was empty at the last sample, or without a sample.
 */
export function notEmptySince(samples: readonly QueueSample[], queue: string): string | null {
  const empty = samples.findLastIndex(({ waiting }) => (waiting[queue] ?? 0) === 0);
  return samples[empty + 1]?.at ?? null;
}
