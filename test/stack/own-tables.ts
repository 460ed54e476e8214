import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { CreateTopicCommand, DeleteTopicCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteQueueCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { EnvName } from '../../adapters/env.ts';
import { loopback } from '../../scripts/stack/deploy.ts';
import { type Subscriber, subscribe } from '../../scripts/stack/subscriber.ts';
import { clientConfig, output, readStack, sns, sqs } from './stack.ts';
import { readDefinitions } from './table-definitions.ts';

const tableNames = [
  'HOSTS',
  'ROSTER',
  'FAULTS',
  'AFFECTED',
  'INSTANCES',
  'MIGRATIONS',
  'PORTS',
  'NETWORKS',
  'ALARMS',
  'HISTORY',
  'QUOTAS',
  'IDENTITY',
  'VALIDITY',
  'CREDENTIALS',
  'ATTEMPTS',
  'SUBSCRIPTIONS',
  'SILENCES',
  'PLACES',
  'ACTIVITY',
  'CONDITIONS',
  'SOURCES',
  'UNMATCHED',
  'RECEIVED',
  'CLOUD',
  'TIMERS',
] as const;
type TableName = (typeof tableNames)[number];

/** `HOSTS` is the output `HostsTable`. */
const outputOf = (name: TableName): string => `${name[0]}${name.slice(1).toLowerCase()}Table`;

/** The definitions of the deployed tables, with new names. */
function definitions(): Map<TableName, CreateTableCommandInput> {
  const definitionOf = readDefinitions();
  return new Map(
    tableNames.map((name) => {
      const { StreamSpecification: stream, ...definition } = definitionOf(outputOf(name));
      return [
        name,
        {
          TableName: `own-${name.toLowerCase()}-${randomUUID()}`,
          ...definition,
          ...(stream && { StreamSpecification: { StreamEnabled: true, ...stream } }),
        },
      ];
    }),
  );
}

const BatchRead = z.object({ RequestItems: z.record(z.string(), z.unknown()) });

/** True if a call is part of the check of a token, which every request makes once. */
export function isTokenCheck(input: unknown): boolean {
  const read = BatchRead.safeParse(input);
  return read.success && Object.keys(read.data.RequestItems).join().startsWith('own-validity-');
}

/** Names, as in a function's environment, of tables, queues and topics that no other test uses. */
export type OwnThings = {
  readonly env: Readonly<Record<EnvName, string>>;
  /** Receives all that is published to `NOTIFICATIONS_TOPIC_ARNS`. */
  readonly notifications: Subscriber;
  /** Receives all that is published to `GROUPS_TOPIC_ARNS`. */
  readonly groups: Subscriber;
  /** Receives all that is published to `EVENTS_TOPIC_ARN`. */
  readonly events: Subscriber;
  /** Deletes all of these resources. */
  readonly cleanup: () => Promise<void>;
};

/**
 * Creates tables, queues and topics on the embedded stack that only one test uses. They are defined
 * like the deployed ones, without event sources, so that the test decides which function runs when.
 */
export async function ownThings(): Promise<OwnThings> {
  const database = new DynamoDBClient(clientConfig());
  const [queues, topics] = [sqs(), sns()];
  const id = randomUUID();
  const { endpoint } = readStack();

  const tables = definitions();
  await Promise.all(
    [...tables.values()].map((table) => database.send(new CreateTableCommand(table))),
  );

  const queue = async (name: string): Promise<string> => {
    const { QueueUrl = '' } = await queues.send(
      new CreateQueueCommand({
        QueueName: `own-${name}-${id}`,
        Attributes: { VisibilityTimeout: '30' },
      }),
    );
    return QueueUrl;
  };
  const topic = async (name: string): Promise<string> => {
    const { TopicArn = '' } = await topics.send(
      new CreateTopicCommand({ Name: `own-${name}-${id}` }),
    );
    return TopicArn;
  };
  const made = await Promise.all(
    [
      ...['events', 'dead', 'faults', 'hooks', 'retries', 'dead-hooks'],
      ...['urgent', 'bulk', 'wide', 'dead-bulk', 'changes', 'dead-reports'],
      ...['rounds', 'slow-rounds'],
      ...['cloud', 'moves', 'dead-cloud'],
      ...['reports', 'ticks', 'mirror', 'timeouts'],
    ].map(queue),
  );
  const [eventQueue, eventDlq, faultQueue, webhookQueue, webhookRetryQueue, webhookDlq] = made;
  const [urgentQueue, bulkQueue, wideQueue, bulkDlq, changeQueue, reportDlq] = made.slice(6);
  const [periodicQueue, periodicSlowQueue, cloudQueue, moveQueue, cloudDlq] = made.slice(12);
  const [reportQueue, tickQueue, mirrorQueue, timeoutQueue] = made.slice(17);
  const [notificationsTopic, eventsTopic, groupsTopic] = await Promise.all(
    ['notifications', 'audit', 'groups'].map(topic),
  );
  const [notifications, events, groups] = await Promise.all([
    subscribe(endpoint, notificationsTopic ?? ''),
    subscribe(endpoint, eventsTopic ?? ''),
    subscribe(endpoint, groupsTopic ?? ''),
  ]);

  const tableName = (name: TableName): string => tables.get(name)?.TableName ?? '';
  return {
    env: {
      HOSTS_TABLE: tableName('HOSTS'),
      ROSTER_TABLE: tableName('ROSTER'),
      FAULTS_TABLE: tableName('FAULTS'),
      AFFECTED_TABLE: tableName('AFFECTED'),
      INSTANCES_TABLE: tableName('INSTANCES'),
      MIGRATIONS_TABLE: tableName('MIGRATIONS'),
      PORTS_TABLE: tableName('PORTS'),
      NETWORKS_TABLE: tableName('NETWORKS'),
      ALARMS_TABLE: tableName('ALARMS'),
      HISTORY_TABLE: tableName('HISTORY'),
      QUOTAS_TABLE: tableName('QUOTAS'),
      IDENTITY_TABLE: tableName('IDENTITY'),
      VALIDITY_TABLE: tableName('VALIDITY'),
      CREDENTIALS_TABLE: tableName('CREDENTIALS'),
      ATTEMPTS_TABLE: tableName('ATTEMPTS'),
      SILENCES_TABLE: tableName('SILENCES'),
      SILENCES_PER_PROJECT: '50',
      SILENCE_LONGEST_SECONDS: '2592000',
      SUBSCRIPTIONS_TABLE: tableName('SUBSCRIPTIONS'),
      PLACES_TABLE: tableName('PLACES'),
      ACTIVITY_TABLE: tableName('ACTIVITY'),
      HELD_REQUESTS_PER_PROJECT: '2',
      HELD_REQUESTS: '10',
      READ_FUNCTIONS: 'compute=none',
      WORK_QUEUES: `events=${eventQueue},bulk=${bulkQueue},changes=${changeQueue}`,
      DEAD_LETTER_QUEUES: `events=${eventDlq},bulk=${bulkDlq}`,
      CONDITIONS_TABLE: tableName('CONDITIONS'),
      SOURCES_TABLE: tableName('SOURCES'),
      UNMATCHED_TABLE: tableName('UNMATCHED'),
      RECEIVED_TABLE: tableName('RECEIVED'),
      CLOUD_TABLE: tableName('CLOUD'),
      TIMERS_TABLE: tableName('TIMERS'),
      WEBHOOK_PLACES: '4',
      WEBHOOK_POSTS_PER_RECEIVER: '600',
      WEBHOOK_POSTS_PER_PROJECT: '3000',
      EVENT_QUEUE_URL: eventQueue ?? '',
      CHANGE_QUEUE_URL: changeQueue ?? '',
      URGENT_QUEUE_URL: urgentQueue ?? '',
      BULK_QUEUE_URL: bulkQueue ?? '',
      WIDE_QUEUE_URL: wideQueue ?? '',
      TIMEOUT_QUEUE_URL: timeoutQueue ?? '',
      TIMEOUT_CONCURRENCY: '2',
      PERIODIC_QUEUE_URL: periodicQueue ?? '',
      PERIODIC_SLOW_QUEUE_URL: periodicSlowQueue ?? '',
      PROMETHEUS_URL: '',
      PROMETHEUS_AUTH: 'none',
      PROMETHEUS_SECRET: '',
      PROMETHEUS_TIMEOUT_SECONDS: '1',
      PROMETHEUS_PROJECT_LABEL: 'project_id',
      EVENT_DLQ_URL: eventDlq ?? '',
      BULK_DLQ_URL: bulkDlq ?? '',
      REPORT_DLQ_URL: reportDlq ?? '',
      REPORT_QUEUE_URL: reportQueue ?? '',
      TICK_QUEUE_URL: tickQueue ?? '',
      REPORT_MISSED_HEARTBEATS: 'true',
      INVENTORY_QUEUE_URL: '',
      CLOUD_SECRET: '',
      MIRROR_QUEUE_URL: mirrorQueue ?? '',
      CLOUD_CALLS_IN_FLIGHT: '14',
      CLOUD_WALK_MINUTES: '60',
      OIDC_ISSUER: '',
      OIDC_AUDIENCE: '',
      OIDC_PROJECT_CLAIM: '',
      OIDC_ROLES_CLAIM: '',
      OIDC_ROLES: '',
      CLOUD_QUEUE_URL: cloudQueue ?? '',
      MOVE_QUEUE_URL: moveQueue ?? '',
      CLOUD_DLQ_URL: cloudDlq ?? '',
      CLOUD_SERVERS_ON_FAULT: 'leave',
      EVALUATOR_PACE: 'full',
      FAULT_QUEUE_URL: faultQueue ?? '',
      WEBHOOK_QUEUE_URL: webhookQueue ?? '',
      WEBHOOK_RETRY_QUEUE_URL: webhookRetryQueue ?? '',
      WEBHOOK_DLQ_URL: webhookDlq ?? '',
      NOTIFICATIONS_TOPIC_ARNS: notificationsTopic ?? '',
      GROUPS_TOPIC_ARNS: groupsTopic ?? '',
      GROUP_QUEUE_URL: eventQueue ?? '',
      SUBSCRIPTIONS_PER_PROJECT: '20',
      SUBSCRIPTION_COOLDOWN_SECONDS: '300',
      SUBSCRIPTION_REQUESTS_PER_HOUR: '60',
      ALARM_TESTS_PER_PROJECT: '10',
      EVENTS_TOPIC_ARN: eventsTopic ?? '',
      ADMIN_SECRET_ARN: output('AdminSecretArn'),
      SIGNING_SECRET_ARN: output('SigningSecretArn'),
      ACTION_TOPICS: notificationsTopic ?? '',
      WEBHOOK_SECRET_ARN: output('WebhookSecretArn'),
      WEBHOOK_TIMEOUT_SECONDS: '1',
      WEBHOOK_ATTEMPTS: '12',
      WEBHOOK_ALLOWED_RANGES: loopback,
      UV_THREADPOOL_SIZE: '64',
      PUBLIC_URL: 'https://doctor.example/api',
      CORS_ALLOWED_ORIGINS: '',
      REGION_NAME: 'RegionOne',
      SERVICE_DOWN_TIME_SECONDS: '60',
      INSTANCES_ON_FORCE_DOWN: 'stop',
      EVACUATION_EXECUTOR: 'none',
      ACCEPT_ALARMS_WITHOUT_RESOURCE_ID: 'true',
      SAFE_LANE_DELAY_SECONDS: '0',
      FINISH_DELAYS_SECONDS: '0',
      EVALUATOR_TIMEOUT_SECONDS: '20',
      HISTORY_RETENTION_DAYS: '30',
      PROJECT_ALARM_QUOTA: '-1',
      USER_ALARM_QUOTA: '-1',
      PROJECT_WIDE_ALARM_QUOTA: '-1',
      PROJECT_PERIODIC_ALARM_QUOTA: '-1',
      ACTIONS_PER_ALARM: '20',
      TIME_CONSTRAINTS_PER_ALARM: '20',
      LOGIN_ATTEMPTS_PER_USER: '10',
      LOGIN_ATTEMPTS_PER_SOURCE: '300',
      LOGIN_ATTEMPTS_WINDOW_SECONDS: '900',
      CREDENTIALS_PER_USER: '100',
    },
    notifications,
    groups,
    events,
    cleanup: async () => {
      await Promise.all([notifications, groups, events].map((each) => each.close()));
      await Promise.all([
        ...[...tables.values()].map(({ TableName }) =>
          database.send(new DeleteTableCommand({ TableName })),
        ),
        ...made.map((QueueUrl) => queues.send(new DeleteQueueCommand({ QueueUrl }))),
        ...[notificationsTopic, eventsTopic, groupsTopic].map((TopicArn) =>
          topics.send(new DeleteTopicCommand({ TopicArn })),
        ),
      ]);
      database.destroy();
      queues.destroy();
      topics.destroy();
    },
  };
}
