/** The writes of a firing: the alarm's new state, and the history row that is also its outbox. */
import * as z from 'zod';
import { WebhookOutcome } from '../delivery/webhook.ts';
import { type DoctorEvent, resourceOfEvent } from '../events/event.ts';
import type { Notification } from '../events/messages.ts';
import { notificationId } from '../ids.ts';
import { toJson } from '../json.ts';
import { Moment } from '../time.ts';
import type { Alarm, AlarmState } from './alarm.ts';
import { AlarmChange } from './alarm-history.ts';
import { alarmAfter, statesNotified, type Written } from './evaluate.ts';

/**
 * The number of partitions of the index of undelivered rows: enough for a burst, few enough for a
 * sweep.
 */
export const undeliveredShards = 8;

/**
 * A record of the history with its notification. The evaluator publishes it; the sweeper does if
 * the evaluator died. It holds all that is sent, because the alarm may be changed or deleted by
 * then.
 */
export const OutboxRow = AlarmChange.extend({
  /** The message to publish: a `Notification` as JSON. */
  body: z.string(),
  /** The attributes of the message, for filter policies; none is empty. */
  attributes: z.record(z.string(), z.string().min(1)),
  /** The alarm's actions for the reported state, as they were at the firing. */
  actions: z.array(z.string()),
  /** The outcome of each webhook, by its id; a missing one was not tried yet. */
  webhooks: z.record(z.string(), WebhookOutcome),
  /** The fault that caused the event; absent if none did. */
  fault_id: z.uuid().optional(),
  /** Present if the project has subscriptions that want groups (domain/delivery/group.ts). */
  grouped: z.literal(true).optional(),
  /** When its notification was published; absent before. */
  delivered_at: Moment.optional(),
  /** Present until the row is marked as delivered; of a row that is held by a silence, `heldShard`. */
  undelivered_shard: z.string().optional(),
  /** The host of the fault, in a row that is held by a silence: another silence may hold it later. */
  held_host: z.string().optional(),
  written_at: Moment,
});
export type OutboxRow = z.infer<typeof OutboxRow>;

/** Records that an event was decided without a notification. It is not a record of the history. */
export type NotedRow = {
  readonly event_id: string;
  readonly alarm_id: string;
  readonly noted: string;
  readonly timestamp: string;
};

/** What one event writes for one alarm. `to` is undefined if the alarm's row does not change. */
export type Firing<Row = OutboxRow | NotedRow> = {
  readonly from: Alarm;
  readonly to: Alarm | undefined;
  readonly row: Row;
};

/**
 * Firings of one alarm in order, each on the result of the one before: all are written, or none.
 */
export type Chain = readonly Firing[];

/** Whether the row has a notification, to send or held by a silence. */
export const hasNotification = (row: OutboxRow | NotedRow): row is OutboxRow => 'body' in row;

/** The silence that holds a notification back, and the host of the fault, for silences that follow. */
export type Hold = { readonly silence_id: string; readonly host: string | undefined };

const heldPrefix = 'silenced#';
/** The partition of the rows that a silence holds, in the index of undelivered rows. */
export const heldShard = (silence_id: string): string => `${heldPrefix}${silence_id}`;

/** Whether the row has a notification to send at once. */
export const isToSend = (row: OutboxRow | NotedRow): row is OutboxRow =>
  hasNotification(row) && row.undelivered_shard?.startsWith(heldPrefix) !== true;

/** The writes for a decision. The event must be as the alarm's owner may see it (`visibleTo`). */
export function firingOf(
  alarm: Alarm,
  event: DoctorEvent,
  decision: Exclude<Written, { kind: 'noted' }>,
  now: string,
): Firing<OutboxRow>;
export function firingOf(alarm: Alarm, event: DoctorEvent, decision: Written, now: string): Firing;
export function firingOf(alarm: Alarm, event: DoctorEvent, decision: Written, now: string): Firing {
  const to = alarmAfter(alarm, event, decision, now);
  if (decision.kind === 'noted') {
    const { alarm_id } = alarm;
    const row = { event_id: event.message_id, alarm_id, noted: decision.why, timestamp: now };
    return { from: alarm, to, row };
  }
  const notification = notificationOf(to ?? alarm, event, {
    ...statesNotified(alarm, decision),
    reason: decision.reason,
  });
  return { from: alarm, to, row: rowOfEvent(to ?? alarm, event, notification, now) };
}

/** The writes of a timeout, of which an event says when it was. @param to the alarm after it. */
export function firingOfTimeout(
  from: Alarm,
  to: Alarm,
  event: DoctorEvent,
  now: string,
): Firing<OutboxRow> {
  const states = { previous: from.state, current: to.state, reason: to.state_reason };
  const notification = notificationOf(to, event, states);
  return { from, to, row: rowOfEvent(to, event, notification, now) };
}

function rowOfEvent(
  alarm: Alarm,
  { message_id: event_id }: DoctorEvent,
  notification: Notification,
  now: string,
): OutboxRow {
  const { resource_id, event_type, fault_id } = notification;
  const attributes = { resource_id, event_type };
  return {
    ...outboxRow(alarm, notification, { event_id, attributes, now }),
    ...(fault_id !== null && { fault_id }),
  };
}

