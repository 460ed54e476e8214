/** One attempt to call an action, by its scheme: docs/wire/alarming.md#actions. */
import type { Log } from '../../adapters/lambda.ts';
import { alarmsOfWebhook, schemeOf, type WebhookMessage } from '../../domain/delivery/webhook.ts';
import type { Answer } from '../../domain/delivery/webhook-retry.ts';

/** What a call needs from outside. */
export type CallDeps = {
  /** Posts the webhook. Errors of the receiver are an answer; it throws others only. */
  readonly post: (webhook: WebhookMessage) => Promise<Answer>;
  /** Publishes to the topic that the action names. Errors of SNS are an answer; it throws others only. */
  readonly publish: (webhook: WebhookMessage) => Promise<Answer>;
  readonly log: Log;
};

const done: Answer = { kind: 'answered', status: 200 };

/** Calls the action once. A scheme without a caller is refused. */
export async function callAction(
  { post, publish, log }: CallDeps,
  webhook: WebhookMessage,
): Promise<Answer> {
  switch (schemeOf(webhook.action)) {
    case 'http':
    case 'https':
      return post(webhook);
    case 'arn':
      return publish(webhook);
    case 'log':
      log.info(sentence(webhook), { alarm_id: alarmsOfWebhook(webhook)[0] });
      return done;
    case 'test':
      return done;
    default:
      return { kind: 'refused', reason: 'Doctor does not call actions of this scheme' };
  }
}

/** The log line of an action `log:`. Source: aodh `notifier/log.py`. */
const sentence = ({ action, body }: WebhookMessage): string =>
  'group' in body
    ? body.reason
    : `Notifying alarm ${body.alarm_name} ${body.alarm_id} of ${body.severity} priority from ` +
      `${body.previous} to ${body.current} with action ${action} because ${body.reason}.`;
