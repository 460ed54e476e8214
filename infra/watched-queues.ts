/** The queues that operators watch, as variables of functions: `name=url`, separated by commas. */
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { allow, allowSend, type Grantee } from './grants.ts';
import type { Messaging } from './messaging.ts';

/** The queues of work, by the names in `domain/delivery/queue-names.ts`. */
const workQueuesOf = (messaging: Messaging): Readonly<Record<string, IQueue>> => ({
  events: messaging.eventQueue,
  changes: messaging.changeQueue,
  urgent: messaging.urgentQueue,
  bulk: messaging.bulkQueue,
  wide: messaging.wideQueue,
  reports: messaging.reportQueue,
  faults: messaging.faultQueue,
  webhooks: messaging.webhookQueue,
  'webhook-retries': messaging.webhookRetryQueue,
});

/** The queues of dead letters, by the names in `domain/delivery/queue-names.ts`. */
const deadLettersOf = (messaging: Messaging): Readonly<Record<string, IQueue>> => ({
  events: messaging.eventDeadLetters,
  bulk: messaging.bulkDeadLetters,
  reports: messaging.reportDeadLetters,
  faults: messaging.faultDeadLetters,
  streams: messaging.streamDeadLetters,
  webhooks: messaging.webhookDeadLetters,
});

const listed = (queues: Readonly<Record<string, IQueue>>): string =>
  Object.entries(queues)
    .map(([name, { queueUrl }]) => `${name}=${queueUrl}`)
    .join(',');

/** The variables of a function that counts messages. */
export const watchedQueueVariables = (messaging: Messaging) => ({
  WORK_QUEUES: listed(workQueuesOf(messaging)),
  DEAD_LETTER_QUEUES: listed(deadLettersOf(messaging)),
});

/** Grants counting the messages of all of them. */
export function allowCounting(grantee: Grantee, messaging: Messaging): void {
  const queues = [
    ...Object.values(workQueuesOf(messaging)),
    ...Object.values(deadLettersOf(messaging)),
  ];
  for (const { queueArn } of queues) allow(grantee, ['sqs:GetQueueAttributes'], queueArn);
}

/** Grants reading, hiding and deleting dead letters, and sending them back to the queues of work. */
export function allowRedrive(grantee: Grantee, messaging: Messaging): void {
  for (const { queueArn } of Object.values(deadLettersOf(messaging))) {
    allow(
      grantee,
      ['sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility', 'sqs:DeleteMessage'],
      queueArn,
    );
  }
  const { 'webhook-retries': _, ...targets } = workQueuesOf(messaging);
  for (const queue of Object.values(targets)) allowSend(grantee, queue);
}