function notificationOf(
  alarm: Alarm,
  event: DoctorEvent,
  change: Pick<Notification, 'previous' | 'current' | 'reason'>,
): Notification {
  const { message_id, event_type, generated, traits, accepted_at, fault_id } = event;
  return {
    alarm_id: alarm.alarm_id,
    alarm_name: alarm.name,
    severity: alarm.severity,
    ...change,
    reason_data: { type: 'event', event: { message_id, event_type, generated, traits, raw: {} } },
    notification_id: notificationId(alarm.alarm_id, message_id),
    project_id: alarm.project_id,
    resource_id: resourceOfEvent(event) ?? null,
    fault_id,
    event_type,
    generated,
    accepted_at,
    state_timestamp: alarm.state_timestamp,
  };
}

/** An alarm's actions for the reported state. Source: aodh `evaluator/__init__.py`. */
function actionsFor(alarm: Fired, current: AlarmState): string[] {
  const { ok_actions, alarm_actions, insufficient_data_actions } = alarm;
  const actions: Record<AlarmState, string[]> = {
    ok: ok_actions,
    alarm: alarm_actions,
    'insufficient data': insufficient_data_actions,
  };
  return actions[current];
}

/** The part of an alarm that the row of its firing is made of. */
type Fired = Pick<
  Alarm,
  'alarm_id' | 'user_id' | 'ok_actions' | 'alarm_actions' | 'insufficient_data_actions'
>;

/** The part of every notification that its row repeats. */
type Notified = Pick<
  Notification,
  'alarm_id' | 'notification_id' | 'project_id' | 'severity' | 'current' | 'reason'
>;

type RowParts = {
  /** The id of what fired: with the alarm's id the key of the row. */
  readonly event_id: string;
  /** Attributes for filter policies, besides those that every notification has. */
  readonly attributes: Readonly<Record<string, string | null>>;
  readonly now: string;
};

/** The record of a firing with its notification, and the alarm's actions for the reported state. */
export function outboxRow(
  alarm: Fired,
  notification: Notified,
  { event_id, attributes: more, now }: RowParts,
): OutboxRow {
  const { alarm_id, project_id, severity, current, reason } = notification;
  const attributes = { project_id, alarm_id, severity, current, ...more };
  return {
    event_id,
    alarm_id,
    type: 'state transition',
    detail: JSON.stringify({ state: current, transition_reason: reason }),
    user_id: alarm.user_id,
    project_id: project_id || null,
    on_behalf_of: project_id,
    severity,
    timestamp: now,
    body: toJson(notification),
    attributes: Object.fromEntries(
      Object.entries(attributes).flatMap(([name, value]) => (value ? [[name, value]] : [])),
    ),
    actions: actionsFor(alarm, current),
    webhooks: {},
    undelivered_shard: shardOf(notification.notification_id),
    written_at: now,
  };
}

const Detail = z.record(z.string(), z.unknown());

/**
 * The firing with its notification held back by a silence. The record of the history names the silence.
 * A firing without a notification stays as it is.
 */
export const heldFiring = (firing: Firing, hold: Hold): Firing =>
  hasNotification(firing.row) ? { ...firing, row: heldRow(firing.row, hold) } : firing;

/** The record of a firing with its notification held back by a silence. */
export function heldRow(row: OutboxRow, { silence_id, host }: Hold): OutboxRow {
  const detail = Detail.parse(JSON.parse(row.detail));
  return {
    ...row,
    detail: JSON.stringify({ ...detail, silenced_by: silence_id }),
    undelivered_shard: heldShard(silence_id),
    ...(host !== undefined && { held_host: host }),
  };
}

/**
 * The firing in a project with subscriptions that want groups. A firing without a notification
 * stays as it is.
 */
export const groupedFiring = (firing: Firing): Firing =>
  hasNotification(firing.row) ? { ...firing, row: groupedRow(firing.row) } : firing;

/** The record of a firing in a project with subscriptions that want groups. */
export const groupedRow = (row: OutboxRow): OutboxRow => ({ ...row, grouped: true });

/** The shard of the row, once no silence holds it. */
export const releasedShard = ({ alarm_id, event_id }: Pick<OutboxRow, 'alarm_id' | 'event_id'>) =>
  shardOf(notificationId(alarm_id, event_id));

/** The shard of a row. A notification's id is a hash, so rows spread evenly. */
const shardOf = (notification_id: string): string =>
  shardName(Number.parseInt(notification_id.slice(0, 4), 16) % undeliveredShards);

const shardName = (shard: number): string => `undelivered#${shard}`;

/** The names of all shards of the index of undelivered rows. */
export const allShards: readonly string[] = Array.from({ length: undeliveredShards }, (_, shard) =>
  shardName(shard),
);

/**
 * The place of a row among the notifications of its fault: project, time and event. Undefined if no fault
 * caused it.
 */
export const faultPlaceOf = ({
  fault_id,
  on_behalf_of,
  timestamp,
  event_id,
}: Pick<OutboxRow, 'fault_id' | 'on_behalf_of' | 'timestamp' | 'event_id'>): string | undefined =>
  fault_id === undefined ? undefined : [on_behalf_of, timestamp, event_id].join('#');
