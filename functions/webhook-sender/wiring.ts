import { randomUUID } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { countAll } from '../../adapters/alarms/metrics.ts';
import { actionTopics } from '../../adapters/delivery/action-topics.ts';
import { rangesOf } from '../../adapters/delivery/public-addresses.ts';
import { webhookClient } from '../../adapters/delivery/webhook-client.ts';
import { webhookKeys } from '../../adapters/delivery/webhook-keys.ts';
import { webhookOutcomes } from '../../adapters/delivery/webhook-outcomes.ts';
import { webhookPlaces } from '../../adapters/delivery/webhook-places.ts';
import { amount, type Env, list, required } from '../../adapters/env.ts';
import { gathered } from '../../adapters/gathered.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { deadLetters, webhookQueue } from '../../adapters/queues.ts';
import { secretText } from '../../adapters/secrets.ts';
import type { WebhookMessage } from '../../domain/delivery/webhook.ts';
import { busySeconds } from '../../domain/delivery/webhook-place.ts';
import { createHandler } from './handler.ts';
import { rememberingFull } from './places.ts';
import { slowReceivers } from './slow-receivers.ts';

export type Clients = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly secrets: SecretsManagerClient;
};

export function wire(env: Env, clients: Clients, logger: Logger, metrics: Metrics) {
  const { dynamo, sqs, sns, secrets } = clients;
  const firsts = webhookQueue(sqs, required(env, 'WEBHOOK_QUEUE_URL'));
  const retries = webhookQueue(sqs, required(env, 'WEBHOOK_RETRY_QUEUE_URL'));
  const places = webhookPlaces(dynamo, {
    table: required(env, 'PLACES_TABLE'),
    perProject: amount(env, 'WEBHOOK_PLACES', 4),
    newId: randomUUID,
    now: () => new Date().toISOString(),
  });
  return createHandler({
    ...webhookOutcomes(dynamo, required(env, 'HISTORY_TABLE')),
    ...webhookClient({
      ...webhookKeys(secretText(secrets, required(env, 'WEBHOOK_SECRET_ARN'))),
      allowed: rangesOf(list(env, 'WEBHOOK_ALLOWED_RANGES')),
      timeoutMs: amount(env, 'WEBHOOK_TIMEOUT_SECONDS', 5) * 1000,
      now: Date.now,
    }),
    ...actionTopics(sns, list(env, 'ACTION_TOPICS')),
    ...deadLetters(sqs, required(env, 'WEBHOOK_DLQ_URL')),
    again: (webhook, delaySeconds) =>
      retries.sendWebhooks([{ ...webhook, lane: 'later' }], delaySeconds),
    divert: gathered((webhooks: readonly WebhookMessage[]) =>
      retries.sendWebhooks(webhooks.map((webhook) => ({ ...webhook, lane: 'later' }))),
    ),
    defer: gathered((webhooks: readonly WebhookMessage[]) =>
      firsts.sendWebhooks(webhooks, busySeconds),
    ),
    places: {
      ...places,
      take: rememberingFull(places.take, Date.now),
      interrupted: interruptions(logger),
    },
    slow: slowReceivers(Date.now),
    mostAttempts: amount(env, 'WEBHOOK_ATTEMPTS', 12),
    now: () => new Date().toISOString(),
    random: Math.random,
    count: (totals) =>
      countAll(metrics, {
        WebhooksDelivered: totals.delivered ?? 0,
        WebhooksRetried: totals.retrying ?? 0,
        WebhooksGivenUp: totals['given up'] ?? 0,
      }),
    log: logger,
  });
}
