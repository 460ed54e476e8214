/** Sends webhooks to be posted. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { WebhookMessage } from '../../domain/delivery/webhook.ts';
import { toJson } from '../../domain/json.ts';
import { messageGroupOf, sendMessages } from './send-messages.ts';

/** Sends webhooks to a queue of the webhook sender. */
export const webhookQueue = (client: SQSClient, url: string) => ({
  /** Durably queues the webhooks, to be delivered after the delay in seconds. The group is the project. */
  sendWebhooks: (webhooks: readonly WebhookMessage[], delaySeconds = 0): Promise<void> =>
    sendMessages(
      client,
      url,
      webhooks.map((webhook) => ({
        body: toJson(webhook),
        delaySeconds,
        group: messageGroupOf(webhook.project_id),
      })),
    ),
});
