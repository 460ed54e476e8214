import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { allowIndexes, allowPublish, allowRows, allowSend } from './grants.ts';
import { ServiceFunction } from './service-function.ts';
import type { Capability, Wiring } from './wiring.ts';

/** Fires alarms for the events of the queue. */
export class AlarmEvaluator extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, messaging, settings }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'alarm-evaluator',
      description: 'Doctor: fires the alarms that an event meets, and notifies',
      errorImpact: 'notifications are late; after ten tries an event is in the dead-letter queue',
      timeout: Duration.seconds(settings.evaluatorTimeoutSeconds),
      environment: {
        ALARMS_TABLE: tables.alarms.tableName,
        HISTORY_TABLE: tables.history.tableName,
        EVENT_QUEUE_URL: messaging.eventQueue.queueUrl,
        EVENT_DLQ_URL: messaging.eventDeadLetters.queueUrl,
        WEBHOOK_QUEUE_URL: messaging.webhookQueue.queueUrl,
        NOTIFICATIONS_TOPIC_ARNS: messaging.topicArns,
        HISTORY_RETENTION_DAYS: String(settings.historyRetentionDays),
      },
    });
    const { function: fn } = this;
    fn.addEventSource(
      new SqsEventSource(messaging.eventQueue, {
        batchSize: 2,
        reportBatchItemFailures: true,
        // Not reserved concurrency: that would burn the messages' receive counts.
        maxConcurrency: settings.evaluatorConcurrency,
      }),
    );
    allowIndexes(fn, tables.alarms, 'lookup');
    allowRows(fn, tables.alarms, 'BatchGetItem', 'UpdateItem');
    allowRows(fn, tables.history, 'PutItem', 'PartiQLUpdate');
    allowSend(fn, messaging.webhookQueue);
    for (const topic of messaging.notifications) allowPublish(fn, topic);
    allowSend(fn, messaging.eventQueue);
    allowSend(fn, messaging.eventDeadLetters);
  }
}
