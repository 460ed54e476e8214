import { Duration } from 'aws-cdk-lib';
import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { type DeadLetterQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ServiceSettings } from './settings.ts';

export interface MessagingProps {
  readonly settings: ServiceSettings;
  /** True refuses callers without TLS, which the emulators' own callers are. */
  readonly secureTransport: boolean;
}

/** Seconds that the finisher of a fault may take over one message. */
export const finisherTimeoutSeconds = 60;

/** Finishers that run at once. */
export const finisherConcurrency = 2;

/** Seconds that the webhooks of a batch may take, all at once: the longest timeout, and a margin. */
export const webhookSenderTimeoutSeconds = 30;

/** The queues and topics, each queue with its dead letters and an alarm on them. */
export class Messaging extends Construct {
  /** Events of faults, from both lanes. */
  readonly eventQueue: Queue;
  readonly eventDeadLetters: Queue;
  /** Events of all else that Doctor changed itself, from both lanes. */
  readonly changeQueue: Queue;
  /** Events from outside that tell of a failure, and all others. */
  readonly urgentQueue: Queue;
  readonly bulkQueue: Queue;
  /** Events of any of these, for the alarms of a whole project that were left for later. */
  readonly wideQueue: Queue;
  /** Of these four. */
  readonly bulkDeadLetters: Queue;
  /** `finish host number`: the fan-out of a host fault, gone through again. */
  readonly faultQueue: Queue;
  readonly faultDeadLetters: Queue;
  /** Names the stream records that the reconciler gave up: Lambda sends where they are, not what. */
  readonly streamDeadLetters: Queue;
  /** Webhooks that were not tried yet. */
  readonly webhookQueue: Queue;
  /** Webhooks to try again, which delay no other's first try. */
  readonly webhookRetryQueue: Queue;
  /** Webhooks that were given up. A receiver that is gone is no operator's alarm. */
  readonly webhookDeadLetters: Queue;
  /** What tenants subscribe to; the notifications of a project are all on one. */
  readonly notifications: readonly Topic[];
  /** The ARNs of these, in their order, separated by commas. */
  readonly topicArns: string;
  /** What operators subscribe to: every change of state. */
  readonly events: Topic;
  /** What operators subscribe to for the CloudWatch alarms; emulators send it nothing. */
  readonly alarms: Topic;

  constructor(scope: Construct, id: string, { settings, secureTransport }: MessagingProps) {
    super(scope, id);

    const queue = (name: string, consumerTimeout: number, deadLetterQueue?: DeadLetterQueue) =>
      new Queue(this, name, {
        encryption: QueueEncryption.SQS_MANAGED,
        enforceSSL: secureTransport,
        retentionPeriod: Duration.days(14),
        // The consumer's Lambda timeout and a margin: a message in work is not handed out again.
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
    this.eventQueue = queue('EventQueue', settings.evaluatorTimeoutSeconds, {
      queue: this.eventDeadLetters,
      maxReceiveCount: 10,
    });
    this.bulkDeadLetters = deadLetters('BulkDeadLetters');
    const bulk = (name: string) =>
      queue(name, settings.evaluatorTimeoutSeconds, {
        queue: this.bulkDeadLetters,
        maxReceiveCount: 10,
      });
    this.changeQueue = bulk('ChangeQueue');
    this.urgentQueue = bulk('UrgentQueue');
    this.bulkQueue = bulk('BulkQueue');
    this.wideQueue = bulk('WideQueue');
    this.faultDeadLetters = deadLetters('FaultDeadLetters');
    this.faultQueue = queue('FaultQueue', finisherTimeoutSeconds, {
      queue: this.faultDeadLetters,
      maxReceiveCount: 10,
    });
    this.streamDeadLetters = deadLetters(
      'StreamDeadLetters',
      'changes have no safe copy; read them from the stream within 12 hours',
    );
    this.webhookDeadLetters = queue('WebhookDeadLetters', 20);
    const givenUp = { queue: this.webhookDeadLetters, maxReceiveCount: 10 };
    this.webhookQueue = queue('WebhookQueue', webhookSenderTimeoutSeconds, givenUp);
    this.webhookRetryQueue = queue('WebhookRetryQueue', webhookSenderTimeoutSeconds, givenUp);
    this.notifications = Array.from(
      { length: settings.notificationTopics },
      (_, n) =>
        new Topic(this, n === 0 ? 'Notifications' : `Notifications${n + 1}`, {
          enforceSSL: secureTransport,
        }),
    );
    this.topicArns = this.notifications.map(({ topicArn }) => topicArn).join(',');
    this.events = new Topic(this, 'Events', { enforceSSL: secureTransport });
    this.alarms = new Topic(this, 'Alarms', { enforceSSL: secureTransport });
  }
}
