import { randomUUID } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import { webhookCounts } from '../../adapters/activity/minutes.ts';
import { existingAlarms } from '../../adapters/alarms/existing-alarms.ts';
import { countAll } from '../../adapters/alarms/metrics.ts';
import type { Clients } from '../../adapters/clients.ts';
import { actionTopics } from '../../adapters/delivery/action-topics.ts';
import { rangesOf } from '../../adapters/delivery/public-addresses.ts';
import { webhookClient } from '../../adapters/delivery/webhook-client.ts';
import { webhookKeys } from '../../adapters/delivery/webhook-keys.ts';
import { webhookMinutes } from '../../adapters/delivery/webhook-minutes.ts';
import { webhookOutcomes } from '../../adapters/delivery/webhook-outcomes.ts';
import { webhookPlaces } from '../../adapters/delivery/webhook-places.ts';
import { amount, type Env, environment, list, readEnv, required } from '../../adapters/env.ts';
import { gathered } from '../../adapters/gathered.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { deadLetters } from '../../adapters/queues/dead-letters.ts';
import { webhookQueue } from '../../adapters/queues/webhooks.ts';
import { secretText } from '../../adapters/secrets.ts';
import { compose } from './compose.ts';

/** The variables that `infra/webhook-sender.ts` sets. */
export const Environment = environment({
  ALARMS_TABLE: required,
  HISTORY_TABLE: required,
  PLACES_TABLE: required,
  ACTIVITY_TABLE: required,
  WEBHOOK_PLACES: amount,
  WEBHOOK_POSTS_PER_RECEIVER: amount,
  WEBHOOK_POSTS_PER_PROJECT: amount,
  WEBHOOK_QUEUE_URL: required,
  WEBHOOK_RETRY_QUEUE_URL: required,
  WEBHOOK_DLQ_URL: required,
  WEBHOOK_SECRET_ARN: required,
  WEBHOOK_ALLOWED_RANGES: list,
  WEBHOOK_TIMEOUT_SECONDS: amount,
  WEBHOOK_ATTEMPTS: amount,
  ACTION_TOPICS: list,
});

/** Calls the function after so many milliseconds, unless the result is called first. */
const after = (ms: number, call: () => void): (() => void) => {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
};

/** The sender of webhooks on the tables, queues, topics and secret that the variables name. */
export function connect(
  variables: Env,
  { dynamo, sqs, sns, secrets }: Clients,
  logger: Logger,
  metrics: Metrics,
) {
  const env = readEnv(Environment, variables);
  const now = () => new Date().toISOString();
  const places = webhookPlaces(dynamo, {
    table: env.PLACES_TABLE,
    perProject: env.WEBHOOK_PLACES,
    newId: randomUUID,
    now,
  });
  return compose({
    ...existingAlarms(dynamo, env.ALARMS_TABLE),
    ...webhookOutcomes(dynamo, env.HISTORY_TABLE),
    ...webhookClient({
      ...webhookKeys(secretText(secrets, env.WEBHOOK_SECRET_ARN)),
      allowed: rangesOf(env.WEBHOOK_ALLOWED_RANGES),
      timeoutMs: env.WEBHOOK_TIMEOUT_SECONDS * 1000,
      now: Date.now,
    }),
    topics: env.ACTION_TOPICS,
    ...actionTopics(sns),
    ...deadLetters(sqs, env.WEBHOOK_DLQ_URL),
    sendFirst: webhookQueue(sqs, env.WEBHOOK_QUEUE_URL).sendWebhooks,
    sendRetries: webhookQueue(sqs, env.WEBHOOK_RETRY_QUEUE_URL).sendDelayed,
    gather: gathered,
    places: { ...places, after, interrupted: interruptions(logger) },
    minutes: {
      ...webhookMinutes(dynamo, { table: env.PLACES_TABLE, now }),
      limits: {
        perReceiver: env.WEBHOOK_POSTS_PER_RECEIVER,
        perProject: env.WEBHOOK_POSTS_PER_PROJECT,
      },
      interrupted: interruptions(logger),
    },
    ...webhookCounts(dynamo, env.ACTIVITY_TABLE),
    uncounted: interruptions(logger),
    mostAttempts: env.WEBHOOK_ATTEMPTS,
    now,
    clock: Date.now,
    random: Math.random,
    count: (totals) =>
      countAll(metrics, {
        WebhooksDelivered: totals.delivered ?? 0,
        WebhooksRetried: totals.retrying ?? 0,
        WebhooksGivenUp: (totals['given up'] ?? 0) + (totals.refused ?? 0),
        WebhooksDropped: totals.dropped ?? 0,
        WebhooksWaiting: totals.waiting ?? 0,
      }),
    log: logger,
  });
}
