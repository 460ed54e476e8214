import { Duration } from 'aws-cdk-lib';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { allowCountingSubscribers, allowPublish, allowRows, allowSend } from './grants.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/**
 * When Lambda gives up a record that cannot be handled, so that it does not block the records
 * behind it in its shard. A failed batch is halved until the record is alone; halving does not
 * count as a retry. The number of retries ends it first: the records behind it are as old, and a
 * limit on age would drop them too. A stream keeps a record for 24 hours; the limit on age leaves
 * an operator 12 of them to read the record and send it again.
 */
const givingUp = {
  bisectBatchOnError: true,
  retryAttempts: 100,
  maxRecordAge: Duration.hours(12),
};

/**
 * The safe lane: sends the event of every change of a row again some seconds later, and publishes
 * the change for operators.
 */
export class Reconciler extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, messaging, settings }: Wiring) {
    super(scope, id);
    const { cloudQueues } = messaging;
    this.function = new ServiceFunction(this, 'Function', {
      name: 'reconciler',
      description: 'Doctor: sends the safe copies of changes of hosts, instances and ports',
      errorImpact: 'events that a writer failed to send stay in the streams, for 12 hours at most',
      timeout: Duration.seconds(30),
      environment: {
        AFFECTED_TABLE: tables.affected.tableName,
        ACTIVITY_TABLE: tables.activity.tableName,
        EVENT_QUEUE_URL: messaging.eventQueue.queueUrl,
        CHANGE_QUEUE_URL: messaging.changeQueue.queueUrl,
        EVENT_DLQ_URL: messaging.eventDeadLetters.queueUrl,
        FAULT_QUEUE_URL: messaging.faultQueue.queueUrl,
        REPORT_QUEUE_URL: messaging.reportQueue.queueUrl,
        EVENTS_TOPIC_ARN: messaging.events.topicArn,
        ...(cloudQueues && {
          CLOUD_QUEUE_URL: cloudQueues.tasks.queueUrl,
          MOVE_QUEUE_URL: cloudQueues.moves.queueUrl,
        }),
        ...variablesOf(settings, 'safeLaneDelaySeconds', 'finishDelaysSeconds'),
      },
    });
    const { function: fn } = this;
    // No deletions: a tombstone was written before each, and that write was a change already.
    const written = { eventName: FilterRule.or('INSERT', 'MODIFY') };
    // Heartbeats write a host's row without a change. All other writes set `written_by` to `change`,
    // also the write for a host that missed its heartbeats and sends them again.
    const changed = { dynamodb: { NewImage: { written_by: { S: FilterRule.isEqual('change') } } } };
    const sources = [
      { table: tables.hosts, filter: { ...written, ...changed } },
      { table: tables.instances, filter: written },
      { table: tables.ports, filter: written },
    ];
    for (const { table, filter } of sources) {
      fn.addEventSource(
        new DynamoEventSource(table, {
          startingPosition: StartingPosition.TRIM_HORIZON,
          batchSize: 100,
          ...givingUp,
          // Lambda sends with the function's own role; CDK's class would grant more than the sending.
          onFailure: { bind: () => ({ destination: messaging.streamDeadLetters.queueArn }) },
          filters: [FilterCriteria.filter(filter)],
        }),
      );
    }
    allowRows(fn, tables.affected, 'UpdateItem', 'Query');
    allowRows(fn, tables.activity, 'PartiQLInsert');
    allowSend(fn, messaging.eventQueue);
    allowSend(fn, messaging.changeQueue);
    allowSend(fn, messaging.eventDeadLetters);
    allowSend(fn, messaging.faultQueue);
    allowSend(fn, messaging.reportQueue);
    if (cloudQueues) {
      allowSend(fn, cloudQueues.tasks);
      allowSend(fn, cloudQueues.moves);
    }
    allowSend(fn, messaging.streamDeadLetters);
    allowPublish(fn, messaging.events);
    allowCountingSubscribers(fn, messaging.events);
  }
}
