/**
 * CloudWatch alarms on lateness, and the topic to which all CloudWatch alarms of the stack publish.
 * On AWS only: emulators have none of these metrics.
 */
import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Messaging } from './messaging.ts';
import type { ServiceSettings } from './settings.ts';

export interface LatenessProps {
  readonly messaging: Messaging;
  readonly settings: ServiceSettings;
  /** All functions, by the name of their construct. */
  readonly functions: Readonly<Record<string, IFunction>>;
  /** The function that reads the streams. */
  readonly streamReader: IFunction;
  /** The API's answers with 5xx. */
  readonly serverErrors: Metric;
}

/** When a metric becomes an alarm. */
interface Limit {
  readonly threshold: number;
  /** The number of one-minute periods that the alarm looks at. */
  readonly minutes: number;
  /** How many of them must reach the threshold. */
  readonly late: number;
}

const period = Duration.minutes(1);

/**
 * The age in seconds at which the oldest message of a queue is late: the longest intended delay of
 * messages, plus the time that may pass before an operator must act.
 */
const lateAfter = (messaging: Messaging, settings: ServiceSettings) => {
  const { safeLaneDelaySeconds: copy, finishDelaysSeconds: finish } = settings;
  return [
    { name: 'EventQueue', queue: messaging.eventQueue, seconds: copy + 30 },
    { name: 'ChangeQueue', queue: messaging.changeQueue, seconds: copy + 120 },
    { name: 'UrgentQueue', queue: messaging.urgentQueue, seconds: 120 },
    { name: 'BulkQueue', queue: messaging.bulkQueue, seconds: 900 },
    { name: 'WideQueue', queue: messaging.wideQueue, seconds: 900 },
    { name: 'TimeoutQueue', queue: messaging.timeoutQueue, seconds: 60 },
    { name: 'PeriodicQueue', queue: messaging.periodicQueue, seconds: 120 },
    // An alarm whose round is late counts as not answered, so this queue empties by itself.
    { name: 'PeriodicSlowQueue', queue: messaging.periodicSlowQueue, seconds: 300 },
    { name: 'ReportQueue', queue: messaging.reportQueue, seconds: 60 },
    ...(messaging.inventoryQueue
      ? [{ name: 'InventoryQueue', queue: messaging.inventoryQueue, seconds: 300 }]
      : []),
    ...(messaging.cloudQueues
      ? [
          { name: 'CloudQueue', queue: messaging.cloudQueues.tasks, seconds: 900 },
          { name: 'MoveQueue', queue: messaging.cloudQueues.moves, seconds: 900 },
          { name: 'MirrorQueue', queue: messaging.cloudQueues.mirror, seconds: 300 },
        ]
      : []),
    { name: 'FaultQueue', queue: messaging.faultQueue, seconds: Math.max(...finish) + 300 },
    { name: 'WebhookQueue', queue: messaging.webhookQueue, seconds: 120 },
    // The last tick of a minute is delayed for 66 seconds.
    { name: 'TickQueue', queue: messaging.tickQueue, seconds: 130 },
    // The longest pause between two tries is 900 seconds.
    { name: 'WebhookRetryQueue', queue: messaging.webhookRetryQueue, seconds: 1200 },
  ];
};

/**
 * Creates the alarms. They, and those on dead letters and errors, publish to the topic of alarms.
 */
export class Lateness extends Construct {
  constructor(scope: Construct, id: string, props: LatenessProps) {
    super(scope, id);
    const { messaging, settings, functions, streamReader, serverErrors } = props;

    for (const { name, queue, seconds } of lateAfter(messaging, settings)) {
      this.#alarm(
        `${name}Age`,
        queue.metricApproximateAgeOfOldestMessage({ period }),
        { threshold: seconds, minutes: 3, late: 2 },
        `The oldest message of ${name} is more than ${seconds} seconds old: what it reports is late`,
      );
    }
    for (const [name, fn] of Object.entries(functions)) {
      this.#alarm(
        `${name}Throttles`,
        fn.metricThrottles({ period }),
        { threshold: 1, minutes: 5, late: 3 },
        `${name} is refused by Lambda: raise its concurrency, or the account's`,
      );
    }
    // Lambda reports this metric per function, not per mapping: it is the age of the stream that is
    // furthest behind.
    this.#alarm(
      'StreamAge',
      streamReader.metric('IteratorAge', { period, statistic: Stats.MAXIMUM }),
      { threshold: 60_000, minutes: 3, late: 2 },
      'The reconciler is a minute behind the stream of hosts, instances or ports: safe copies are late',
    );
    this.#alarm(
      'ApiServerErrors',
      serverErrors,
      { threshold: 1, minutes: 5, late: 3 },
      'The API answers with 5xx: reports are refused, and their senders repeat them',
    );
    this.#alarm(
      'Undelivered',
      new Metric({
        namespace: 'Doctor',
        metricName: 'NotificationsUndelivered',
        dimensionsMap: { service: 'sweeper' },
        statistic: Stats.MAXIMUM,
        period,
      }),
      { threshold: 1, minutes: 5, late: 3 },
      'Notifications that were written are not published, although the sweeper tries',
    );
    this.#notify(messaging.alarms, settings.alarmEmail);
  }

  #alarm(id: string, metric: Metric, { threshold, minutes, late }: Limit, means: string): void {
    metric.createAlarm(this, id, {
      alarmDescription: means,
      threshold,
      evaluationPeriods: minutes,
      datapointsToAlarm: late,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  /** All alarms of the stack publish to the topic when they begin and when they end. */
  #notify(topic: Topic, email: string): void {
    topic.grantPublish(
      new ServicePrincipal('cloudwatch.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (email !== '') topic.addSubscription(new EmailSubscription(email));
    const notify = new SnsAction(topic);
    for (const each of Stack.of(this).node.findAll()) {
      if (!(each instanceof Alarm)) continue;
      each.addAlarmAction(notify);
      each.addOkAction(notify);
    }
  }
}
