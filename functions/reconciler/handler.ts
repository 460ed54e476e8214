/**
 * Reads the streams of hosts, instances and ports. A record that cannot be read is sent to the
 * dead-letter queue, so that it does not block its shard. After any other error the stream delivers the
 * whole batch again, and some messages are sent twice; every reader of them allows that.
 */
import { type Log, onStream } from '../../adapters/lambda.ts';
import type { Reconciled } from '../../flows/reconcile.ts';
import type { RowChange } from '../../flows/row-change.ts';

/** What the reconciler needs from outside. */
export type ReconcilerDeps<Batch> = {
  /** The changes of rows in a batch of records, in their order. */
  readonly read: (batch: Batch) => readonly RowChange[];
  readonly reconcile: (changes: readonly RowChange[]) => Promise<Reconciled>;
  readonly log: Log;
};

/** The handler of the streams. */
export const reconciler = <Batch>({ read, reconcile, log }: ReconcilerDeps<Batch>) =>
  onStream<Batch>(async (batch) => {
    const changes = read(batch);
    log.info('reconciled', { changes: changes.length, ...(await reconcile(changes)) });
  });
