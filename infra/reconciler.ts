import { Duration } from 'aws-cdk-lib';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { allowPublish, allowRows, allowSend } from './grants.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/** The safe lane: what changed in a table is sent again, later, and told to the operators. */
export class Reconciler extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, messaging, settings }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'reconciler',
      description:
        'Doctor: sends the safe copy of what the streams of hosts, instances and ports show',
      errorImpact: 'events that a dying writer did not send wait in the stream, for 24 hours',
      timeout: Duration.seconds(30),
      environment: {
        AFFECTED_TABLE: tables.affected.tableName,
        EVENT_QUEUE_URL: messaging.eventQueue.queueUrl,
        CHANGE_QUEUE_URL: messaging.changeQueue.queueUrl,
        EVENT_DLQ_URL: messaging.eventDeadLetters.queueUrl,
        FAULT_QUEUE_URL: messaging.faultQueue.queueUrl,
        EVENTS_TOPIC_ARN: messaging.events.topicArn,
        ...variablesOf(settings, 'safeLaneDelaySeconds', 'finishDelaysSeconds'),
      },
    });
    const { function: fn } = this;
    // Deletions say nothing new: a tombstone was written before.
    const written = { eventName: FilterRule.or('INSERT', 'MODIFY') };
    // Every write of a host's row says `change`, but for heartbeats, which are no news.
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
          filters: [FilterCriteria.filter(filter)],
        }),
      );
    }
    allowRows(fn, tables.affected, 'UpdateItem');
    allowSend(fn, messaging.eventQueue);
    allowSend(fn, messaging.changeQueue);
    allowSend(fn, messaging.eventDeadLetters);
    allowSend(fn, messaging.faultQueue);
    allowPublish(fn, messaging.events);
  }
}
