/** The row of the history that a firing writes. It is also the outbox of its notification. */
import * as z from 'zod';
import { WebhookOutcome } from '../delivery/webhook.ts';
import type { Notification } from '../events/messages.ts';
import { toJson } from '../json.ts';
import { laterBy, Moment } from '../time.ts';
import type { Alarm, AlarmState } from './alarm.ts';
import { AlarmChange } from './alarm-history.ts';
import { heldShard, isHeldShard, undeliveredShard } from './outbox-shards.ts';

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

/** Whether the row has a notification, to send or held by a silence. */
export const hasNotification = (row: OutboxRow | NotedRow): row is OutboxRow => 'body' in row;

/** Whether the row has a notification to send at once. */
export const isToSend = (row: OutboxRow | NotedRow): row is OutboxRow =>
  hasNotification(row) && !isHeldShard(row.undelivered_shard);

/**
 * Seconds after the decision after which a row that is not delivered is overdue. Its writer mostly needs a
 * fraction of one to publish it, and the safe copy of its event comes after five.
 */
const overdueAfter = 4;

/**
 * Whether the writer of a row probably died before it published it: docs/adr/0069. It may still be about to.
 * Then the notification is published twice, with one id.
 */
export const isOverdue = (
  row: Pick<OutboxRow, 'undelivered_shard' | 'written_at'>,
  now: string,
): boolean =>
  row.undelivered_shard !== undefined &&
  !isHeldShard(row.undelivered_shard) &&
  row.written_at <= laterBy(now, -overdueAfter);

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
    undelivered_shard: undeliveredShard(notification.notification_id),
    written_at: now,
  };
}

/** The silence that holds a notification back, and the host of the fault, for silences that follow. */
export type Hold = { readonly silence_id: string; readonly host: string | undefined };

const Detail = z.record(z.string(), z.unknown());

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

/** The record of a firing in a project with subscriptions that want groups. */
export const groupedRow = (row: OutboxRow): OutboxRow => ({ ...row, grouped: true });

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
