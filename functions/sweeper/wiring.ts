import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { countAll } from '../../adapters/alarms/metrics.ts';
import { outbox } from '../../adapters/alarms/outbox.ts';
import { amount, type Env, required, requiredList } from '../../adapters/env.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { webhookQueue } from '../../adapters/queues.ts';
import { notifications } from '../../adapters/topics.ts';
import { createHandler } from './handler.ts';

export type Clients = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
};

/** `now` is milliseconds since 1970; a test that does not want to wait gives another. */
export const wire = (
  env: Env,
  { dynamo, sqs, sns }: Clients,
  logger: Logger,
  metrics: Metrics,
  now: () => number = Date.now,
) =>
  createHandler({
    ...outbox(dynamo, {
      table: required(env, 'HISTORY_TABLE'),
      retentionDays: amount(env, 'HISTORY_RETENTION_DAYS', 30),
      interrupted: interruptions(logger),
    }),
    ...webhookQueue(sqs, required(env, 'WEBHOOK_QUEUE_URL')),
    ...notifications(sns, requiredList(env, 'NOTIFICATIONS_TOPIC_ARNS')),
    interrupted: interruptions(logger),
    evaluatorTimeoutSeconds: amount(env, 'EVALUATOR_TIMEOUT_SECONDS', 20),
    now,
    count: (published) => countAll(metrics, { NotificationsSwept: published }),
    log: logger,
  });
