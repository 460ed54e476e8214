/**
 * Tells what outbox rows hold, and marks them: webhooks are queued, then the notification is
 * published. A crash before the mark makes a repeat with the same ids.
 */
import type { OutboxRow } from '../domain/alarms/firing.ts';
import { type WebhookMessage, webhooksOf } from '../domain/delivery/webhook.ts';
import type { EventsOut } from './events-out.ts';

export type DeliverDeps = Pick<EventsOut, 'interrupted'> & {
  /** Durably queues the webhooks, or throws. */
  readonly sendWebhooks: (webhooks: readonly WebhookMessage[]) => Promise<void>;
  /** Publishes in batches; gives the rows that were taken. */
  readonly publish: (rows: readonly OutboxRow[]) => Promise<readonly OutboxRow[]>;
  readonly markDelivered: (rows: readonly OutboxRow[]) => Promise<void>;
};

/** Rows published before they are marked: what a crash, or the end of a Lambda's time, may repeat. */
const atOnce = 100;

/**
 * Tells what the rows hold. What could not be published or marked is left to the sweeper.
 * @returns how many were published.
 */
export async function deliver(deps: DeliverDeps, rows: readonly OutboxRow[]): Promise<number> {
  let published = 0;
  for (let start = 0; start < rows.length; start += atOnce) {
    published += await deliverSome(deps, rows.slice(start, start + atOnce));
  }
  return published;
}

async function deliverSome(deps: DeliverDeps, rows: readonly OutboxRow[]): Promise<number> {
  try {
    const ready = await withWebhooksQueued(deps, rows);
    if (ready.length === 0) return 0;
    const published = await deps.publish(ready);
    if (published.length < ready.length) {
      deps.interrupted('publish', `${ready.length - published.length} refused`);
    }
    await deps.markDelivered(published);
    return published.length;
  } catch (error) {
    deps.interrupted('delivery', error);
    return 0;
  }
}

/**
 * The rows whose webhooks, if any, are queued. They go first: a webhook that is queued again is known
 * by its outcome, and a notification that is published again is not.
 */
async function withWebhooksQueued(
  deps: DeliverDeps,
  given: readonly OutboxRow[],
): Promise<readonly OutboxRow[]> {
  const read = given.flatMap((row) => {
    try {
      return [{ row, webhooks: webhooksOf(row) }];
    } catch (error) {
      // Its body is none of ours: it is left, and the others are told.
      deps.interrupted('webhooks of a row', error);
      return [];
    }
  });
  const rows = read.map(({ row }) => row);
  const webhooks = read.flatMap((each) => each.webhooks);
  if (webhooks.length === 0) return rows;
  try {
    await deps.sendWebhooks(webhooks);
    return rows;
  } catch (error) {
    deps.interrupted('webhooks', error);
    return rows.filter(({ actions }) => actions.length === 0);
  }
}
