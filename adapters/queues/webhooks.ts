/** Sends webhooks to be posted. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { WebhookMessage } from '../../domain/delivery/webhook.ts';
import { toJson } from '../../domain/json.ts';
import { messageGroupOf, sendMessages } from './send-messages.ts';

/** A webhook that is to be delivered after a delay in seconds. */
export type DelayedWebhook = { readonly webhook: WebhookMessage; readonly delaySeconds: number };

/** Sends webhooks to a queue of the webhook sender. */
export function webhookQueue(client: SQSClient, url: string) {
  /** Durably queues the webhooks, each to be delivered after its delay. The group is the project. */
  const sendDelayed = (webhooks: readonly DelayedWebhook[]): Promise<void> =>
    sendMessages(
      client,
      url,
      webhooks.map(({ webhook, delaySeconds }) => ({
        body: toJson(webhook),
        delaySeconds,
        group: messageGroupOf(webhook.project_id),
      })),
    );
  return {
    sendDelayed,
    /** The same with one delay for all. */
    sendWebhooks: (webhooks: readonly WebhookMessage[], delaySeconds = 0): Promise<void> =>
      sendDelayed(webhooks.map((webhook) => ({ webhook, delaySeconds }))),
  };
}
