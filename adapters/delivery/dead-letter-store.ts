/**
 * Reads queues of dead letters, sends letters back, and deletes them. SQS cannot show a message: it
 * is received.
 */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { DeadLetterQueueName, ReturnQueue } from '../../domain/delivery/queue-names.ts';
import type { Letter } from '../../domain/delivery/redrive.ts';
import { DomainError } from '../../domain/errors.ts';
import { slices } from '../../domain/slices.ts';
import { momentOf } from '../../domain/time.ts';
import { inParallel } from '../in-parallel.ts';
import { sendBodies } from '../queues/send-messages.ts';

/** How long a letter that was received is hidden from others, in seconds: longer than any request. */
const hiddenSeconds = 30;
/** Batches of ten sent at once. */
const width = 4;
/** SQS may answer with none although there are some: then it is asked once more. */
const mostEmpty = 2;

/** A letter that is hidden from others until it is released or deleted. */
export type HeldLetter = Letter & { readonly handle: string };

const letterOf = ({ MessageId, Body, ReceiptHandle, Attributes = {} }: Message): HeldLetter => ({
  id: MessageId ?? '',
  body: Body ?? '',
  handle: ReceiptHandle ?? '',
  sent_at: momentOf(Number(Attributes.SentTimestamp ?? 0)),
  receives: Number(Attributes.ApproximateReceiveCount ?? 0),
});

type Urls = {
  readonly dead: Readonly<Record<string, string>>;
  readonly work: Readonly<Record<string, string>>;
};

const urlOf = (urls: Readonly<Record<string, string>>, name: string): string => {
  const url = urls[name];
  if (url === undefined) throw new Error(`no queue ${name}`);
  return url;
};

/** @throws DomainError `not_found` for a queue that this deployment does not have. */
function deadUrlOf(dead: Urls['dead'], queue: DeadLetterQueueName): string {
  const url = dead[queue];
  if (url !== undefined) return url;
  throw new DomainError('not_found', `There is no queue of dead letters ${queue}.`);
}

/** The store of dead letters. */
export const deadLetterStore = (client: SQSClient, { dead, work }: Urls) => {
  const inTens = (
    letters: readonly HeldLetter[],
    send: (entries: { Id: string; ReceiptHandle: string }[]) => Promise<unknown>,
  ) =>
    inParallel(slices(letters, 10), width, (some) =>
      send(some.map(({ handle }, n) => ({ Id: String(n), ReceiptHandle: handle }))),
    );

  return {
    /** At most so many letters of a queue, hidden from others; in any order. */
    hold: async (queue: DeadLetterQueueName, most: number): Promise<HeldLetter[]> => {
      const held = new Map<string, HeldLetter>();
      for (let empty = 0; empty < mostEmpty && held.size < most; ) {
        const { Messages: messages = [] } = await client.send(
          new ReceiveMessageCommand({
            QueueUrl: deadUrlOf(dead, queue),
            MaxNumberOfMessages: Math.min(10, most - held.size),
            VisibilityTimeout: hiddenSeconds,
            MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
          }),
        );
        empty = messages.length === 0 ? empty + 1 : 0;
        for (const letter of messages.map(letterOf)) held.set(letter.id, letter);
      }
      return [...held.values()];
    },

    /** Shows the letters to others again. */
    release: async (queue: DeadLetterQueueName, letters: readonly HeldLetter[]): Promise<void> => {
      await inTens(letters, (entries) =>
        client.send(
          new ChangeMessageVisibilityBatchCommand({
            QueueUrl: deadUrlOf(dead, queue),
            Entries: entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 })),
          }),
        ),
      );
    },

    /** Deletes letters that are held. */
    deleteLetters: async (
      queue: DeadLetterQueueName,
      letters: readonly HeldLetter[],
    ): Promise<void> => {
      await inTens(letters, (entries) =>
        client.send(
          new DeleteMessageBatchCommand({ QueueUrl: deadUrlOf(dead, queue), Entries: entries }),
        ),
      );
    },

    /** Durably queues bodies in a queue of work. @throws if one of them was refused. */
    sendBack: (queue: ReturnQueue, bodies: readonly string[]): Promise<void> =>
      sendBodies(client, urlOf(work, queue), bodies),
  };
};
