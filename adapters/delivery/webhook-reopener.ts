/** Makes webhooks that were given up open again, on the rows of their firings in the table `history`. */
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { rowOfWebhook, WebhookMessage } from '../../domain/delivery/webhook.ts';
import { ifUnchanged } from '../dynamodb.ts';

/** Forgets that webhooks were given up. */
export const webhookReopener = (client: DynamoDBDocumentClient, table: string) => ({
  /**
   * Removes the outcome of each webhook that was given up; others stay.
   * @param bodies `WebhookMessage`s as JSON.
   */
  reopenWebhooks: async (bodies: readonly string[]): Promise<void> => {
    for (const body of bodies) {
      const webhook = WebhookMessage.parse(JSON.parse(body));
      await ifUnchanged(
        client.send(
          new UpdateCommand({
            TableName: table,
            Key: rowOfWebhook(webhook),
            UpdateExpression: 'REMOVE webhooks.#id',
            ConditionExpression: 'webhooks.#id.#result = :over',
            ExpressionAttributeNames: { '#id': webhook.webhook_id, '#result': 'result' },
            ExpressionAttributeValues: { ':over': 'given up' },
          }),
        ),
      );
    }
  },
});
