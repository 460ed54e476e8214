/**
 * What is posted to an alarm's actions, as Aodh posts it (docs/wire/alarming.md#actions), and when
 * a try that failed is made again.
 */
import * as z from 'zod';
import { Notification } from '../events/messages.ts';
import { webhookId } from '../ids.ts';
import { Moment } from '../time.ts';

/** What is posted: the seven fields of Aodh, in its order. Source: aodh `notifier/rest.py`. */
export const WebhookBody = Notification.pick({
  alarm_name: true,
  alarm_id: true,
  severity: true,
  previous: true,
  current: true,
  reason: true,
  reason_data: true,
});
export type WebhookBody = z.infer<typeof WebhookBody>;

/** On the webhooks' queues: one notification to one action. */
export const WebhookMessage = z.object({
  /** Of the alarm, the event and the action: the same however often it is sent or tried. */
  webhook_id: z.uuid(),
  /** The alarm's; empty for infrastructure's. Its key signs the request. */
  project_id: z.string(),
  /** The alarm's action as it is stored: a URL, credentials included. */
  action: z.string(),
  body: WebhookBody,
  /** Tries that were made. */
  attempts: z.int().min(0),
  /** `later` where it must delay nobody's first try: a further one, or one of a slow receiver. */
  lane: z.enum(['first', 'later']),
});
export type WebhookMessage = z.infer<typeof WebhookMessage>;

export const webhookResults = ['delivered', 'retrying', 'given up'] as const;

/** What became of a webhook, on the row of the firing. */
export const WebhookOutcome = z.object({
  /** Without credentials, query and fragment, where secrets may be. */
  action: z.string(),
  result: z.enum(webhookResults),
  /** Tries made so far. */
  attempts: z.int().min(0),
  /** The receiver's HTTP status; null if there was no answer. */
  status: z.int().nullable(),
  /** Why it is tried again or given up, for people; empty if it was delivered. */
  reason: z.string(),
  at: Moment,
});
export type WebhookOutcome = z.infer<typeof WebhookOutcome>;

/** What a row of the history says of its webhooks. */
type Told = {
  readonly body: string;
  readonly actions: readonly string[];
  readonly on_behalf_of?: string | undefined;
};

/** A webhook for each action of a firing's row. */
export function webhooksOf({ body, actions, on_behalf_of = '' }: Told): WebhookMessage[] {
  if (actions.length === 0) return [];
  const told = WebhookBody.parse(JSON.parse(body));
  return actions.map((action) => ({
    webhook_id: webhookId(told.alarm_id, told.reason_data.event.message_id, action),
    project_id: on_behalf_of,
    action,
    body: told,
    attempts: 0,
    lane: 'first' as const,
  }));
}

/** The request id of a webhook: the same on every try. */
export const requestIdOf = ({ webhook_id }: Pick<WebhookMessage, 'webhook_id'>): string =>
  `req-${webhook_id}`;

/** The action's scheme in lower case, without the colon: `https`, `log`, `arn`. */
export const schemeOf = (action: string): string => action.split(':', 1)[0]?.toLowerCase() ?? '';

/** Who is behind an action: scheme, host and port; what is no URL with a host is its own receiver. */
export function receiverOf(action: string): string {
  const url = URL.canParse(action) ? new URL(action) : undefined;
  return url?.host ? `${url.protocol}//${url.host}` : action;
}

/** An action as it may be shown and logged: without credentials, query and fragment. */
export function shownAction(action: string): string {
  const url = URL.canParse(action) ? new URL(action) : undefined;
  if (!url?.host) return `${action.split(/[?#]/, 1)[0]}`;
  return `${url.protocol}//${url.host}${url.pathname}`;
}
