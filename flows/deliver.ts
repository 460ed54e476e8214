/**
 * Sends the notifications of outbox rows: queues the webhooks, and the messages that name rows to send in
 * groups, publishes, then marks the rows as delivered. A crash before the mark leads to a repeat with the
 * same ids.
 */
import type { OutboxRow } from '../domain/alarms/outbox-row.ts';
import { groupMessages, isGrouped } from '../domain/delivery/group.ts';
import { type WebhookMessage, webhooksOf } from '../domain/delivery/webhook.ts';
import type { GroupMessage } from '../domain/events/messages.ts';
import type { EventsOut } from './events-out.ts';

/** What the delivery needs from outside. */
export type DeliverDeps = Pick<EventsOut, 'interrupted'> & {
  /** Durably queues the webhooks, or throws. */
  readonly sendWebhooks: (webhooks: readonly WebhookMessage[]) => Promise<void>;
  /** Durably queues the messages, to be delivered when most rows of their groups are written, or throws. */
  readonly sendGroups: (groups: readonly GroupMessage[]) => Promise<void>;
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
    const [hooked, grouped] = await Promise.all([
      withWebhooksQueued(deps, rows),
      withGroupsQueued(deps, rows),
    ]);
    const ready = hooked.filter((row) => grouped.has(row));
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

/**
 * Queues the messages of groups.
 * @returns the rows to publish: those that are in no group, and those whose message is queued. The message
 * comes first because a repeated one is recognised by the groups that were made; a repeated publication is
 * not.
 */
async function withGroupsQueued(
  deps: DeliverDeps,
  rows: readonly OutboxRow[],
): Promise<ReadonlySet<OutboxRow>> {
  const messages = groupMessages(rows);
  if (messages.length === 0) return new Set(rows);
  try {
    await deps.sendGroups(messages);
    return new Set(rows);
  } catch (error) {
    deps.interrupted('groups', error);
    return new Set(rows.filter((row) => !isGrouped(row)));
  }
}
