/**
 * The message of a group: what one fault did in one project, for receivers that want one message in place
 * of one for each alarm (docs/wire/alarming.md#group-messages).
 */
import * as z from 'zod';
import { AlarmState, Severity, severities } from '../alarms/alarm.ts';
import { Notification } from '../events/messages.ts';
import { Moment } from '../time.ts';

/** What notifications may be grouped by. */
export const groupings = ['fault'] as const;
/** What the notifications of a group have in common. */
export const Grouping = z.enum(groupings);
export type Grouping = z.infer<typeof Grouping>;

/** A notification, as a group lists it. */
export const GroupedNotification = z.object({
  ...Notification.pick({ notification_id: true, alarm_id: true, alarm_name: true }).shape,
  severity: Severity,
  previous: AlarmState,
  current: AlarmState,
  /** Null if the event names no resource, and for alarms that are evaluated every minute. */
  resource_id: z.string().nullable(),
  /** Null for alarms that are evaluated every minute. */
  event_type: z.string().nullable(),
});
export type GroupedNotification = z.infer<typeof GroupedNotification>;

/** A resource of a group; `name` is null if no event of the group names it. */
const GroupedResource = z.object({ resource_id: z.string(), name: z.string().nullable() });

/** The message. */
export const GroupBody = z.object({
  group: Grouping,
  /** The same each time the message is sent: receivers recognise repeats by it. */
  group_id: z.uuid(),
  /** Its place among the groups of the fault in the project; 1 for nearly all. */
  number: z.int().min(1),
  /** A sentence for people. */
  reason: z.string(),
  project_id: z.string(),
  /** Null if no fault caused the notification, which is then the only one. */
  fault_id: z.uuid().nullable(),
  /** The highest one of its notifications. */
  severity: Severity,
  created_at: Moment,
  /** Each once, in the order of the notifications. */
  resources: z.array(GroupedResource),
  notifications: z.array(GroupedNotification).min(1),
  /** Present if it only tests the delivery: nothing has happened. */
  test: Notification.shape.test,
});
export type GroupBody = z.infer<typeof GroupBody>;

/** A notification with the name of its resource. */
export type GroupMember = {
  readonly notification: GroupedNotification;
  readonly name: string | null;
  /** True for a test of an alarm, which is a group by itself. */
  readonly isTest?: boolean;
};

const Stored = z.object({
  ...GroupedNotification.shape,
  resource_id: z.string().nullable().default(null),
  event_type: z.string().nullable().default(null),
  reason_data: z.union([
    Notification.shape.reason_data,
    z.object({ type: z.enum(['threshold', 'composite']) }),
  ]),
  test: Notification.shape.test,
});

/** The member that a stored notification is. @param body as JSON. @throws if it is not a notification. */
export function memberOf(body: string): GroupMember {
  const { reason_data, test: isTest = false, ...notification } = Stored.parse(JSON.parse(body));
  const traits = reason_data.type === 'event' ? reason_data.event.traits : [];
  const name = traits.find(([trait]) => trait === 'display_name')?.[2];
  return { notification, name: typeof name === 'string' ? name : null, isTest };
}

/** What a group is made of, besides its members. */
export type GroupFacts = Pick<
  GroupBody,
  'group_id' | 'number' | 'project_id' | 'fault_id' | 'created_at'
>;

/** The message of the members, in their order. @param members at least one. */
export function groupBody(facts: GroupFacts, members: readonly GroupMember[]): GroupBody {
  const notifications = members.map(({ notification }) => notification);
  const names = new Map<string, string | null>();
  for (const { notification, name } of members) {
    const { resource_id: id } = notification;
    if (id !== null) names.set(id, names.get(id) ?? name);
  }
  const resources = [...names].map(([resource_id, name]) => ({ resource_id, name }));
  const { group_id, number, project_id, fault_id, created_at } = facts;
  const isTest = members.some((member) => member.isTest);
  return {
    group: 'fault',
    group_id,
    number,
    reason: isTest ? testReason : reasonFor(notifications, resources.length, fault_id),
    project_id,
    fault_id,
    severity: highest(notifications.map(({ severity }) => severity)),
    created_at,
    resources,
    notifications,
    ...(isTest && { test: true }),
  };
}

/** The reason in a test of an alarm. */
export const testReason =
  'This is a test that a user requested: nothing has happened, and the state of the alarm stays as it is.';

const counted = (count: number, thing: string): string =>
  `${count} ${thing}${count === 1 ? '' : 's'}`;

function reasonFor(
  notifications: readonly GroupedNotification[],
  resources: number,
  fault_id: string | null,
): string {
  const alarms = new Set(notifications.map(({ alarm_id }) => alarm_id)).size;
  const on = resources === 0 ? '' : ` on ${counted(resources, 'resource')}`;
  const why = fault_id === null ? '' : ' because of one fault';
  return `${counted(alarms, 'alarm')} fired${on}${why}.`;
}

const highest = (given: readonly Severity[]): Severity =>
  severities.findLast((severity) => given.includes(severity)) ?? 'low';
