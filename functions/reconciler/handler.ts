/**
 * Reads the streams of hosts and instances. A record that cannot be read goes to the dead-letter
 * queue, so that it does not block its shard; any other failure throws, and the whole batch comes
 * again: what it sent before is sent twice, which every reader of it allows.
 */
import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { Reconciled, RowChange } from '../../flows/reconcile.ts';

/** A batch of records; what is in them is the adapter's business. */
export type StreamBatch = { readonly Records: readonly unknown[] };

export type Deps<Batch extends StreamBatch> = {
  /** The changes of rows that the records tell of, in their order. */
  readonly read: (batch: Batch) => readonly RowChange[];
  readonly reconcile: (changes: readonly RowChange[]) => Promise<Reconciled>;
  readonly logger: Logger;
};

export const createHandler = <Batch extends StreamBatch>({
  read,
  reconcile,
  logger,
}: Deps<Batch>) =>
  middy<Batch, void>().handler(async (batch) => {
    const done = await reconcile(read(batch));
    logger.info('reconciled', { records: batch.Records.length, ...done });
  });
