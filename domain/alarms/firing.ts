/** What an event, or a timeout, writes for an alarm: the alarm's new state, and a row of the history. */
import { type DoctorEvent, resourceOfEvent } from '../events/event.ts';
import type { Notification } from '../events/messages.ts';
import { notificationId } from '../ids.ts';
import type { Alarm } from './alarm.ts';
import { alarmAfter, statesNotified, type Written } from './evaluate.ts';
import {
  groupedRow,
  type Hold,
  hasNotification,
  heldRow,
  type NotedRow,
  type OutboxRow,
  outboxRow,
} from './outbox-row.ts';

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

/** The notification of an alarm about an event, which must be as the alarm's owner may see it. */
export function notificationOf(
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

/**
 * The firing with its notification held back by a silence. The record of the history names the silence.
 * A firing without a notification stays as it is.
 */
export const heldFiring = (firing: Firing, hold: Hold): Firing =>
  hasNotification(firing.row) ? { ...firing, row: heldRow(firing.row, hold) } : firing;

/**
 * The firing in a project with subscriptions that want groups. A firing without a notification
 * stays as it is.
 */
export const groupedFiring = (firing: Firing): Firing =>
  hasNotification(firing.row) ? { ...firing, row: groupedRow(firing.row) } : firing;
