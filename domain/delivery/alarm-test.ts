/**
 * Tests of alarms, as rows. A test sends the notification that an alarm would send, to all its receivers.
 * The alarm, its history and its counts stay as they are. Decision: docs/adr/0063.
 */
import * as z from 'zod';
import { AlarmState } from '../alarms/alarm.ts';
import { OutboxRow } from '../alarms/outbox-row.ts';
import type { AnyAlarm } from '../alarms/periodic-alarm.ts';
import { notificationId } from '../ids.ts';
import { Moment } from '../time.ts';
import { Grouping } from './group-body.ts';
import { isSelected, Protocol, type Subscription } from './subscription.ts';
import { shownAction, WebhookOutcome, webhooksOf } from './webhook.ts';
import type { Counter } from './webhook-minute.ts';

/** The subject of a test: the id of the test, the state whose notification is sent, and the time. */
export type TestOf = { readonly id: string; readonly state: AlarmState; readonly now: string };

/** The row of a test in the table `history`. It is not a record of the history: it has no `type`. */
export const AlarmTest = z.object({
  /** The id of the test, and of the event that stands for it. */
  event_id: z.uuid(),
  alarm_id: z.uuid(),
  state: AlarmState,
  notification_id: z.uuid(),
  /** What is sent, as a firing would write it. */
  message: OutboxRow,
  /** When the message was published; absent before. */
  delivered_at: Moment.optional(),
  /** Subscriptions of the alarm's project whose filters select the message. */
  subscriptions: z.array(
    z.object({
      id: z.uuid(),
      protocol: Protocol,
      endpoint: z.string(),
      group: Grouping.nullable(),
    }),
  ),
  /** The topics that the message is published to: that of notifications, and that of groups if any is wanted. */
  topics: z.int().min(1),
  /** The silence that would hold the true notification back now; null if none would. */
  silenced_by: z.uuid().nullable(),
  /** Whether the alarm was enabled. */
  enabled: z.boolean(),
  created_at: Moment,
  /** The outcome of each webhook, by its id; a missing one was not tried yet. */
  webhooks: z.record(z.string(), WebhookOutcome),
});
export type AlarmTest = z.infer<typeof AlarmTest>;

/** What is known of a test besides its message. */
type Known = {
  readonly of: TestOf;
  /** The subscriptions of the alarm's project. */
  readonly subscriptions: readonly Subscription[];
  readonly silenced_by: string | null;
};

/** The row of a test, before it is sent. */
export const newAlarmTest = (
  { alarm_id, enabled }: Pick<AnyAlarm, 'alarm_id' | 'enabled'>,
  message: OutboxRow,
  { of: { id, state, now }, subscriptions, silenced_by }: Known,
): AlarmTest => ({
  event_id: id,
  alarm_id,
  state,
  notification_id: notificationId(alarm_id, id),
  message,
  subscriptions: subscriptions
    .filter((each) => isSelected(each, message.attributes))
    .map(({ subscription_id, protocol, endpoint, group = null }) => ({
      ...{ id: subscription_id, protocol, endpoint, group },
    })),
  topics: message.grouped ? 2 : 1,
  silenced_by,
  enabled,
  created_at: now,
  webhooks: {},
});

/** A webhook of a test with its outcome; `pending` before its first try. The action is without secrets. */
export type TestedWebhook = Omit<WebhookOutcome, 'result' | 'at'> & {
  readonly result: WebhookOutcome['result'] | 'pending';
  readonly at: string | null;
};

/** The webhooks of a test, and the topics among the actions, in the order of the actions. */
export const testedWebhooks = ({ message, webhooks }: AlarmTest): TestedWebhook[] =>
  webhooksOf(message).map(
    ({ webhook_id, action }): TestedWebhook =>
      webhooks[webhook_id] ?? {
        ...{ action: shownAction(action), result: 'pending', attempts: 0, status: null },
        ...{ reason: '', at: null },
      },
  );

/** The count of a project's tests in a minute; undefined if there is no limit. */
export const testCounter = (project_id: string, most: number, now: string): Counter | undefined =>
  most === 0 ? undefined : { key: `minute#${now.slice(0, 16)}#tests#${project_id}`, most };

/** The whole seconds until the next minute begins; at least 1. */
export const secondsToNextMinute = (now: string): number =>
  60 - Math.floor((Date.parse(now) / 1000) % 60);
