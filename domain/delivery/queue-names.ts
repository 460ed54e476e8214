/** The queues that operators watch: names for people, which do not change with the deployment. */

/** Queues of work, in the order of the ways that an event takes. */
export const workQueues = [
  'events',
  'changes',
  'urgent',
  'bulk',
  'wide',
  'timeouts',
  'reports',
  'faults',
  'webhooks',
  'webhook-retries',
  'rounds',
  'slow-rounds',
  'ticks',
  'inventory',
  'cloud',
  'moves',
  'mirror',
] as const;
export type WorkQueue = (typeof workQueues)[number];

/**
 * Queues that no dead letter goes back to: webhooks go back as first tries, and the others get new messages
 * of their own.
 */
export const withoutReturn = [
  'webhook-retries',
  'rounds',
  'slow-rounds',
  'ticks',
  'inventory',
  'mirror',
] as const satisfies readonly WorkQueue[];
/** A queue that dead letters may go back to. */
export type ReturnQueue = Exclude<WorkQueue, (typeof withoutReturn)[number]>;

/** Queues that exist with the settings `inventoryFromEvents` and `cloud` only. */
const optionalQueues: ReadonlySet<string> = new Set(['inventory', 'cloud', 'moves', 'mirror']);

/** The names that are shown. @param there the queues that exist, by their names. */
export const shownQueues = <T extends string>(
  names: readonly T[],
  there: Readonly<Record<string, unknown>>,
): T[] => names.filter((name) => !optionalQueues.has(name) || name in there);

/** Queues of dead letters. */
export const deadLetterQueues = [
  'events',
  'bulk',
  'reports',
  'faults',
  'streams',
  'webhooks',
  'cloud',
] as const;
export type DeadLetterQueueName = (typeof deadLetterQueues)[number];
