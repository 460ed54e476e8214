import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import * as z from 'zod';
import { rowKeeper } from '../../adapters/activity/activity-rows.ts';
import { changeNotes } from '../../adapters/activity/changes.ts';
import { countAll } from '../../adapters/alarms/metrics.ts';
import { outbox } from '../../adapters/alarms/outbox.ts';
import { projectRounds } from '../../adapters/alarms/project-rounds.ts';
import { prometheus } from '../../adapters/alarms/prometheus.ts';
import {
  type Authorize,
  anonymous,
  fromSecret,
  signed,
} from '../../adapters/alarms/prometheus-credentials.ts';
import { alarmCounter } from '../../adapters/alarms/quotas.ts';
import { plannedAlarms, roundStore } from '../../adapters/alarms/rounds.ts';
import { silenceReader } from '../../adapters/alarms/silences.ts';
import type { Clients } from '../../adapters/clients.ts';
import { notifications } from '../../adapters/delivery/notifications.ts';
import {
  amount,
  type Env,
  environment,
  optionalText,
  readEnv,
  required,
  topicArns,
} from '../../adapters/env.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { deadLetters } from '../../adapters/queues/dead-letters.ts';
import { roundQueues } from '../../adapters/queues/rounds.ts';
import { webhookQueue } from '../../adapters/queues/webhooks.ts';
import { secretText } from '../../adapters/secrets.ts';
import { DomainError } from '../../domain/errors.ts';
import { compose } from './compose.ts';

/** The variables that `infra/periodic.ts` sets. */
export const Environment = environment({
  ALARMS_TABLE: required,
  HISTORY_TABLE: required,
  QUOTAS_TABLE: required,
  SILENCES_TABLE: required,
  ACTIVITY_TABLE: required,
  PLACES_TABLE: required,
  HISTORY_RETENTION_DAYS: amount,
  PERIODIC_QUEUE_URL: required,
  PERIODIC_SLOW_QUEUE_URL: required,
  BULK_DLQ_URL: required,
  WEBHOOK_QUEUE_URL: required,
  NOTIFICATIONS_TOPIC_ARNS: topicArns,
  GROUPS_TOPIC_ARNS: topicArns,
  PROMETHEUS_URL: optionalText,
  PROMETHEUS_AUTH: z.enum(['none', 'secret', 'sigv4']),
  PROMETHEUS_SECRET: optionalText,
  PROMETHEUS_TIMEOUT_SECONDS: amount,
  PROMETHEUS_PROJECT_LABEL: required,
});

/** The evaluator on the tables, queues, topics and the Prometheus that the variables name. */
export function connect(
  variables: Env,
  { dynamo, sqs, sns, secrets }: Clients,
  logger: Logger,
  metrics: Metrics,
  now: () => number = Date.now,
) {
  const env = readEnv(Environment, variables);
  const { ALARMS_TABLE: table, HISTORY_TABLE: history, PLACES_TABLE: places } = env;
  const interrupted = interruptions(logger);
  return compose({
    ...plannedAlarms(dynamo, { table, interrupted }),
    ...alarmCounter(dynamo, env.QUOTAS_TABLE),
    ...silenceReader(dynamo, env.SILENCES_TABLE),
    ...projectRounds(dynamo, { table: places, now }),
    ...roundStore(dynamo, { table, history, places, interrupted }),
    ...outbox(dynamo, {
      table: history,
      retentionDays: env.HISTORY_RETENTION_DAYS,
      interrupted,
    }),
    ...webhookQueue(sqs, env.WEBHOOK_QUEUE_URL),
    ...notifications(sns, {
      notifications: env.NOTIFICATIONS_TOPIC_ARNS,
      groups: env.GROUPS_TOPIC_ARNS,
    }),
    // No fault causes what a round fires: it is published as a group of its own.
    sendGroups: async () => {
      throw new DomainError('internal', 'a round fires no group of a fault');
    },
    ...roundQueues(sqs, { first: env.PERIODIC_QUEUE_URL, slow: env.PERIODIC_SLOW_QUEUE_URL }),
    ...deadLetters(sqs, env.BULK_DLQ_URL),
    ...changeNotes(rowKeeper(dynamo, env.ACTIVITY_TABLE)),
    // The counts are of times since an event was accepted, and a round has no event.
    countSent: async () => undefined,
    ...prometheus({
      url: env.PROMETHEUS_URL,
      timeoutMs: env.PROMETHEUS_TIMEOUT_SECONDS * 1000,
      projectLabel: env.PROMETHEUS_PROJECT_LABEL,
      authorize: authorizeOf(env, secrets),
    }),
    interrupted,
    now,
    count: ({ asked, decided, postponed, fired, published }) =>
      countAll(metrics, {
        QueriesAsked: asked,
        PeriodicAlarmsEvaluated: decided,
        PeriodicAlarmsPostponed: postponed,
        PeriodicAlarmsFired: fired,
        NotificationsPublished: published,
      }),
    log: logger,
  });
}

function authorizeOf(env: z.infer<typeof Environment>, secrets: Clients['secrets']): Authorize {
  if (env.PROMETHEUS_AUTH === 'none') return anonymous;
  if (env.PROMETHEUS_AUTH === 'sigv4') return signed(regionOf(env.PROMETHEUS_URL));
  return fromSecret(secretText(secrets, env.PROMETHEUS_SECRET));
}

/**
 * The region in an address of Amazon Managed Service for Prometheus:
 * `aps-workspaces.<region>.amazonaws.com`.
 */
const regionOf = (url: string): string =>
  /^https:\/\/aps-workspaces\.([a-z0-9-]+)\./.exec(url)?.[1] ?? '';
