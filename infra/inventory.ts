import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { allowRows, allowSend } from './grants.ts';
import { inventoryTimeoutSeconds, type Messaging } from './messaging.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/** The variable of functions that take events from outside. */
export const inventoryVariables = ({ inventoryQueue: queue }: Messaging) =>
  queue ? { INVENTORY_QUEUE_URL: queue.queueUrl } : {};

/**
 * Registers, changes and deletes servers and ports as events from outside say. It exists with the
 * setting `inventoryFromEvents` only.
 */
export class Inventory extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, messaging, settings }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'inventory',
      description: 'Doctor: takes servers over from events from outside',
      errorImpact:
        'servers are registered late; after ten receives an event is in the dead-letter queue',
      timeout: Duration.seconds(inventoryTimeoutSeconds),
      environment: {
        HOSTS_TABLE: tables.hosts.tableName,
        ROSTER_TABLE: tables.roster.tableName,
        INSTANCES_TABLE: tables.instances.tableName,
        MIGRATIONS_TABLE: tables.migrations.tableName,
        PORTS_TABLE: tables.ports.tableName,
        NETWORKS_TABLE: tables.networks.tableName,
        CONDITIONS_TABLE: tables.conditions.tableName,
        EVENT_QUEUE_URL: messaging.eventQueue.queueUrl,
        CHANGE_QUEUE_URL: messaging.changeQueue.queueUrl,
        URGENT_QUEUE_URL: messaging.urgentQueue.queueUrl,
        BULK_QUEUE_URL: messaging.bulkQueue.queueUrl,
        BULK_DLQ_URL: messaging.bulkDeadLetters.queueUrl,
        ...variablesOf(settings, 'safeLaneDelaySeconds'),
      },
    });
    const { function: fn } = this;
    if (messaging.inventoryQueue) {
      fn.addEventSource(
        new SqsEventSource(messaging.inventoryQueue, {
          batchSize: 2,
          reportBatchItemFailures: true,
          maxConcurrency: 2,
        }),
      );
    }
    allowRows(fn, tables.hosts, 'GetItem', 'PutItem', 'UpdateItem');
    allowRows(fn, tables.roster, 'PutItem', 'UpdateItem', 'DeleteItem');
    allowRows(fn, tables.instances, 'GetItem', 'PutItem');
    allowRows(fn, tables.migrations, 'GetItem', 'PutItem', 'UpdateItem');
    allowRows(fn, tables.ports, 'GetItem', 'BatchGetItem', 'PutItem', 'ConditionCheckItem');
    allowRows(fn, tables.networks, 'GetItem', 'PutItem', 'DeleteItem');
    allowRows(fn, tables.conditions, 'GetItem');
    const { eventQueue, changeQueue, urgentQueue, bulkQueue, bulkDeadLetters } = messaging;
    for (const queue of [eventQueue, changeQueue, urgentQueue, bulkQueue, bulkDeadLetters]) {
      allowSend(fn, queue);
    }
  }
}
