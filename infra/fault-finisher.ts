import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { allowIndexes, allowRows, allowSend } from './grants.ts';
import { finisherConcurrency, finisherTimeoutSeconds } from './messaging.ts';
import { ServiceFunction } from './service-function.ts';
import type { Capability, Wiring } from './wiring.ts';

/**
 * Checks the instances and ports of a failed host again, because the function that took the report
 * may have crashed, or an index may have lagged.
 */
export class FaultFinisher extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, messaging }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'fault-finisher',
      description: 'Doctor: applies a host fault to the instances and ports that its report missed',
      errorImpact:
        'rows of instances of a failed host may stay active; API answers are right all the same',
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
