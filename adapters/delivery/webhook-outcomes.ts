/** The outcomes of webhooks, stored on the rows of their firings in the table `history`. */
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import {
  rowOfWebhook,
  type WebhookMessage,
  WebhookOutcome,
} from '../../domain/delivery/webhook.ts';
import { mostTries, pauseAfter } from '../back-off.ts';
import { conditional } from '../conditional.ts';

/** The part of a row that is read: the outcome of one webhook, or nothing. */
const OutcomeRow = z.object({ webhooks: z.record(z.string(), WebhookOutcome).default({}) });

/** The store of outcomes. */
export const webhookOutcomes = (client: DynamoDBDocumentClient, table: string) => ({
  /** The outcome of a webhook so far, read consistently; undefined before the first try. */
  outcome: async (webhook: WebhookMessage): Promise<WebhookOutcome | undefined> => {
    const { Item: row } = await client.send(
      new GetCommand({
        TableName: table,
        Key: rowOfWebhook(webhook),
        ConsistentRead: true,
        ProjectionExpression: 'webhooks.#id',
        ExpressionAttributeNames: { '#id': webhook.webhook_id },
      }),
    );
    return row && OutcomeRow.parse(row).webhooks[webhook.webhook_id];
  },

  /**
   * Stores the outcome. It does not replace a final outcome, and does not recreate an expired row.
   */
  note: async (webhook: WebhookMessage, outcome: WebhookOutcome): Promise<void> => {
    const update = new UpdateCommand({
      TableName: table,
      Key: rowOfWebhook(webhook),
      UpdateExpression: 'SET webhooks.#id = :outcome',
      ConditionExpression:
        'attribute_exists(event_id) AND (attribute_not_exists(webhooks.#id) OR webhooks.#id.#result = :retrying)',
      ExpressionAttributeNames: { '#id': webhook.webhook_id, '#result': 'result' },
      ExpressionAttributeValues: { ':outcome': outcome, ':retrying': 'retrying' },
    });
    for (let tries = 1; ; tries++) {
      const outcome = await conditional(client.send(update));
      if (outcome.kind !== 'conflict') return;
      if (tries >= mostTries) throw outcome.error;
      await pauseAfter(tries);
    }
  },
});
