/**
 * Reads the streams of hosts and instances. A record that cannot be read goes to the dead-letter
 * queue, so that it does not block its shard; any other failure throws, and the whole batch comes
 * again: what it sent before is sent twice, which every reader of it allows.
 */
import { type Log, onStream } from '../../adapters/lambda.ts';
import type { Reconciled, RowChange } from '../../flows/reconcile.ts';

export type Deps<Batch> = {
  /** The changes of rows that a batch of records tells of, in their order. */
  readonly read: (batch: Batch) => readonly RowChange[];
  readonly reconcile: (changes: readonly RowChange[]) => Promise<Reconciled>;
  readonly log: Log;
};

export const createHandler = <Batch>({ read, reconcile, log }: Deps<Batch>) =>
  onStream<Batch>(async (batch) => {
    const changes = read(batch);
    log.info('reconciled', { changes: changes.length, ...(await reconcile(changes)) });
  });
