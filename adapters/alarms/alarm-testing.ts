/** All stores and the queue that tests of alarms need, in one module that is loaded with the first. */
import { randomUUID } from 'node:crypto';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { testCounter } from '../../domain/delivery/alarm-test.ts';
import { subscriptionReader } from '../delivery/subscriptions.ts';
import { webhookMinutes } from '../delivery/webhook-minutes.ts';
import { alarmTestQueue } from '../queues/alarm-tests.ts';
import { alarmTestStore } from './alarm-tests.ts';
import { alarmById } from './alarms.ts';
import { alarmCounter } from './quotas.ts';
import { silenceReader } from './silences.ts';

/** The clients, and the names of tables and queue. */
export type AlarmTesting = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly sqs: SQSClient;
  readonly tables: Readonly<
    Record<'alarms' | 'history' | 'quotas' | 'silences' | 'subscriptions' | 'places', string>
  >;
  /** The queue of changes, which an evaluator empties. */
  readonly queue: string;
  /** Tests of a project in a minute; 0 for no limit. */
  readonly mostTests: number;
};

/** The most subscriptions that a test names: its row has at most 400 kB. An endpoint has up to 2 kB. */
const mostSubscriptions = 100;

/** What tests of alarms need from outside. */
export function alarmTesting({ dynamo, sqs, tables, ...given }: AlarmTesting) {
  const now = () => new Date().toISOString();
  const { take } = webhookMinutes(dynamo, { table: tables.places, now });
  const { subscriptions } = subscriptionReader(dynamo, tables.subscriptions);
  return {
    ...alarmById(dynamo, tables.alarms),
    ...alarmCounter(dynamo, tables.quotas),
    ...silenceReader(dynamo, tables.silences),
    ...alarmTestStore(dynamo, tables.history),
    ...alarmTestQueue(sqs, given.queue),
    countTest: async (project_id: string, moment: string): Promise<boolean> => {
      const counter = testCounter(project_id, given.mostTests, moment);
      return !counter || (await take(counter, 1)) === 1;
    },
    subscriptionsOf: async (project_id: string) =>
      project_id === ''
        ? []
        : ((await subscriptions(project_id, { limit: mostSubscriptions, marker: undefined })) ??
          []),
    newId: randomUUID,
    now,
  };
}
