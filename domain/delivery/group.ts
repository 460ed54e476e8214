/**
 * Groups: one message for what a fault did in a project. Subscriptions and actions of alarms ask for them.
 * A group has a row of its own in the history, so each notification is in one group, and each group is sent
 * once. Decision: docs/adr/0049.
 */
import * as z from 'zod';
import { isToSend, type OutboxRow } from '../alarms/outbox-row.ts';
import { type GroupMessage, mostGroupRows } from '../events/messages.ts';
import { groupId, groupWebhookId } from '../ids.ts';
import { toJson } from '../json.ts';
import { packed, slices } from '../slices.ts';
import { Moment } from '../time.ts';
import { type GroupBody, type GroupMember, groupBody, memberOf } from './group-body.ts';
import { isGroupedAction } from './grouped-action.ts';
import { WebhookMessage } from './webhook.ts';

/** The subject of a group: a fault, as one project sees it. */
export type GroupOf = GroupMessage['group'];

/** The message for subscriptions, with its attributes for filter policies. */
export const GroupPublication = z.object({
  body: z.string(),
  /** A list has all values of the notifications: a filter selects the group if one of them fits. */
  attributes: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
});
export type GroupPublication = z.infer<typeof GroupPublication>;

/** The row of a group in the table `history`. It is not a record of the history. */
export const GroupRow = z.object({
  /** `groupKeyOf`: all groups of a fault in a project are in one partition. */
  event_id: z.string(),
  /** The number of the group, so that they have an order. */
  alarm_id: z.string(),
  project_id: z.string(),
  /** The ids of its notifications. */
  members: z.array(z.uuid()),
  /** For subscriptions; absent if the group is for actions alone. */
  publication: GroupPublication.optional(),
  webhooks: z.array(WebhookMessage),
  /** Present until the row is marked as delivered. */
  undelivered_shard: z.string().optional(),
  written_at: Moment,
});
export type GroupRow = z.infer<typeof GroupRow>;

/** The partition of groups that are not delivered, in the index of undelivered rows. */
export const groupShard = 'undelivered groups';

/** The partition of the groups of a fault in a project. */
export const groupKeyOf = ({ project_id, fault_id }: GroupOf): string =>
  `group#${fault_id}#${project_id}`;

/** The sort key of the n-th group. */
const numberKey = (number: number): string => String(number).padStart(6, '0');

/** The number of a group, by its sort key. */
export const groupNumberOf = ({ alarm_id }: Pick<GroupRow, 'alarm_id'>): number => Number(alarm_id);

/** Whether a notification belongs into a group of its fault. */
export const isGrouped = ({
  fault_id,
  grouped,
  actions,
}: Pick<OutboxRow, 'fault_id' | 'grouped' | 'actions'>): boolean =>
  fault_id !== undefined && (grouped === true || actions.some(isGroupedAction));

/** Whether the notification is published by itself, and as a group of its own: no fault caused it. */
export const isGroupOfOne = ({ fault_id, grouped }: Pick<OutboxRow, 'fault_id' | 'grouped'>) =>
  fault_id === undefined && grouped === true;

/** The messages that name rows to send in groups: at least one of each fault and project. */
export function groupMessages(rows: readonly OutboxRow[]): GroupMessage[] {
  const of = (row: OutboxRow): string => `${row.fault_id} ${row.on_behalf_of}`;
  return [...Map.groupBy(rows.filter(isGrouped), of).values()].flatMap((same) =>
    slices(same, mostGroupRows).flatMap((some): GroupMessage[] => {
      const [{ fault_id, on_behalf_of: project_id } = {}] = some;
      if (fault_id === undefined || project_id === undefined) return [];
      const keys = some.map(({ event_id, alarm_id }) => ({ event_id, alarm_id }));
      return [{ group: { project_id, fault_id }, rows: keys }];
    }),
  );
}

/**
 * Whether a row can be in a group now: no silence holds it back, and none has dropped it. A row
 * that was dropped is never delivered.
 */
export const isGroupable = (row: OutboxRow): boolean =>
  isGrouped(row) &&
  (row.delivered_at !== undefined || (row.undelivered_shard !== undefined && isToSend(row)));

/**
 * The most bytes of the messages of a group together: SNS and SQS take 256 KiB, DynamoDB 400 kB for
 * a row.
 */
const mostBytes = 200_000;

type Read = GroupMember & { readonly row: OutboxRow; readonly actions: readonly string[] };

/** The rows in their order, with what they say. A row that cannot be read is left out, and reported. */
function readAll(rows: readonly OutboxRow[], unreadable: (error: unknown) => void): Read[] {
  const ordered = rows.toSorted((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
  return ordered.flatMap((row) => {
    try {
      return [{ ...memberOf(row.body), row, actions: row.actions.filter(isGroupedAction) }];
    } catch (error) {
      unreadable(error);
      return [];
    }
  });
}

const placeOf = ({ timestamp, event_id, alarm_id }: OutboxRow): string =>
  `${timestamp} ${event_id} ${alarm_id}`;

/** The bytes of a member in all messages that it is in. */
const bytesOf = ({ notification, name, row, actions }: Read): number =>
  (Buffer.byteLength(toJson({ ...notification, name })) + 100) *
  (actions.length + (row.grouped ? 1 : 0));

type Making = GroupOf & {
  /** The number of the first group to make. */
  readonly number: number;
  readonly now: string;
  /** Called with the error of a row that cannot be read. */
  readonly unreadable: (error: unknown) => void;
};

/** The groups of the rows: one, if they fit into a message. */
export function newGroups(
  { number: first, unreadable, ...of }: Making,
  rows: readonly OutboxRow[],
): GroupRow[] {
  const parts = packed(readAll(rows, unreadable), { size: mostBytes, sizeOf: bytesOf });
  return parts.map((members, n) => newGroup({ ...of, number: first + n }, members));
}

function newGroup(of: Omit<Making, 'unreadable'>, members: readonly Read[]): GroupRow {
  const { project_id, fault_id, number, now } = of;
  const group_id = groupId(of);
  const facts = { group_id, number, project_id, fault_id, created_at: now };
  const published = members.filter(({ row }) => row.grouped);
  const actions = [...new Set(members.flatMap((member) => member.actions))];
  return {
    event_id: groupKeyOf(of),
    alarm_id: numberKey(number),
    project_id,
    members: members.map(({ notification }) => notification.notification_id),
    ...(published.length > 0 && { publication: publicationOf(groupBody(facts, published)) }),
    webhooks: actions.map((action): WebhookMessage => {
      const its = members.filter((member) => member.actions.includes(action));
      return {
        webhook_id: groupWebhookId(group_id, action),
        project_id,
        action,
        body: groupBody(facts, its),
        event_id: its[0]?.row.event_id,
        attempts: 0,
        lane: 'first',
      };
    }),
    undelivered_shard: groupShard,
    written_at: now,
  };
}

/** The message for subscriptions to groups. */
export function publicationOf(body: GroupBody): GroupPublication {
  const { project_id, notifications } = body;
  const all = (of: 'severity' | 'current' | 'event_type'): string[] => [
    ...new Set(notifications.flatMap((notification) => notification[of] ?? [])),
  ];
  const lists = Object.entries({
    severity: all('severity'),
    current: all('current'),
    event_type: all('event_type'),
  }).filter(([, values]) => values.length > 0);
  return {
    body: toJson(body),
    attributes: {
      ...(project_id !== '' && { project_id }),
      ...(body.test && { test: 'true' }),
      ...Object.fromEntries(lists),
    },
  };
}
