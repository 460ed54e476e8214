/**
 * Sends groups: one message for what a fault fired in a project. A message of the queue names some
 * rows; rows that were fired at the same time join them. The row of a group is written before it is
 * sent, under its number, so each notification is in one group, whichever process makes it. After a
 * crash, the sweeper sends a group that is written; the message is received again if none was.
 */
import type { OutboxRow } from '../domain/alarms/outbox-row.ts';
import { type GroupOf, type GroupRow, isGroupable, newGroups } from '../domain/delivery/group.ts';
import type { WebhookMessage } from '../domain/delivery/webhook.ts';
import { DomainError } from '../domain/errors.ts';
import type { GroupMessage } from '../domain/events/messages.ts';
import { notificationId } from '../domain/ids.ts';
import { momentOf } from '../domain/time.ts';
import type { EventsOut } from './events-out.ts';
import type { RowKey } from './written-before.ts';

/** What the sending of a group needs from outside. */
export type DeliverGroupDeps = Pick<EventsOut, 'interrupted'> & {
  /** Durably queues the webhooks, or throws. */
  readonly sendWebhooks: (webhooks: readonly WebhookMessage[]) => Promise<void>;
  /** Publishes the message of the group, if it has one, or throws. */
  readonly publishGroup: (row: GroupRow) => Promise<void>;
  readonly markDelivered: (rows: readonly RowKey[]) => Promise<void>;
};

/** What the flow needs from outside. */
export type SendGroupsDeps = DeliverGroupDeps & {
  /** The number of groups of a fault in a project, and the ids of their notifications, read consistently. */
  readonly groupsOf: (
    group: GroupOf,
  ) => Promise<{ readonly count: number; readonly members: ReadonlySet<string> }>;
  /** The keys of what a fault fired in a project since a moment, as the index shows them. */
  readonly firedSince: (group: GroupOf, since: string) => Promise<readonly RowKey[]>;
  /** The rows of the keys, read consistently, in any order; unknown ones are left out. */
  readonly firedRows: (group: GroupOf, keys: readonly RowKey[]) => Promise<readonly OutboxRow[]>;
  /** Writes a new group. False if another writer has made one of its number. */
  readonly addGroup: (row: GroupRow) => Promise<boolean>;
  readonly now: () => string;
};

/**
 * Firings that are at most so old, in milliseconds, join those of a message. Older ones have been
 * sent, or have messages of their own.
 */
const recentMs = 60_000;
/** How often the groups are read again because another writer made one. */
const mostTries = 10;

/**
 * Sends the rows of the message that are in no group yet, with others of their fault and project.
 * @returns the number of groups that were sent. @throws the error of a read, or of the write of a group.
 */
export async function sendGroups(
  deps: SendGroupsDeps,
  { group, rows: named }: GroupMessage,
): Promise<number> {
  const since = momentOf(Date.parse(deps.now()) - recentMs);
  const found = await deps.firedSince(group, since);
  const keys = [...new Map([...named, ...found].map((key) => [idOf(key), key])).values()];
  let sent = 0;
  for (let tries = 0; tries < mostTries; tries++) {
    const { count, members } = await deps.groupsOf(group);
    const left = keys.filter((key) => !members.has(idOf(key)));
    const rows = left.length > 0 ? await deps.firedRows(group, left) : [];
    const unreadable = (error: unknown) => deps.interrupted('row of a group', error);
    const making = { ...group, number: count + 1, now: deps.now(), unreadable };
    const made = newGroups(making, rows.filter(isGroupable));
    const written = await writeAll(deps, made);
    for (const row of written) sent += (await deliverGroup(deps, row)) ? 1 : 0;
    if (written.length === made.length) return sent;
  }
  throw new DomainError('unavailable', 'Other writers made groups of the fault all the time.');
}

/** The id by which a group knows a notification. */
const idOf = ({ alarm_id, event_id }: RowKey): string => notificationId(alarm_id, event_id);

/** Writes the groups in their order, up to the first whose number is taken. */
async function writeAll(
  { addGroup }: SendGroupsDeps,
  made: readonly GroupRow[],
): Promise<readonly GroupRow[]> {
  const written: GroupRow[] = [];
  for (const row of made) {
    if (!(await addGroup(row))) break;
    written.push(row);
  }
  return written;
}

/**
 * Sends a group that is written. Webhooks come first because a repeated webhook is recognised by its recorded
 * outcome; a repeated publication is not.
 * @returns false after an error: the group is left to the sweeper.
 */
export async function deliverGroup(deps: DeliverGroupDeps, row: GroupRow): Promise<boolean> {
  try {
    if (row.webhooks.length > 0) await deps.sendWebhooks(row.webhooks);
    await deps.publishGroup(row);
    await deps.markDelivered([row]);
    return true;
  } catch (error) {
    deps.interrupted('group', error);
    return false;
  }
}
