import { Duration, Stack } from 'aws-cdk-lib';
import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { type DeadLetterQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ServiceSettings } from './settings.ts';

export interface MessagingProps {
  readonly settings: ServiceSettings;
  /** True: callers without TLS are refused. False on emulators, which call without TLS. */
  readonly secureTransport: boolean;
}

/** The timeout of the fault-finisher for one message, in seconds. */
export const finisherTimeoutSeconds = 60;

/** Concurrent runs of the fault-finisher. */
export const finisherConcurrency = 2;

/** The timeout of the receiver of reports for a batch, in seconds. */
export const receiverTimeoutSeconds = 60;

/** The timeout of the inventory for a message, in seconds. */
export const inventoryTimeoutSeconds = 60;

/** The timeout of the mirror of the cloud for a turn of a job, in seconds. */
export const mirrorTimeoutSeconds = 65;
/**
 * Concurrent runs of the mirror: one for each of its four jobs, so that no job waits for another.
 */
export const mirrorConcurrency = 4;
/** The timeout of the function that applies Doctor's state to the cloud for a message, in seconds. */
export const cloudTimeoutSeconds = 120;

/**
 * Concurrent runs of that function for each of its two queues. Few, so that the cloud gets few
 * requests at once.
 */
export const cloudConcurrency = 2;

/** The queues of the function that applies Doctor's state to the cloud. */
export interface CloudQueues {
  /** Services of hosts, and ports. */
  readonly tasks: Queue;
  /** Steps of evacuations, so that those of a large host do not delay the next host's fault. */
  readonly moves: Queue;
  /** Turns of the jobs that mirror the cloud. */
  readonly mirror: Queue;
  readonly deadLetters: Queue;
}

/** Concurrent runs of the receiver of reports. */
export const receiverConcurrency = 5;

/** The timeout of the timekeeper for a batch of ticks, in seconds. */
export const timekeeperTimeoutSeconds = 50;

/** Concurrent runs of the timekeeper: two, so that one that hangs does not delay the next tick. */
export const timekeeperConcurrency = 2;

/** The timeout of a batch of webhooks, sent at the same time: the longest timeout of one, and a margin. */
export const webhookSenderTimeoutSeconds = 30;

/** A message is moved to the dead-letter queue after ten receives. */
const into = (queue: Queue): DeadLetterQueue => ({ queue, maxReceiveCount: 10 });

/** The queues with their dead-letter queues, alarms on dead letters, and the topics. */
export class Messaging extends Construct {
  /** Events of faults, from the express lane and the safe lane. */
  readonly eventQueue: Queue;
  readonly eventDeadLetters: Queue;
  /** Events of Doctor's other changes, from the express lane and the safe lane. */
  readonly changeQueue: Queue;
  /** Events from outside that report a failure. */
  readonly urgentQueue: Queue;
  /** All other events from outside. */
  readonly bulkQueue: Queue;
  /** Events of any of these queues, for deferred alarms of whole projects. */
  readonly wideQueue: Queue;
  /** Timers of alarms on events that do not come. */
  readonly timeoutQueue: Queue;
  /** Alarms that are evaluated every minute. */
  readonly periodicQueue: Queue;
  /** Periodic alarms whose queries are not answered in time. */
  readonly periodicSlowQueue: Queue;
  /** The dead letters of the seven queues above, and of the queue of ticks. */
  readonly bulkDeadLetters: Queue;
  /**
   * Reports from the AWS account: CloudWatch's alarms, and messages of senders that the queue's
   * policy trusts.
   */
  readonly reportQueue: Queue;
  readonly reportDeadLetters: Queue;
  /** Events from outside that may change rows; undefined if they change none. */
  readonly inventoryQueue: Queue | undefined;
  /** Work that is checked again: faults of hosts and ports, maintenance, ports of evacuated servers. */
  readonly faultQueue: Queue;
  readonly faultDeadLetters: Queue;
  /** What is applied to the cloud; undefined without the setting `cloud`. */
  readonly cloudQueues: CloudQueues | undefined;
  /** Messages by which the timekeeper notices that a few seconds have passed. */
  readonly tickQueue: Queue;
  /**
   * Messages about stream records that the reconciler gave up. Lambda sends their position in the
   * stream, not their content.
   */
  readonly streamDeadLetters: Queue;
  /** First attempts of webhooks. */
  readonly webhookQueue: Queue;
  /** Retries of webhooks, so that they do not delay first attempts. */
  readonly webhookRetryQueue: Queue;
  /** Webhooks that were given up. It has no alarm: operators cannot repair a tenant's receiver. */
  readonly webhookDeadLetters: Queue;
  /** Tenants subscribe to these. All notifications of a project are on one of them. */
  readonly notifications: readonly Topic[];
  /** Tenants subscribe to these for groups. All groups of a project are on one of them. */
  readonly groups: readonly Topic[];
  /** Operators subscribe to it: every change of state. */
  readonly events: Topic;
  /** Operators subscribe to this for the CloudWatch alarms. Emulators publish nothing to it. */
  readonly alarms: Topic;

