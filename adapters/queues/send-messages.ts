/** Sends messages to a queue, in full batches. */
import { createHash } from 'node:crypto';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { packed } from '../../domain/slices.ts';
import { inParallel } from '../in-parallel.ts';

/** SQS takes 256 KiB for a message and for a batch; the rest is left for the envelope. */
export const maxBytes = 250_000;

/** A message to send. */
export type OutgoingMessage = {
  readonly body: string;
  readonly delaySeconds: number;
  /** SQS delivers messages of groups with few messages before those of groups with many. */
  readonly group?: string;
};

/** The size of a text in a message. */
export const bytesOf = (text: string): number => Buffer.byteLength(text);

/**
 * Sends all messages. Those that a batch refuses are sent again, up to three times.
 * @throws if some are left.
 */
export async function sendMessages(
  client: SQSClient,
  url: string,
  messages: readonly OutgoingMessage[],
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

/** Durably queues bodies, at once. @throws if some are left. */
export const sendBodies = (
  client: SQSClient,
  url: string,
  bodies: readonly string[],
): Promise<void> =>
  sendMessages(
    client,
    url,
    bodies.map((body) => ({ body, delaySeconds: 0 })),
  );

/**
 * The group of a project's messages. A project's id may be longer than the 128 characters that SQS
 * takes, or have others.
 */
export const messageGroupOf = (project: string): string =>
  createHash('sha256').update(project).digest('hex');
