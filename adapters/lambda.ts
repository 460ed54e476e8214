/**
 * Makes Lambda handlers of consumers of queues, streams and schedules. Each runs inside middy's core,
 * which ends an invocation with an error 5 ms before Lambda's timeout. No middleware is used: the
 * partial responses of batches are Powertools', and nothing else is common to the consumers.
 */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { momentOf } from '../domain/time.ts';

/** The log of a function; Powertools' logger is one. */
export type Log = Pick<Logger, 'info' | 'warn' | 'error'>;

/** The part of a queue's message that handlers use. */
export type QueueMessage = {
  /** The id that SQS gave it: the same on each delivery. */
  readonly id: string;
  /** The AWS principal that sent it: the id of a user, or `ROLE_ID:SESSION`. */
  readonly sender: string;
  /** When SQS took it. */
  readonly sent_at: string;
  readonly body: string;
  /** How often the queue has delivered it, this time included. */
  readonly receives: number;
};

type Consumer<Done, Batch> = {
  readonly log: Log;
  /** Makes the state that the messages of a batch share. */
  readonly begin: () => Batch;
  /** If it throws, the message is delivered again; the others of the batch are not. */
  readonly consume: (message: QueueMessage, batch: Batch) => Promise<Done>;
  /** Runs after all messages of the batch. Never throws. */
  readonly end: (batch: Batch) => Promise<void>;
  /** True: one message after the other; false: all messages of a batch at once. */
  readonly inOrder?: boolean;
  /** Called once per invocation, with the results of the messages that were handled. */
  readonly report: (done: readonly Done[]) => void;
};

/** The handler of a queue. Only failed messages are delivered again. */
export const onBatches = <Done, Batch>({
  log,
  begin,
  consume,
  end,
  report,
  inOrder = false,
}: Consumer<Done, Batch>) =>
  middy<SQSEvent, SQSBatchResponse>().handler(async (event, context) => {
    const done: Done[] = [];
    const batch = begin();
    const response = await processPartialResponse(
      event,
      async ({ messageId, body, attributes }: SQSRecord) => {
        const receives = Number(attributes.ApproximateReceiveCount) || 1;
        try {
          const { SenderId: sender, SentTimestamp: sent } = attributes;
          const from = { id: messageId, sender, sent_at: momentOf(Number(sent)) };
          done.push(await consume({ ...from, body, receives }, batch));
        } catch (error) {
          log.error('a message failed and will be delivered again', { messageId, receives, error });
          throw error;
        }
      },
      new BatchProcessor(EventType.SQS),
      { context, throwOnFullBatchFailure: false, processInParallel: !inOrder },
    );
    await end(batch);
    report(done);
    return response;
  });

/** The handler of a queue whose messages share no state. */
export const onQueue = <Done>(consumer: Omit<Consumer<Done, undefined>, 'begin' | 'end'>) =>
  onBatches({ ...consumer, begin: () => undefined, end: async () => undefined });

/** The handler of a stream. If it throws, the stream delivers the whole batch again. */
export const onStream = <Batch>(consume: (batch: Batch) => Promise<void>) =>
  middy<Batch, void>().handler(consume);

const ScheduledEvent = z.object({ time: z.iso.datetime({ offset: true }) });

/**
 * The handler of a schedule. It gets the time for which it was invoked, in milliseconds since 1970: the
 * same if EventBridge delivers the event twice. Undefined if the event has none.
 */
export const onSchedule = (run: (scheduled: number | undefined) => Promise<void>) =>
  middy<unknown, void>().handler((event) => {
    const { data } = ScheduledEvent.safeParse(event);
    return run(data && Date.parse(data.time));
  });
