import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { allowIndexes, allowPublish, allowRows, allowSend } from './grants.ts';
import { topicVariables } from './messaging.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/**
 * Publishes each minute the notifications that an evaluator wrote but did not publish, and those
 * that a silence held until it ended.
 */
export class Sweeper extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, messaging, settings }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'sweeper',
      description:
        'Doctor: publishes notifications that an evaluator wrote but did not publish, and ends silences',
      errorImpact:
        'notifications that an evaluator wrote but did not publish, or that a silence held, are not sent',
      timeout: Duration.seconds(50),
      environment: {
        HISTORY_TABLE: tables.history.tableName,
        ALARMS_TABLE: tables.alarms.tableName,
        QUOTAS_TABLE: tables.quotas.tableName,
        SILENCES_TABLE: tables.silences.tableName,
        ACTIVITY_TABLE: tables.activity.tableName,
        WEBHOOK_QUEUE_URL: messaging.webhookQueue.queueUrl,
        GROUP_QUEUE_URL: messaging.eventQueue.queueUrl,
        ...topicVariables(messaging),
        ...variablesOf(settings, 'evaluatorTimeoutSeconds', 'historyRetentionDays'),
      },
    });
    const { function: fn } = this;
    // No retries: Lambda would run a retry beside the next minute's sweep, and both would publish
    // the same rows.
    fn.configureAsyncInvoke({ retryAttempts: 0 });
    new Rule(this, 'EveryMinute', {
      schedule: Schedule.rate(Duration.minutes(1)),
      // The next minute's run does the work of a failed one.
      targets: [new LambdaFunction(fn, { retryAttempts: 0 })],
    });
    allowIndexes(fn, tables.history, 'undelivered');
    allowRows(fn, tables.history, 'BatchGetItem', 'UpdateItem', 'PartiQLUpdate');
    allowRows(fn, tables.alarms, 'BatchGetItem', 'ConditionCheckItem');
    allowRows(fn, tables.quotas, 'BatchGetItem', 'UpdateItem');
    allowRows(fn, tables.silences, 'BatchGetItem', 'UpdateItem');
    allowIndexes(fn, tables.silences, 'due');
    allowRows(fn, tables.activity, 'PartiQLInsert', 'UpdateItem');
    allowSend(fn, messaging.webhookQueue);
    allowSend(fn, messaging.eventQueue);
    for (const topic of [...messaging.notifications, ...messaging.groups]) allowPublish(fn, topic);
  }
}
