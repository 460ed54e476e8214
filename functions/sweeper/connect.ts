import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type * as z from 'zod';
import { rowKeeper } from '../../adapters/activity/activity-rows.ts';
import { changeNotes } from '../../adapters/activity/changes.ts';
import { sentCounts } from '../../adapters/activity/minutes.ts';
import { undeliveredGroups } from '../../adapters/alarms/groups.ts';
import { heldStore } from '../../adapters/alarms/held-rows.ts';
import { countAll } from '../../adapters/alarms/metrics.ts';
import { outbox } from '../../adapters/alarms/outbox.ts';
import { alarmCounter } from '../../adapters/alarms/quotas.ts';
import { silenceEnds, silenceReader } from '../../adapters/alarms/silences.ts';
import type { Clients } from '../../adapters/clients.ts';
import { notifications } from '../../adapters/delivery/notifications.ts';
import { amount, type Env, environment, readEnv, required, topicArns } from '../../adapters/env.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { groupQueue } from '../../adapters/queues/groups.ts';
import { webhookQueue } from '../../adapters/queues/webhooks.ts';
import { compose } from './compose.ts';

/** The variables that `infra/sweeper.ts` sets. */
export const Environment = environment({
  HISTORY_TABLE: required,
  ALARMS_TABLE: required,
  QUOTAS_TABLE: required,
  SILENCES_TABLE: required,
  ACTIVITY_TABLE: required,
  HISTORY_RETENTION_DAYS: amount,
  WEBHOOK_QUEUE_URL: required,
  GROUP_QUEUE_URL: required,
  NOTIFICATIONS_TOPIC_ARNS: topicArns,
  GROUPS_TOPIC_ARNS: topicArns,
  EVALUATOR_TIMEOUT_SECONDS: amount,
});

/**
 * The sweeper on the table, queue and topics that the variables name.
 * @param now milliseconds since 1970; tests give a later time instead of waiting.
 */
export function connect(
  variables: Env,
  { dynamo, sqs, sns }: Pick<Clients, 'dynamo' | 'sqs' | 'sns'>,
  logger: Logger,
  metrics: Metrics,
  now: () => number = Date.now,
) {
  const env = readEnv(Environment, variables);
  const interrupted = interruptions(logger);
  return compose({
    ...changeNotes(rowKeeper(dynamo, env.ACTIVITY_TABLE)),
    ...sentCounts(dynamo, env.ACTIVITY_TABLE),
    ...outbox(dynamo, {
      table: env.HISTORY_TABLE,
      retentionDays: env.HISTORY_RETENTION_DAYS,
      interrupted,
    }),
    ...webhookQueue(sqs, env.WEBHOOK_QUEUE_URL),
    ...groupQueue(sqs, env.GROUP_QUEUE_URL),
    ...undeliveredGroups(dynamo, { table: env.HISTORY_TABLE, interrupted }),
    ...notifications(sns, {
      notifications: env.NOTIFICATIONS_TOPIC_ARNS,
      groups: env.GROUPS_TOPIC_ARNS,
    }),
    ...silencesOf(env, dynamo, interrupted),
    interrupted,
    evaluatorTimeoutSeconds: env.EVALUATOR_TIMEOUT_SECONDS,
    now,
    count: (counts) =>
      countAll(
        metrics,
        'found' in counts
          ? { NotificationsUndelivered: counts.found }
          : { NotificationsSwept: counts.published },
      ),
    log: logger,
  });
}

/** The silences, the rows that they hold, and the alarms of these. */
function silencesOf(
  env: z.infer<typeof Environment>,
  dynamo: Clients['dynamo'],
  interrupted: ReturnType<typeof interruptions>,
) {
  const tables = { alarms: env.ALARMS_TABLE, history: env.HISTORY_TABLE };
  return {
    ...alarmCounter(dynamo, env.QUOTAS_TABLE),
    ...silenceReader(dynamo, env.SILENCES_TABLE),
    ...silenceEnds(dynamo, { silences: env.SILENCES_TABLE, quotas: env.QUOTAS_TABLE }),
    ...heldStore(dynamo, { tables, retentionDays: env.HISTORY_RETENTION_DAYS, interrupted }),
  };
}
