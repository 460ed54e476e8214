/** The queues that operators watch, as variables of functions: `name=queue`, separated by commas. */
import type { Grant } from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { allowOnAll, type Grantee } from './grants.ts';
import type { Messaging } from './messaging.ts';

/** The queues of work, by the names in `domain/delivery/queue-names.ts`. */
const workQueuesOf = (messaging: Messaging): Readonly<Record<string, IQueue>> => ({
  events: messaging.eventQueue,
  changes: messaging.changeQueue,
  urgent: messaging.urgentQueue,
  bulk: messaging.bulkQueue,
  wide: messaging.wideQueue,
  timeouts: messaging.timeoutQueue,
  reports: messaging.reportQueue,
  faults: messaging.faultQueue,
  webhooks: messaging.webhookQueue,
  'webhook-retries': messaging.webhookRetryQueue,
  rounds: messaging.periodicQueue,
  'slow-rounds': messaging.periodicSlowQueue,
  ticks: messaging.tickQueue,
  ...(messaging.inventoryQueue && { inventory: messaging.inventoryQueue }),
  ...(messaging.cloudQueues && {
    cloud: messaging.cloudQueues.tasks,
    moves: messaging.cloudQueues.moves,
    mirror: messaging.cloudQueues.mirror,
  }),
});

/**
 * The queues to which no dead letter can be sent back, by the names in
 * `domain/delivery/queue-names.ts`.
 */
const withoutReturn = new Set([
  'webhook-retries',
  'rounds',
  'slow-rounds',
  'ticks',
  'inventory',
  'mirror',
]);

/** The queues of dead letters, by the names in `domain/delivery/queue-names.ts`. */
const deadLettersOf = (messaging: Messaging): Readonly<Record<string, IQueue>> => ({
  events: messaging.eventDeadLetters,
  bulk: messaging.bulkDeadLetters,
  reports: messaging.reportDeadLetters,
  faults: messaging.faultDeadLetters,
  streams: messaging.streamDeadLetters,
  webhooks: messaging.webhookDeadLetters,
  ...(messaging.cloudQueues && { cloud: messaging.cloudQueues.deadLetters }),
});

/**
 * The URL of the first queue and the names of the others: AWS allows 4 kB of variables. `queueUrls`
 * reads it.
 */
const listed = (queues: Readonly<Record<string, IQueue>>): string =>
  Object.entries(queues)
    .map(([name, { queueUrl, queueName }], n) => `${name}=${n === 0 ? queueUrl : queueName}`)
    .join(',');

/** The variables of a function that counts messages. */
export const watchedQueueVariables = (messaging: Messaging) => ({
  WORK_QUEUES: listed(workQueuesOf(messaging)),
  DEAD_LETTER_QUEUES: listed(deadLettersOf(messaging)),
});

const arnsOf = (queues: readonly IQueue[]): string[] => queues.map(({ queueArn }) => queueArn);

/** Grants counting the messages of all watched queues. */
export const allowCounting = (grantee: Grantee, messaging: Messaging): Grant =>
  allowOnAll(
    grantee,
    ['sqs:GetQueueAttributes'],
    arnsOf([...Object.values(workQueuesOf(messaging)), ...Object.values(deadLettersOf(messaging))]),
  );

/** Grants reading, hiding and deleting dead letters, and sending them back to the queues of work. */
export function allowRedrive(grantee: Grantee, messaging: Messaging): void {
  allowOnAll(
    grantee,
    ['sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility', 'sqs:DeleteMessage'],
    arnsOf(Object.values(deadLettersOf(messaging))),
  );
  const targets = Object.entries(workQueuesOf(messaging)).flatMap(([name, queue]) =>
    withoutReturn.has(name) ? [] : [queue],
  );
  allowOnAll(grantee, ['sqs:SendMessage'], arnsOf(targets));
}