  constructor(scope: Construct, id: string, { settings, secureTransport }: MessagingProps) {
    super(scope, id);

    const queue = (name: string, consumerTimeout: number, deadLetterQueue?: DeadLetterQueue) =>
      new Queue(this, name, {
        encryption: QueueEncryption.SQS_MANAGED,
        enforceSSL: secureTransport,
        retentionPeriod: Duration.days(14),
        // Longer than the consumer's timeout: a message is not delivered again while it is handled.
        visibilityTimeout: Duration.seconds(consumerTimeout + 10),
        ...(deadLetterQueue && { deadLetterQueue }),
      });

    const deadLetters = (name: string, means = 'an event was not evaluated, see its reason') => {
      const made = queue(name, 20);
      made
        .metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) })
        .createAlarm(made, 'NotEmpty', {
          alarmDescription: `Messages in ${name}: ${means}`,
          threshold: 1,
          evaluationPeriods: 1,
          treatMissingData: TreatMissingData.NOT_BREACHING,
        });
      return made;
    };

    this.eventDeadLetters = deadLetters('EventDeadLetters');
    const { evaluatorTimeoutSeconds } = settings;
    this.eventQueue = queue('EventQueue', evaluatorTimeoutSeconds, into(this.eventDeadLetters));
    this.bulkDeadLetters = deadLetters('BulkDeadLetters');
    const bulk = (name: string) => queue(name, evaluatorTimeoutSeconds, into(this.bulkDeadLetters));
    this.changeQueue = bulk('ChangeQueue');
    this.urgentQueue = bulk('UrgentQueue');
    this.bulkQueue = bulk('BulkQueue');
    this.wideQueue = bulk('WideQueue');
    this.timeoutQueue = bulk('TimeoutQueue');
    this.periodicQueue = bulk('PeriodicQueue');
    this.periodicSlowQueue = bulk('PeriodicSlowQueue');
    this.reportDeadLetters = deadLetters(
      'ReportDeadLetters',
      'a report from the AWS account was not taken, see its reason',
    );
    this.reportQueue = queue('ReportQueue', receiverTimeoutSeconds, into(this.reportDeadLetters));
    if (secureTransport) refuseOtherAccounts(this.reportQueue);
    this.inventoryQueue = settings.inventoryFromEvents
      ? queue('InventoryQueue', inventoryTimeoutSeconds, into(this.bulkDeadLetters))
      : undefined;
    this.faultDeadLetters = deadLetters('FaultDeadLetters');
    this.faultQueue = queue('FaultQueue', finisherTimeoutSeconds, into(this.faultDeadLetters));
    this.cloudQueues = settings.cloud === '' ? undefined : cloudQueuesOf(queue, deadLetters);
    this.tickQueue = queue('TickQueue', timekeeperTimeoutSeconds, into(this.bulkDeadLetters));
    this.streamDeadLetters = deadLetters(
      'StreamDeadLetters',
      'changes have no safe copy; read them from the stream within 12 hours',
    );
    this.webhookDeadLetters = queue('WebhookDeadLetters', 20);
    const givenUp = into(this.webhookDeadLetters);
    this.webhookQueue = queue('WebhookQueue', webhookSenderTimeoutSeconds, givenUp);
    this.webhookRetryQueue = queue('WebhookRetryQueue', webhookSenderTimeoutSeconds, givenUp);
    this.notifications = topics(this, 'Notifications', { settings, secureTransport });
    this.groups = topics(this, 'Groups', { settings, secureTransport });
    this.events = new Topic(this, 'Events', { enforceSSL: secureTransport });
    this.alarms = new Topic(this, 'Alarms', { enforceSSL: secureTransport });
  }
}

/** Makes the queues of the cloud. */
function cloudQueuesOf(
  queue: (name: string, consumerTimeout: number, deadLetterQueue: DeadLetterQueue) => Queue,
  deadLetters: (name: string, means: string) => Queue,
): CloudQueues {
  const givenUp = deadLetters('CloudDeadLetters', 'the cloud does not show what Doctor shows');
  return {
    tasks: queue('CloudQueue', cloudTimeoutSeconds, into(givenUp)),
    moves: queue('MoveQueue', cloudTimeoutSeconds, into(givenUp)),
    mirror: queue('MirrorQueue', mirrorTimeoutSeconds, into(givenUp)),
    deadLetters: givenUp,
  };
}

/** The topics over which the notifications of projects, or their groups, are spread. */
const topics = (
  scope: Construct,
  name: string,
  { settings, secureTransport }: MessagingProps,
): Topic[] =>
  Array.from(
    { length: settings.notificationTopics },
    (_, n) => new Topic(scope, n === 0 ? name : `${name}${n + 1}`, { enforceSSL: secureTransport }),
  );

/** The ARNs of the topics, in their order, separated by commas. */
export const arnsOf = (of: readonly Topic[]): string =>
  of.map(({ topicArn }) => topicArn).join(',');

/**
 * The ARN of the first topic and the names of the others, separated by commas: AWS allows 4 kB of
 * variables. `topicArns` in `adapters/env.ts` reads it.
 */
const listed = (of: readonly Topic[]): string =>
  of.map(({ topicArn, topicName }, n) => (n === 0 ? topicArn : topicName)).join(',');

/** The variables of a function that publishes notifications, or subscribes to them. */
export const topicVariables = ({ notifications, groups }: Messaging) => ({
  NOTIFICATIONS_TOPIC_ARNS: listed(notifications),
  GROUPS_TOPIC_ARNS: listed(groups),
});

/**
 * Refuses callers of other accounts, whatever else a policy allows. AWS services are let through: EventBridge
 * sends as a service, and only for the rule that the policy of the queue names.
 */
function refuseOtherAccounts(queue: Queue): void {
  queue.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['sqs:*'],
      resources: [queue.queueArn],
      conditions: {
        StringNotEquals: { 'aws:PrincipalAccount': Stack.of(queue).account },
        Bool: { 'aws:PrincipalIsAWSService': 'false' },
      },
    }),
  );
}
