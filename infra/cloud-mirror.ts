import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { allowCloud, cloudVariables } from './cloud.ts';
import { allowIndexes, allowRows, allowSend } from './grants.ts';
import { mirrorConcurrency, mirrorTimeoutSeconds } from './messaging.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/** The variables of functions that show and start the mirror's walks; none without a cloud. */
export const mirrorVariables = ({
  tables,
  messaging: { cloudQueues },
}: Pick<Wiring, 'tables' | 'messaging'>): Readonly<Record<string, string>> =>
  cloudQueues
    ? { CLOUD_TABLE: tables.cloud.tableName, MIRROR_QUEUE_URL: cloudQueues.mirror.queueUrl }
    : {};

/** Lets a function show and start the mirror's walks; grants nothing without a cloud. */
export function allowMirror(
  fn: ServiceFunction,
  { tables, messaging: { cloudQueues } }: Pick<Wiring, 'tables' | 'messaging'>,
): void {
  if (!cloudQueues) return;
  allowRows(fn, tables.cloud, 'GetItem', 'PutItem');
  allowSend(fn, cloudQueues.mirror);
}

/** Mirrors hosts, servers and ports of the cloud. It exists with the setting `cloud` only. */
export class CloudMirror extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(
    scope: Construct,
    id: string,
    { queue, tasks, ...wiring }: Wiring & { queue: Queue; tasks: Queue },
  ) {
    super(scope, id);
    const { tables, messaging, settings } = wiring;
    this.function = new ServiceFunction(this, 'Function', {
      name: 'cloud-mirror',
      description: 'Doctor: takes hosts, servers and ports of the cloud over',
      errorImpact: 'hosts, servers and ports are as the cloud showed them some minutes ago',
      timeout: Duration.seconds(mirrorTimeoutSeconds),
      environment: {
        HOSTS_TABLE: tables.hosts.tableName,
        ROSTER_TABLE: tables.roster.tableName,
        FAULTS_TABLE: tables.faults.tableName,
        INSTANCES_TABLE: tables.instances.tableName,
        MIGRATIONS_TABLE: tables.migrations.tableName,
        PORTS_TABLE: tables.ports.tableName,
        NETWORKS_TABLE: tables.networks.tableName,
        CONDITIONS_TABLE: tables.conditions.tableName,
        SOURCES_TABLE: tables.sources.tableName,
        UNMATCHED_TABLE: tables.unmatched.tableName,
        CLOUD_TABLE: tables.cloud.tableName,
        EVENT_QUEUE_URL: messaging.eventQueue.queueUrl,
        CHANGE_QUEUE_URL: messaging.changeQueue.queueUrl,
        MIRROR_QUEUE_URL: queue.queueUrl,
        CLOUD_QUEUE_URL: tasks.queueUrl,
        ...cloudVariables(settings),
        ...variablesOf(settings, 'cloudCallsInFlight', 'cloudWalkMinutes', 'instancesOnForceDown'),
      },
    });
    const { function: fn } = this;
    fn.addEventSource(
      new SqsEventSource(queue, {
        batchSize: 1,
        reportBatchItemFailures: true,
        maxConcurrency: mirrorConcurrency,
      }),
    );
    fn.configureAsyncInvoke({ retryAttempts: 0 });
    new Rule(this, 'EveryMinute', {
      schedule: Schedule.rate(Duration.minutes(1)),
      // No retries: the next minute starts new turns.
      targets: [new LambdaFunction(fn, { retryAttempts: 0 })],
    });
    allowCloud(fn, settings);
    allowTables(fn, wiring);
    const { eventQueue, changeQueue } = messaging;
    for (const each of [eventQueue, changeQueue, queue, tasks]) allowSend(fn, each);
  }
}

/** The rows that registrations, reports of the source `nova`, and ports need. */
function allowTables(fn: ServiceFunction, { tables }: Pick<Wiring, 'tables'>): void {
  allowRows(fn, tables.hosts, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem');
  allowRows(fn, tables.roster, 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
  allowRows(fn, tables.faults, 'BatchGetItem', 'PutItem', 'UpdateItem');
  allowIndexes(fn, tables.faults, 'open');
  allowRows(fn, tables.instances, 'GetItem', 'BatchGetItem', 'PutItem');
  allowIndexes(fn, tables.instances, 'byHost', 'rowsByHost', 'byTarget', 'byTime');
  allowRows(
    fn,
    tables.migrations,
    'GetItem',
    'BatchGetItem',
    'PutItem',
    'UpdateItem',
    'ConditionCheckItem',
  );
  allowRows(fn, tables.ports, 'GetItem', 'BatchGetItem', 'PutItem', 'ConditionCheckItem');
  allowIndexes(fn, tables.ports, 'byHost', 'listing');
  allowRows(fn, tables.networks, 'GetItem', 'PutItem', 'DeleteItem');
  allowRows(fn, tables.conditions, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem');
  allowRows(fn, tables.sources, 'GetItem');
  allowRows(fn, tables.unmatched, 'BatchGetItem', 'PutItem', 'UpdateItem');
  allowRows(fn, tables.cloud, 'GetItem', 'PutItem');
}

/** The mirror's construct under its name; an empty object without a cloud. */
export function cloudMirrorOf(
  scope: Construct,
  wiring: Wiring,
): { readonly CloudMirror?: CloudMirror } {
  const { cloudQueues } = wiring.messaging;
  if (!cloudQueues) return {};
  const { mirror: queue, tasks } = cloudQueues;
  return { CloudMirror: new CloudMirror(scope, 'CloudMirror', { ...wiring, queue, tasks }) };
}
