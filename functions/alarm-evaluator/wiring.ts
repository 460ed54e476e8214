import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { alarmLookup } from '../../adapters/alarms/alarm-lookup.ts';
import { firings } from '../../adapters/alarms/firings.ts';
import { countAll } from '../../adapters/alarms/metrics.ts';
import { outbox } from '../../adapters/alarms/outbox.ts';
import { amount, type Env, oneOf, required, requiredList } from '../../adapters/env.ts';
import { laneUrls } from '../../adapters/event-lanes.ts';
import { interruptions } from '../../adapters/interruptions.ts';
import { deadLetters, eventQueues, webhookQueue } from '../../adapters/queues.ts';
import { notifications } from '../../adapters/topics.ts';
import { evaluateEvents, fullPace, gentlePace } from '../../flows/evaluate-events.ts';
import type { Rest } from '../../flows/find-candidates.ts';
import { createHandler } from './handler.ts';

export type Clients = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
};

/** Events in a message for alarms that were left: with the alarms of a slice, a short piece of work. */
const perRest = 10;
/** Lookups under way where nothing is urgent. */
const gentleLookups = 2;

export function wire(env: Env, clients: Clients, logger: Logger, metrics: Metrics) {
  const { dynamo, sqs, sns } = clients;
  const alarms = required(env, 'ALARMS_TABLE');
  const history = required(env, 'HISTORY_TABLE');
  const queues = eventQueues(sqs, laneUrls(env));
  const isGentle = oneOf(env, 'EVALUATOR_PACE', ['full', 'gentle']) === 'gentle';
  const interrupted = interruptions(logger);
  const retentionDays = amount(env, 'HISTORY_RETENTION_DAYS', 30);
  const deps = {
    ...(isGentle ? alarmLookup(dynamo, alarms, gentleLookups) : alarmLookup(dynamo, alarms)),
    ...firings(dynamo, { alarms, history }),
    ...outbox(dynamo, { table: history, retentionDays, interrupted }),
    ...webhookQueue(sqs, required(env, 'WEBHOOK_QUEUE_URL')),
    ...notifications(sns, requiredList(env, 'NOTIFICATIONS_TOPIC_ARNS')),
    sendRest: ({ events, rest }: Rest) =>
      queues.sendEvents(events, { lane: 'wide', rest, perMessage: perRest }),
    pace: isGentle ? gentlePace : fullPace,
    interrupted,
    now: () => new Date().toISOString(),
  };
  return createHandler({
    evaluate: (events, rest) => evaluateEvents(deps, events, rest),
    split: ({ events, ...message }) => queues.sendEvents(events, { ...message, perMessage: 1 }),
    inOrder: isGentle,
    ...deadLetters(sqs, required(env, 'EVENT_DLQ_URL')),
    count: ({ events, fired, published }) =>
      countAll(metrics, { Events: events, AlarmsFired: fired, NotificationsPublished: published }),
    log: logger,
  });
}
