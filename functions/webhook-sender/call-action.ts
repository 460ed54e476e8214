/** One attempt to call an action, by its scheme: docs/wire/alarming.md#actions. */
import type { Log } from '../../adapters/lambda.ts';
import { alarmsOfWebhook, schemeOf, type WebhookMessage } from '../../domain/delivery/webhook.ts';
import type { Answer } from '../../domain/delivery/webhook-retry.ts';

/** What a call needs from outside. */
export type CallDeps = {
  /** Posts the webhook. Errors of the receiver are an answer; it throws others only. */
  readonly post: (webhook: WebhookMessage) => Promise<Answer>;
  /** The topics that the operator allows as actions, by their ARNs. */
  readonly topics: readonly string[];
  /** Publishes to the topic that the action names. Errors of SNS are an answer; it throws others only. */
  readonly publish: (webhook: WebhookMessage) => Promise<Answer>;
  readonly log: Log;
};

const done: Answer = { kind: 'answered', status: 200 };

/** The operator may have withdrawn a topic after the alarm was made. */
const topicRefused: Answer = {
  kind: 'refused',
  reason: 'the topic is not one that the operator allows',
};

/** Calls the action once. A scheme without a caller is refused, and a topic that is not allowed. */
export async function callAction(
  { post, topics, publish, log }: CallDeps,
  webhook: WebhookMessage,
): Promise<Answer> {
  switch (schemeOf(webhook.action)) {
    case 'http':
    case 'https':
      return post(webhook);
    case 'arn':
      return topics.includes(webhook.action) ? publish(webhook) : topicRefused;
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
