import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { allowRows, allowSend } from './grants.ts';
import { timekeeperConcurrency, timekeeperTimeoutSeconds } from './messaging.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/**
 * Looks every few seconds for what is due: timers of alarms, and hosts whose heartbeats have
 * stopped.
 */
export class Timekeeper extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, messaging, settings }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'timekeeper',
      description: 'Doctor: notices what is due, every few seconds',
      errorImpact: 'alarms on events that do not come, and missed heartbeats, are late',
      timeout: Duration.seconds(timekeeperTimeoutSeconds),
      environment: {
        TIMERS_TABLE: tables.timers.tableName,
        HOSTS_TABLE: tables.hosts.tableName,
        ROSTER_TABLE: tables.roster.tableName,
        TICK_QUEUE_URL: messaging.tickQueue.queueUrl,
        REPORT_QUEUE_URL: messaging.reportQueue.queueUrl,
        TIMEOUT_QUEUE_URL: messaging.timeoutQueue.queueUrl,
        ...variablesOf(settings, 'reportMissedHeartbeats', 'serviceDownTimeSeconds'),
      },
    });
    const { function: fn } = this;
    new Rule(this, 'EveryMinute', {
      schedule: Schedule.rate(Duration.minutes(1)),
      // A repeated run queues its ticks twice, which does no harm: the second tick finds nothing to
      // do.
      targets: [new LambdaFunction(fn)],
    });
    fn.addEventSource(
      new SqsEventSource(messaging.tickQueue, {
        batchSize: 10,
        reportBatchItemFailures: true,
        maxConcurrency: timekeeperConcurrency,
      }),
    );
    allowRows(fn, tables.timers, 'Query', 'PutItem', 'UpdateItem', 'PartiQLDelete');
    allowRows(fn, tables.hosts, 'BatchGetItem');
    allowRows(fn, tables.roster, 'Query');
    allowSend(fn, messaging.tickQueue);
    allowSend(fn, messaging.reportQueue);
    allowSend(fn, messaging.timeoutQueue);
  }
}
