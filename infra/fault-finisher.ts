import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { allowIndexes, allowRows, allowSend } from './grants.ts';
import { finisherConcurrency, finisherTimeoutSeconds } from './messaging.ts';
import { ServiceFunction } from './service-function.ts';
import type { Capability, Wiring } from './wiring.ts';

/** Goes through the instances and ports of a failed host again: for a dying writer, or an index that lagged. */
export class FaultFinisher extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, messaging }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'fault-finisher',
      description:
        'Doctor: applies a host fault to the instances and ports that its report did not reach',
      errorImpact:
        'instances of a failed host may stay active in their rows; readers see the truth',
      timeout: Duration.seconds(finisherTimeoutSeconds),
      environment: {
        HOSTS_TABLE: tables.hosts.tableName,
        INSTANCES_TABLE: tables.instances.tableName,
        MIGRATIONS_TABLE: tables.migrations.tableName,
        PORTS_TABLE: tables.ports.tableName,
        EVENT_QUEUE_URL: messaging.eventQueue.queueUrl,
        CHANGE_QUEUE_URL: messaging.changeQueue.queueUrl,
      },
    });
    const { function: fn } = this;
    fn.addEventSource(
      new SqsEventSource(messaging.faultQueue, {
        batchSize: 1,
        reportBatchItemFailures: true,
        maxConcurrency: finisherConcurrency,
      }),
    );
    allowRows(fn, tables.hosts, 'GetItem');
    allowIndexes(fn, tables.instances, 'byHost', 'byTarget');
    allowRows(fn, tables.instances, 'BatchGetItem', 'PutItem');
    allowRows(fn, tables.migrations, 'PutItem');
    allowRows(fn, tables.ports, 'GetItem', 'BatchGetItem', 'PutItem', 'ConditionCheckItem');
    allowIndexes(fn, tables.ports, 'byHost');
    allowSend(fn, messaging.eventQueue);
    allowSend(fn, messaging.changeQueue);
  }
}
