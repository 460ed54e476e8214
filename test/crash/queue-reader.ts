import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { sqs } from '../stack/stack.ts';

const Response = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) });

export type Reception = {
  readonly event: SQSEvent;
  /**
   * Deletes the messages that the response reports as done. The others are visible again at once,
   * as if their timeout had passed.
   */
  readonly settle: (response: unknown) => Promise<void>;
};
export type QueueReader = { readonly receive: () => Promise<Reception> };

/** Reads a queue as Lambda's event source does, but only when the test says so. */
export function makeQueueReader(url: string): QueueReader {
  const client = sqs();
  return {
    receive: async () => {
      const { Messages: messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: 10,
          MessageSystemAttributeNames: ['All'],
        }),
      );
      return {
        event: { Records: messages.map((message) => recordOf(message)) },
        settle: async (response) => {
          const parsed = Response.safeParse(response);
          const failures: SQSBatchResponse['batchItemFailures'] = parsed.success
            ? parsed.data.batchItemFailures
            : messages.map(({ MessageId = '' }) => ({ itemIdentifier: MessageId }));
          const failed = new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
          const entries = (wanted: boolean) =>
            messages.flatMap(({ MessageId = '', ReceiptHandle }, n) =>
              failed.has(MessageId) === wanted ? [{ Id: String(n), ReceiptHandle }] : [],
            );
          if (entries(false).length > 0) {
            await client.send(
              new DeleteMessageBatchCommand({ QueueUrl: url, Entries: entries(false) }),
            );
          }
          const again = entries(true).map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
          if (again.length > 0) {
            await client.send(
              new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries: again }),
            );
          }
        },
      };
    },
  };
}

/** A message as Lambda hands it over. */
function recordOf({
  MessageId = '',
  ReceiptHandle = '',
  Body = '',
  ...message
}: Message): SQSRecord {
  const { Attributes: attributes = {}, MD5OfBody = '' } = message;
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: {
      ApproximateReceiveCount: attributes.ApproximateReceiveCount ?? '1',
      SentTimestamp: attributes.SentTimestamp ?? '0',
      SenderId: 'test',
      ApproximateFirstReceiveTimestamp: attributes.ApproximateFirstReceiveTimestamp ?? '0',
    },
    messageAttributes: {},
    md5OfBody: MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:own',
    awsRegion: 'us-east-1',
  };
}
