import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct, type IConstruct } from 'constructs';
import { allowCloud, cloudVariables } from './cloud.ts';
import { allowIndexes, allowRows, allowSend } from './grants.ts';
import { type CloudQueues, cloudConcurrency, cloudTimeoutSeconds } from './messaging.ts';
import { ServiceFunction } from './service-function.ts';
import { type ServiceSettings, variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/**
 * Applies Doctor's state to the cloud of the setting `cloud`, and has Nova evacuate. It exists with
 * that setting only.
 */
class CloudFaults extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(
    scope: Construct,
    id: string,
    { tables, messaging, settings }: Wiring,
    { tasks, moves, mirror, deadLetters }: CloudQueues,
  ) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'cloud-faults',
      description: 'Doctor: applies faults to the OpenStack cloud, and has Nova evacuate servers',
      errorImpact:
        'the cloud shows faults late, and evacuations take longer; Doctor itself is right',
      timeout: Duration.seconds(cloudTimeoutSeconds),
      environment: {
        HOSTS_TABLE: tables.hosts.tableName,
        FAULTS_TABLE: tables.faults.tableName,
        INSTANCES_TABLE: tables.instances.tableName,
        MIGRATIONS_TABLE: tables.migrations.tableName,
        PORTS_TABLE: tables.ports.tableName,
        EVENT_QUEUE_URL: messaging.eventQueue.queueUrl,
        CHANGE_QUEUE_URL: messaging.changeQueue.queueUrl,
        CLOUD_QUEUE_URL: tasks.queueUrl,
        MOVE_QUEUE_URL: moves.queueUrl,
        CLOUD_DLQ_URL: deadLetters.queueUrl,
        MIRROR_QUEUE_URL: mirror.queueUrl,
        ...cloudVariables(settings),
        ...variablesOf(settings, 'cloudServersOnFault', 'cloudCallsInFlight'),
      },
    });
    const { function: fn } = this;
    for (const queue of [tasks, moves]) {
      fn.addEventSource(
        new SqsEventSource(queue, {
          batchSize: 1,
          reportBatchItemFailures: true,
          maxConcurrency: cloudConcurrency,
        }),
      );
    }
    allowCloud(fn, settings);
    allowRows(fn, tables.hosts, 'GetItem', 'UpdateItem', 'ConditionCheckItem');
    allowRows(fn, tables.faults, 'UpdateItem');
    allowRows(fn, tables.instances, 'GetItem', 'BatchGetItem', 'PutItem');
    allowIndexes(fn, tables.instances, 'byHost');
    allowRows(fn, tables.migrations, 'GetItem', 'PutItem', 'UpdateItem');
    allowRows(fn, tables.ports, 'GetItem', 'BatchGetItem');
    allowIndexes(fn, tables.ports, 'byHost');
    const { eventQueue, changeQueue } = messaging;
    for (const queue of [eventQueue, changeQueue, tasks, moves, mirror, deadLetters]) {
      allowSend(fn, queue);
    }
  }
}

/** The construct under its name; an empty object without the setting `cloud`. */
export function cloudFaultsOf(
  scope: Construct,
  wiring: Wiring,
): { readonly CloudFaults?: CloudFaults } {
  const { cloudQueues } = wiring.messaging;
  return cloudQueues
    ? { CloudFaults: new CloudFaults(scope, 'CloudFaults', wiring, cloudQueues) }
    : {};
}

/** Fails the synth if Nova is to move servers and no cloud is set. */
export function requireCloudForMoves(
  scope: IConstruct,
  { cloud, evacuationExecutor }: ServiceSettings,
): void {
  const complaint = 'the setting evacuationExecutor=openstack needs the setting cloud';
  const isWrong = evacuationExecutor === 'openstack' && cloud === '';
  scope.node.addValidation({ validate: () => (isWrong ? [complaint] : []) });
}
