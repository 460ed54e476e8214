/**
 * Sends the notifications of outbox rows: queues the webhooks, publishes, then marks the rows as
 * delivered. A crash before the mark leads to a repeat with the same ids.
 */
import type { OutboxRow } from '../domain/alarms/firing.ts';
import { type WebhookMessage, webhooksOf } from '../domain/delivery/webhook.ts';
import type { EventsOut } from './events-out.ts';

/** What the delivery needs from outside. */
export type DeliverDeps = Pick<EventsOut, 'interrupted'> & {
  /** Durably queues the webhooks, or throws. */
  readonly sendWebhooks: (webhooks: readonly WebhookMessage[]) => Promise<void>;
  /** Publishes in batches; returns the rows that were accepted. */
  readonly publish: (rows: readonly OutboxRow[]) => Promise<readonly OutboxRow[]>;
  readonly markDelivered: (rows: readonly OutboxRow[]) => Promise<void>;
};

/** Rows published before they are marked: at most so many are repeated after a crash or a timeout. */
const atOnce = 100;

/**
 * Delivers the rows. Those that could not be published or marked are left to the sweeper.
 * @returns the number of rows that were published.
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
 * Queues the webhooks of the rows.
 * @returns the rows to publish: those without webhooks, and those whose webhooks are queued. Webhooks
 * come first because a repeated webhook is recognised by its recorded outcome; a repeated publication
 * is not.
 */
async function withWebhooksQueued(
  deps: DeliverDeps,
  given: readonly OutboxRow[],
): Promise<readonly OutboxRow[]> {
  const read = given.flatMap((row) => {
    try {
      return [{ row, webhooks: webhooksOf(row) }];
    } catch (error) {
      // Skips a row whose body it cannot parse; the other rows are still delivered.
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
