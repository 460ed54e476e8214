import { Duration } from 'aws-cdk-lib';
import { Match, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { allowIndexes, allowRows, allowSend } from './grants.ts';
import { inventoryVariables } from './inventory.ts';
import { type Messaging, receiverConcurrency, receiverTimeoutSeconds } from './messaging.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/**
 * Receives reports that arrive without HTTP: CloudWatch alarms by EventBridge, and messages of
 * other senders in the account.
 */
export class ReportReceiver extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, messaging, settings }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'report-receiver',
      description: 'Doctor: takes reports from the AWS account',
      errorImpact:
        'reports from the AWS account are late; after ten receives a report is in the dead-letter queue',
      timeout: Duration.seconds(receiverTimeoutSeconds),
      environment: {
        HOSTS_TABLE: tables.hosts.tableName,
        ROSTER_TABLE: tables.roster.tableName,
        FAULTS_TABLE: tables.faults.tableName,
        INSTANCES_TABLE: tables.instances.tableName,
        MIGRATIONS_TABLE: tables.migrations.tableName,
        PORTS_TABLE: tables.ports.tableName,
        CONDITIONS_TABLE: tables.conditions.tableName,
        SOURCES_TABLE: tables.sources.tableName,
        UNMATCHED_TABLE: tables.unmatched.tableName,
        EVENT_QUEUE_URL: messaging.eventQueue.queueUrl,
        CHANGE_QUEUE_URL: messaging.changeQueue.queueUrl,
        URGENT_QUEUE_URL: messaging.urgentQueue.queueUrl,
        BULK_QUEUE_URL: messaging.bulkQueue.queueUrl,
        BULK_DLQ_URL: messaging.bulkDeadLetters.queueUrl,
        ...inventoryVariables(messaging),
        REPORT_DLQ_URL: messaging.reportDeadLetters.queueUrl,
        ...variablesOf(settings, 'safeLaneDelaySeconds', 'serviceDownTimeSeconds'),
      },
    });
    const { function: fn } = this;
    fn.addEventSource(
      new SqsEventSource(messaging.reportQueue, {
        batchSize: 10,
        reportBatchItemFailures: true,
        maxConcurrency: receiverConcurrency,
      }),
    );
    const { hosts, faults, instances, migrations, conditions, sources, unmatched } = tables;
    allowRows(fn, hosts, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'PartiQLUpdate');
    allowRows(fn, tables.roster, 'PutItem', 'UpdateItem', 'DeleteItem', 'PartiQLUpdate');
    allowRows(fn, faults, 'PutItem', 'UpdateItem');
    allowRows(fn, instances, 'GetItem', 'BatchGetItem', 'PutItem');
    allowIndexes(fn, instances, 'byHost', 'rowsByHost', 'byTarget');
    allowRows(fn, migrations, 'GetItem', 'BatchGetItem', 'PutItem', 'ConditionCheckItem');
    allowRows(fn, tables.ports, 'GetItem', 'BatchGetItem', 'PutItem');
    allowIndexes(fn, tables.ports, 'byHost');
    allowRows(fn, conditions, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem');
    allowRows(fn, sources, 'GetItem');
    allowRows(fn, unmatched, 'BatchGetItem', 'PutItem', 'UpdateItem');
    for (const queue of queuesOf(messaging)) allowSend(fn, queue);
    if (messaging.inventoryQueue) allowSend(fn, messaging.inventoryQueue);
    if (settings.cloudWatchAlarmPrefix !== '') {
      ruleOfAlarms(this, settings.cloudWatchAlarmPrefix, messaging);
    }
    for (const [n, arn] of settings.cloudWatchTopicArns.entries()) {
      const topic = Topic.fromTopicArn(this, `AlarmTopic${n}`, arn);
      topic.addSubscription(
        new SqsSubscription(messaging.reportQueue, {
          deadLetterQueue: messaging.reportDeadLetters,
        }),
      );
    }
  }
}

/**
 * The queues of events that the function sends to, and the queues of messages that it cannot read.
 */
const queuesOf = ({
  eventQueue,
  changeQueue,
  urgentQueue,
  bulkQueue,
  bulkDeadLetters,
  reportDeadLetters,
}: Messaging) => [
  ...[eventQueue, changeQueue, urgentQueue, bulkQueue, bulkDeadLetters, reportDeadLetters],
];

/** Sends the changes of state of the alarms whose names begin with the prefix to the queue of reports. */
const ruleOfAlarms = (scope: Construct, prefix: string, messaging: Messaging): Rule =>
  new Rule(scope, 'Alarms', {
    description: 'Doctor: CloudWatch alarms that report hosts',
    eventPattern: {
      source: ['aws.cloudwatch'],
      detailType: ['CloudWatch Alarm State Change'],
      detail: { alarmName: Match.prefix(prefix) },
    },
    targets: [
      new SqsQueue(messaging.reportQueue, { deadLetterQueue: messaging.reportDeadLetters }),
    ],
  });
