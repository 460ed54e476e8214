import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { allowIndexes, allowPublish, allowRows, allowSend } from './grants.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/** Every minute: publishes what an evaluator wrote and died before it had told. */
export class Sweeper extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, messaging, settings }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'sweeper',
      description: 'Doctor: publishes notifications that were written and not delivered',
      errorImpact: 'notifications of an evaluator that died stay untold',
      timeout: Duration.seconds(50),
      environment: {
        HISTORY_TABLE: tables.history.tableName,
        WEBHOOK_QUEUE_URL: messaging.webhookQueue.queueUrl,
        NOTIFICATIONS_TOPIC_ARNS: messaging.topicArns,
        ...variablesOf(settings, 'evaluatorTimeoutSeconds', 'historyRetentionDays'),
      },
    });
    const { function: fn } = this;
    // Lambda would run a failed sweep again beside the next minute's: both would tell the same rows.
    fn.configureAsyncInvoke({ retryAttempts: 0 });
    new Rule(this, 'EveryMinute', {
      schedule: Schedule.rate(Duration.minutes(1)),
      // The next minute's run does what a failed one did not.
      targets: [new LambdaFunction(fn, { retryAttempts: 0 })],
    });
    allowIndexes(fn, tables.history, 'undelivered');
    allowRows(fn, tables.history, 'BatchGetItem', 'PartiQLUpdate');
    allowSend(fn, messaging.webhookQueue);
    for (const topic of messaging.notifications) allowPublish(fn, topic);
  }
}
