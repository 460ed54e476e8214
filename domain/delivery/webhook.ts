/**
 * Webhooks: the posts to the actions of an alarm, with the body that Aodh posts
 * (docs/wire/alarming.md#actions).
 */
import * as z from 'zod';
import { Notification, RoundReasonData } from '../events/messages.ts';
import { groupOfOneId, webhookId } from '../ids.ts';
import { Moment } from '../time.ts';
import { GroupBody, groupBody, memberOf } from './group-body.ts';
import { isGroupedAction } from './grouped-action.ts';

/**
 * The body of a post: Aodh's seven fields, in its order, and `test` in a test. Source: aodh
 * `notifier/rest.py`.
 */
export const WebhookBody = Notification.pick({
  alarm_name: true,
  alarm_id: true,
  severity: true,
  previous: true,
  current: true,
  reason: true,
}).extend({
  reason_data: z.union([Notification.shape.reason_data, RoundReasonData]),
  test: Notification.shape.test,
});
export type WebhookBody = z.infer<typeof WebhookBody>;

/** On the webhooks' queues: one notification to one action. */
export const WebhookMessage = z.object({
  /** Derived from the alarm, the event and the action: the same on every send and every try. */
  webhook_id: z.uuid(),
  /** The alarm's project, whose key signs the request; empty for alarms on infrastructure. */
  project_id: z.string(),
  /** The alarm's action as stored: a URL, with its credentials. */
  action: z.string(),
  body: z.union([WebhookBody, GroupBody]),
  /**
   * The id of the firing's row, if a round fired, and of a group the id of its first one; an event's is in
   * the body.
   */
  event_id: z.string().optional(),
  /** Tries made so far. */
  attempts: z.int().min(0),
  /** `later` for a retry, and for a slow receiver, so that these do not delay first tries. */
  lane: z.enum(['first', 'later']),
  /**
   * When its next try had to wait first, because its receiver or its project had all the posts of that
   * minute; absent if it does not wait.
   */
  waiting_since: Moment.optional(),
});
export type WebhookMessage = z.infer<typeof WebhookMessage>;

/**
 * The results of a webhook so far; `retrying` is not final. `dropped`: its alarm was deleted before a
 * retry.
 */
export const webhookResults = ['delivered', 'retrying', 'given up', 'dropped'] as const;

/** The outcome of a webhook, stored on the row of its firing. */
export const WebhookOutcome = z.object({
  /** The action without credentials, query and fragment: these may hold secrets. */
  action: z.string(),
  result: z.enum(webhookResults),
  /** Tries made so far. */
  attempts: z.int().min(0),
  /** The receiver's HTTP status; null if there was no answer. */
  status: z.int().nullable(),
  /** Why it is retried, was given up or dropped, for people; empty if it was delivered. */
  reason: z.string(),
  at: Moment,
});
export type WebhookOutcome = z.infer<typeof WebhookOutcome>;

/** The part of a firing's row that its webhooks are made of. */
type FiringRow = {
  readonly event_id: string;
  readonly body: string;
  readonly actions: readonly string[];
  readonly timestamp: string;
  readonly on_behalf_of?: string | undefined;
  readonly fault_id?: string | undefined;
};

/**
 * The webhooks of a firing's row: one for each action. Actions that want groups get one with the group, if a
 * fault caused the firing, and else a group of its own.
 */
export function webhooksOf(row: FiringRow): WebhookMessage[] {
  const { event_id, body, actions, on_behalf_of: project_id = '', fault_id } = row;
  const own = actions.filter((action) => fault_id === undefined || !isGroupedAction(action));
  if (own.length === 0) return [];
  const posted = WebhookBody.parse(JSON.parse(body));
  return own.map((action): WebhookMessage => {
    const isGroup = isGroupedAction(action);
    return {
      webhook_id: webhookId(posted.alarm_id, event_id, action),
      project_id,
      action,
      body: isGroup ? groupOfOne(row) : posted,
      ...((isGroup || posted.reason_data.type !== 'event') && { event_id }),
      attempts: 0,
      lane: 'first',
    };
  });
}

/** The message of a notification that no fault caused, for receivers that want groups. */
export function groupOfOne({
  body,
  timestamp: created_at,
  on_behalf_of: project_id = '',
}: Pick<FiringRow, 'body' | 'timestamp' | 'on_behalf_of'>): GroupBody {
  const member = memberOf(body);
  const group_id = groupOfOneId(member.notification.notification_id);
  return groupBody({ group_id, number: 1, project_id, fault_id: null, created_at }, [member]);
}

/** The key of the row where the outcome of the webhook is stored: of a group, that of its first firing. */
export function rowOfWebhook(webhook: WebhookMessage): {
  readonly event_id: string;
  readonly alarm_id: string;
} {
  const { event_id = '', body } = webhook;
  const [alarm_id = ''] = alarmsOfWebhook(webhook);
  if ('group' in body || body.reason_data.type !== 'event') return { event_id, alarm_id };
  return { event_id: body.reason_data.event.message_id, alarm_id };
}

/** The ids of the alarms that the webhook reports, each once; at least one. */
export const alarmsOfWebhook = ({ body }: Pick<WebhookMessage, 'body'>): string[] =>
  'group' in body
    ? [...new Set(body.notifications.map(({ alarm_id }) => alarm_id))]
    : [body.alarm_id];

/** The request id of a webhook: the same on every try. */
export const requestIdOf = ({ webhook_id }: Pick<WebhookMessage, 'webhook_id'>): string =>
  `req-${webhook_id}`;

/** The action's scheme in lower case, without the colon: `https`, `log`, `arn`. */
export const schemeOf = (action: string): string => action.split(':', 1)[0]?.toLowerCase() ?? '';

/**
 * The receiver of an action: its scheme, host and port. An action that is not a URL with a host is
 * its own receiver.
 */
export function receiverOf(action: string): string {
  const url = URL.canParse(action) ? new URL(action) : undefined;
  return url?.host ? `${url.protocol}//${url.host}` : action;
}

/**
 * The address of an action's receiver: host and port, the same for each scheme, path and spelling. An
 * action that is not a URL with a host is its own address.
 */
export function receiverAddress(action: string): string {
  const url = URL.canParse(action) ? new URL(action) : undefined;
  if (!url?.host) return action;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return `${url.hostname.toLowerCase().replace(/\.$/, '')}:${port}`;
}

/** An action as it may be shown and logged: without credentials, query and fragment. */
export function shownAction(action: string): string {
  const url = URL.canParse(action) ? new URL(action) : undefined;
  if (!url?.host) return `${action.split(/[?#]/, 1)[0]}`;
  return `${url.protocol}//${url.host}${url.pathname}`;
}
