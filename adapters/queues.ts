/** What is sent to the queues: events to evaluate, faults to finish, and dead letters. */
import { createHash } from 'node:crypto';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { receiverOf, type WebhookMessage } from '../domain/delivery/webhook.ts';
import type { DoctorEvent } from '../domain/events/event.ts';
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

export const eventQueue = (client: SQSClient, url: string) => ({
  /** Durably queues the events, some 50 a message, to be seen after the delay. */
  sendEvents: async (
    events: readonly DoctorEvent[],
    { delaySeconds = 0, attempts = 0, perMessage = eventsPerMessage } = {},
  ): Promise<void> => {
    const sized = events.map((event) => ({ event, size: bytesOf(toJson(event)) }));
    const parts = packed(sized, {
      most: perMessage,
      size: maxBytes,
      sizeOf: ({ size }) => size + 1,
    });
    const bodies = parts.map((part) => {
      const message: EventMessage = { events: part.map(({ event }) => event), attempts };
      return { body: toJson(message), delaySeconds };
    });
    await sendAll(client, url, bodies);
  },
});

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
  /** Durably queues the webhooks, to be seen after the delay; each receiver is a group of its own. */
  sendWebhooks: (webhooks: readonly WebhookMessage[], delaySeconds = 0): Promise<void> =>
    sendAll(
      client,
      url,
      webhooks.map((webhook) => ({
        body: toJson(webhook),
        delaySeconds,
        group: groupOf(webhook.action),
      })),
    ),
});

/** SQS takes 128 letters and digits, which not every receiver's name is. */
const groupOf = (action: string): string =>
  createHash('sha256').update(receiverOf(action)).digest('hex');

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
