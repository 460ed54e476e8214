/**
 * Publishes what an evaluator wrote and did not live to tell. Runs every minute; only rows older
 * than any evaluator can be are touched, so nobody else is about to publish them.
 */
import { type Log, onSchedule } from '../../adapters/lambda.ts';
import type { OutboxRow } from '../../domain/alarms/firing.ts';
import { type DeliverDeps, deliver } from '../../flows/deliver.ts';

/** Notifications, in numbers. Those found are older than any evaluator can be. */
export type SweepCounts = { readonly found: number } | { readonly published: number };

export type Deps = DeliverDeps & {
  /** Undelivered rows written before a moment, at most so many of a shard, read consistently. */
  readonly undelivered: (writtenBefore: string, most: number) => Promise<readonly OutboxRow[]>;
  readonly evaluatorTimeoutSeconds: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told what was found, before it is published, and then what was published of it. */
  readonly count: (counts: SweepCounts) => void;
  readonly log: Log;
};

/** Beyond the evaluator's timeout, for clocks that differ. */
const graceSeconds = 10;
/** Rows of a shard in one sweep: what the function can publish in its time. The next takes more. */
const perShard = 250;

export const createHandler = (deps: Deps) =>
  onSchedule(async () => {
    const age = (deps.evaluatorTimeoutSeconds + graceSeconds) * 1000;
    const rows = await deps.undelivered(new Date(deps.now() - age).toISOString(), perShard);
    deps.count({ found: rows.length });
    const published = await deliver(deps, rows);
    deps.count({ published });
    deps.log.info('swept', { found: rows.length, published });
  });
