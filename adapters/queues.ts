/** What is sent to the queues: events to evaluate, faults to finish, and dead letters. */
import { createHash } from 'node:crypto';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { WebhookMessage } from '../domain/delivery/webhook.ts';
import { DomainError } from '../domain/errors.ts';
import { type DoctorEvent, projectOfEvent } from '../domain/events/event.ts';
import type { EventLane } from '../domain/events/event-lane.ts';
import type { DeadLetter, EventMessage, FinishMessage } from '../domain/events/messages.ts';
import { toJson } from '../domain/json.ts';
import { packed } from '../domain/slices.ts';
import { inParallel } from './in-parallel.ts';

/** Events in a message: one evaluator's work of some 100 ms. */
const eventsPerMessage = 50;
/** SQS's limit is 256 KiB for a message and for a batch; ours leaves room for the envelope. */
const maxBytes = 250_000;

type Outgoing = {
  readonly body: string;
  readonly delaySeconds: number;
  /** Whose backlog the message is: SQS hands out the messages of quiet groups before those of busy ones. */
  readonly group?: string;
};

const bytesOf = (text: string): number => Buffer.byteLength(text);

/** Sends all, or throws: what a batch answers to have failed is sent again, three times. */
async function sendAll(
  client: SQSClient,
  url: string,
  messages: readonly Outgoing[],
): Promise<void> {
  const batches = packed(messages, {
    most: 10,
    size: maxBytes,
    sizeOf: ({ body }) => bytesOf(body),
  });
  await inParallel(batches, 4, async (batch) => {
    let left = batch;
    for (let tries = 0; left.length > 0; tries++) {
      if (tries === 3) throw new Error(`${left.length} messages were refused by the queue`);
      const { Failed: failed = [] } = await client.send(
        new SendMessageBatchCommand({
          QueueUrl: url,
          Entries: left.map(({ body, delaySeconds, group }, n) => ({
            Id: String(n),
            MessageBody: body,
            DelaySeconds: delaySeconds,
            ...(group !== undefined && { MessageGroupId: group }),
          })),
        }),
      );
      const positions = new Set(failed.map(({ Id }) => Number(Id)));
      left = left.filter((_, n) => positions.has(n));
    }
  });
}

type Sending = Partial<Omit<EventMessage, 'events'>> & {
  readonly delaySeconds?: number;
  readonly perMessage?: number;
};

/** The queues that a function may send events to. */
export type EventQueueUrls = Readonly<Partial<Record<EventLane, string>>>;

export const eventQueues = (client: SQSClient, urls: EventQueueUrls) => ({
  /**
   * Durably queues the events in their lane, some 50 a message, to be seen after the delay. A message
   * is of one project, and its group is the project, but in the lane `fault`: one fault is one backlog,
   * whoever its servers belong to.
   */
  sendEvents: async (
    events: readonly DoctorEvent[],
    {
      lane = 'fault',
      attempts = 0,
      rest,
      delaySeconds = 0,
      perMessage = eventsPerMessage,
    }: Sending = {},
  ): Promise<void> => {
    const url = urls[lane];
    if (url === undefined) throw new DomainError('internal', `no queue for the lane ${lane}`);
    const shares = lane === 'fault' ? [events] : [...Map.groupBy(events, projectOfEvent).values()];
    const bodies = shares.flatMap((share) => {
      const sized = share.map((event) => ({ event, size: bytesOf(toJson(event)) }));
      const parts = packed(sized, {
        most: perMessage,
        size: maxBytes,
        sizeOf: ({ size }) => size + 1,
      });
      return parts.map((part): Outgoing => {
        const its = part.map(({ event }) => event);
        const message: EventMessage = {
          events: its,
          attempts,
          lane,
          ...(rest && { rest }),
        };
        const group = backlogOf(its);
        return { body: toJson(message), delaySeconds, ...(group && { group }) };
      });
    });
    await sendAll(client, url, bodies);
  },
});

/** Whose backlog events are: that of their project; undefined if they are of several. */
function backlogOf(events: readonly DoctorEvent[]): string | undefined {
  const [project, ...more] = new Set(events.map(projectOfEvent).filter((id) => id !== ''));
  return more.length > 0 ? undefined : groupOf(project ?? '');
}

/** The queue of faults alone. */
export const eventQueue = (client: SQSClient, url: string) => eventQueues(client, { fault: url });

export const faultQueue = (client: SQSClient, url: string) => ({
  /** Queues the finishing of a fault, once for each delay. */
  sendFinish: (messages: readonly FinishMessage[], delays: readonly number[]): Promise<void> =>
    sendAll(
      client,
      url,
      messages.flatMap((message) =>
        delays.map((delaySeconds) => ({ body: toJson(message), delaySeconds })),
      ),
    ),
});

export const webhookQueue = (client: SQSClient, url: string) => ({
  /** Durably queues the webhooks, to be seen after the delay; each project is a group of its own. */
  sendWebhooks: (webhooks: readonly WebhookMessage[], delaySeconds = 0): Promise<void> =>
    sendAll(
      client,
      url,
      webhooks.map((webhook) => ({
        body: toJson(webhook),
        delaySeconds,
        group: groupOf(webhook.project_id),
      })),
    ),
});

/** SQS takes 128 letters and digits as a group, which not every project's id is. */
const groupOf = (project: string): string => createHash('sha256').update(project).digest('hex');

/** Of what nobody could read, this much is kept, in characters. */
const shownCharacters = 60_000;
/** A schema's complaint about a long message is longer than the message. */
const reasonCharacters = 4_000;

export const deadLetters = (client: SQSClient, url: string) => ({
  /** Puts what cannot be understood aside, with the reason; too long a one is cut. */
  bury: (letters: readonly DeadLetter[]): Promise<void> =>
    sendAll(
      client,
      url,
      letters.map(({ reason, element }) => {
        const text = toJson(element);
        const shown = text.length > shownCharacters ? text.slice(0, shownCharacters) : element;
        const why = reason.slice(0, reasonCharacters);
        return { body: toJson({ reason: why, element: shown }), delaySeconds: 0 };
      }),
    ),
});
