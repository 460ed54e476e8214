import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { allowPublish, allowRows, allowSecret, allowSend } from './grants.ts';
import { webhookSenderTimeoutSeconds } from './messaging.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/** Tells the actions of alarms: first tries from one queue, all further ones from another. */
export class WebhookSender extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, messaging, secrets, settings }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'webhook-sender',
      description: 'Doctor: posts what alarms tell to their actions',
      errorImpact:
        'webhooks are late; after ten tries to handle one it is in the dead-letter queue',
      timeout: Duration.seconds(webhookSenderTimeoutSeconds),
      environment: {
        ALARMS_TABLE: tables.alarms.tableName,
        HISTORY_TABLE: tables.history.tableName,
        PLACES_TABLE: tables.places.tableName,
        ...variablesOf(settings, 'webhookPlacesPerProject'),
        WEBHOOK_QUEUE_URL: messaging.webhookQueue.queueUrl,
        ...variablesOf(settings, 'actionTopics'),
        WEBHOOK_RETRY_QUEUE_URL: messaging.webhookRetryQueue.queueUrl,
        WEBHOOK_DLQ_URL: messaging.webhookDeadLetters.queueUrl,
        WEBHOOK_SECRET_ARN: secrets.webhooks.secretArn,
        ...variablesOf(
          settings,
          'webhookTimeoutSeconds',
          'webhookAttempts',
          'webhookAllowedRanges',
        ),
        // Lookups of names wait in threads, in half of them at most, and go on when their try is over:
        // those of a batch and of two before it must not hold each other up.
        UV_THREADPOOL_SIZE: '64',
      },
    });
    const { function: fn } = this;
    for (const queue of [messaging.webhookQueue, messaging.webhookRetryQueue]) {
      fn.addEventSource(
        new SqsEventSource(queue, {
          batchSize: 10,
          reportBatchItemFailures: true,
          maxConcurrency: settings.webhookConcurrency,
        }),
      );
    }
    allowRows(fn, tables.alarms, 'BatchGetItem');
    allowRows(fn, tables.history, 'GetItem', 'UpdateItem');
    allowRows(fn, tables.places, 'PutItem', 'UpdateItem', 'DeleteItem');
    allowSecret(fn, secrets.webhooks);
    for (const topicArn of settings.actionTopics) allowPublish(fn, { topicArn });
    allowSend(fn, messaging.webhookQueue);
    allowSend(fn, messaging.webhookRetryQueue);
    allowSend(fn, messaging.webhookDeadLetters);
  }
}
