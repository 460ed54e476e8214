import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { allowPublish, allowRows, allowSecret, allowSend } from './grants.ts';
import { webhookSenderTimeoutSeconds } from './messaging.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/** Calls the actions of alarms: first attempts from one queue, retries from another. */
export class WebhookSender extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, messaging, secrets, settings }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'webhook-sender',
      description: 'Doctor: calls the actions of alarms, such as webhooks',
      errorImpact: 'webhooks are late; after ten receives a webhook is in the dead-letter queue',
      timeout: Duration.seconds(webhookSenderTimeoutSeconds),
      environment: {
        ALARMS_TABLE: tables.alarms.tableName,
        HISTORY_TABLE: tables.history.tableName,
        PLACES_TABLE: tables.places.tableName,
        ACTIVITY_TABLE: tables.activity.tableName,
        ...variablesOf(
          settings,
          'webhookPlacesPerProject',
          'webhookPostsPerReceiver',
          'webhookPostsPerProject',
        ),
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
        // libuv uses at most half of its threads to look up names, and a lookup continues after its
        // attempt has timed out. So there are enough threads for the lookups of three batches at
        // once.
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
    allowRows(fn, tables.activity, 'UpdateItem');
    allowSecret(fn, secrets.webhooks);
    for (const topicArn of settings.actionTopics) allowPublish(fn, { topicArn });
    allowSend(fn, messaging.webhookQueue);
    allowSend(fn, messaging.webhookRetryQueue);
    allowSend(fn, messaging.webhookDeadLetters);
  }
}
