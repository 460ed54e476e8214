/** How Lambda runs what consumes queues, streams and the clock: middy around, one log line each. */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';

/** Where a function tells what it did; Powertools' logger is one. */
export type Log = Pick<Logger, 'info' | 'warn' | 'error'>;

/** A message of a queue, as far as handlers need it. */
export type QueueMessage = {
  readonly body: string;
  /** How often the queue has handed it out, this time included. */
  readonly receives: number;
};

type Consumer<Done, Batch> = {
  readonly log: Log;
  /** Makes what the messages of a batch share. */
  readonly begin: () => Batch;
  /** Throws to have the message delivered again; the others of the batch are not harmed. */
  readonly consume: (message: QueueMessage, batch: Batch) => Promise<Done>;
  /** Runs when all messages of the batch were handled. Never throws. */
  readonly end: (batch: Batch) => Promise<void>;
  /** One message after the other; else all of a batch at once. */
  readonly inOrder?: boolean;
  /** Told once per invocation of what was done. */
  readonly report: (done: readonly Done[]) => void;
};

/** The handler of a queue: failed messages alone are delivered again. */
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
          done.push(await consume({ body, receives }, batch));
        } catch (error) {
          log.error('a message failed, to be delivered again', { messageId, receives, error });
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

/** The same for messages that share nothing. */
export const onQueue = <Done>(consumer: Omit<Consumer<Done, undefined>, 'begin' | 'end'>) =>
  onBatches({ ...consumer, begin: () => undefined, end: async () => undefined });

/** The handler of a stream: what it throws makes the stream deliver the whole batch again. */
export const onStream = <Batch>(consume: (batch: Batch) => Promise<void>) =>
  middy<Batch, void>().handler(consume);

/** The handler of a schedule; what the schedule sends is not looked at. */
export const onSchedule = (run: () => Promise<void>) => middy<unknown, void>().handler(run);
