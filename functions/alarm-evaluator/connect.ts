import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import * as z from 'zod';
import { rowKeeper } from '../../adapters/activity/activity-rows.ts';
import { changeNotes } from '../../adapters/activity/changes.ts';
import { sentCounts } from '../../adapters/activity/minutes.ts';
import { eventKeeper } from '../../adapters/activity/recent-events.ts';
import { alarmLookup } from '../../adapters/alarms/alarm-lookup.ts';
import { firings } from '../../adapters/alarms/firings.ts';
import { groupStore } from '../../adapters/alarms/groups.ts';
import { countAll } from '../../adapters/alarms/metrics.ts';
import { outbox } from '../../adapters/alarms/outbox.ts';
import { alarmCounter } from '../../adapters/alarms/quotas.ts';
import { silenceReader } from '../../adapters/alarms/silences.ts';
import { unsentTests } from '../../adapters/alarms/unsent-tests.ts';
import type { Clients } from '../../adapters/clients.ts';
import { notifications } from '../../adapters/delivery/notifications.ts';
import { amount, type Env, environment, readEnv, required, topicArns } from '../../adapters/env.ts';
import { laneUrls } from '../../adapters/event-lanes.ts';
import { faultProofs, noProofs } from '../../adapters/hosts/fault-proofs.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { deadLetters } from '../../adapters/queues/dead-letters.ts';
import { eventQueues } from '../../adapters/queues/events.ts';
import { groupQueue } from '../../adapters/queues/groups.ts';
import { webhookQueue } from '../../adapters/queues/webhooks.ts';
import { compose } from './compose.ts';

/** The variables that `infra/alarm-evaluator.ts` sets. */
export const Environment = environment({
  ALARMS_TABLE: required,
  HISTORY_TABLE: required,
  ACTIVITY_TABLE: required,
  QUOTAS_TABLE: required,
  SILENCES_TABLE: required,
  TIMERS_TABLE: required,
  HISTORY_RETENTION_DAYS: amount,
  // Only events of faults have proofs.
  FAULTS_TABLE: required.optional(),
  // Each evaluator has the URLs of its own queues only.
  EVENT_QUEUE_URL: required.optional(),
  CHANGE_QUEUE_URL: required.optional(),
  URGENT_QUEUE_URL: required.optional(),
  BULK_QUEUE_URL: required.optional(),
  WIDE_QUEUE_URL: required,
  EVENT_DLQ_URL: required,
  WEBHOOK_QUEUE_URL: required,
  GROUP_QUEUE_URL: required,
  NOTIFICATIONS_TOPIC_ARNS: topicArns,
  GROUPS_TOPIC_ARNS: topicArns,
  EVALUATOR_PACE: z.enum(['full', 'gentle']),
  TIMEOUT_CONCURRENCY: amount,
});

/** Lookups that run at once where nothing is urgent. */
const gentleLookups = 2;

/** The evaluator on the tables, queues and topics that the variables name. */
export function connect(
  variables: Env,
  { dynamo, sqs, sns }: Pick<Clients, 'dynamo' | 'sqs' | 'sns'>,
  logger: Logger,
  metrics: Metrics,
) {
  const env = readEnv(Environment, variables);
  const { ALARMS_TABLE: alarms, HISTORY_TABLE: history, EVALUATOR_PACE: pace } = env;
  const interrupted = interruptions(logger);
  const keepRow = rowKeeper(dynamo, env.ACTIVITY_TABLE);
  return compose({
    ...(pace === 'gentle'
      ? alarmLookup(dynamo, alarms, gentleLookups)
      : alarmLookup(dynamo, alarms)),
    ...alarmCounter(dynamo, env.QUOTAS_TABLE),
    ...silenceReader(dynamo, env.SILENCES_TABLE),
    ...(env.FAULTS_TABLE ? faultProofs(dynamo, env.FAULTS_TABLE) : noProofs),
    ...changeNotes(keepRow),
    ...eventKeeper(keepRow),
    ...sentCounts(dynamo, env.ACTIVITY_TABLE),
    ...firings(dynamo, { alarms, history, timers: env.TIMERS_TABLE }),
    ...outbox(dynamo, {
      table: history,
      retentionDays: env.HISTORY_RETENTION_DAYS,
      interrupted,
    }),
    ...webhookQueue(sqs, env.WEBHOOK_QUEUE_URL),
    ...groupQueue(sqs, env.GROUP_QUEUE_URL),
    ...groupStore(dynamo, { table: history, interrupted }),
    ...unsentTests(dynamo, history),
    ...notifications(sns, {
      notifications: env.NOTIFICATIONS_TOPIC_ARNS,
      groups: env.GROUPS_TOPIC_ARNS,
    }),
    ...eventQueues(sqs, laneUrls(env)),
    ...deadLetters(sqs, env.EVENT_DLQ_URL),
    pace,
    transactionsAtOnce: env.TIMEOUT_CONCURRENCY,
    interrupted,
    now: () => new Date().toISOString(),
    count: ({ events, fired, published, groups }) =>
      countAll(metrics, {
        Events: events,
        AlarmsFired: fired,
        NotificationsPublished: published,
        ...(groups > 0 && { GroupsSent: groups }),
      }),
    log: logger,
  });
}
