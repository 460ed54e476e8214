/**
 * Publishes notifications that an evaluator wrote but did not publish. Runs every minute. It takes only
 * rows that are older than the longest run of an evaluator, so no evaluator will publish them. It does the
 * same with groups. Then it ends the silences whose time is over.
 */
import { type Log, onSchedule } from '../../adapters/lambda.ts';
import type { OutboxRow } from '../../domain/alarms/outbox-row.ts';
import type { GroupRow } from '../../domain/delivery/group.ts';
import { momentOf } from '../../domain/time.ts';
import { type DeliverDeps, deliver } from '../../flows/deliver.ts';
import { type NoteFiringsDeps, noteFirings } from '../../flows/note-firings.ts';
import { type DeliverGroupDeps, deliverGroup } from '../../flows/send-groups.ts';

/** Counts of notifications. Those found are older than any evaluator can be. */
export type SweepCounts = { readonly found: number } | { readonly published: number };

/** What the sweeper needs from outside. */
export type SweeperDeps = DeliverDeps &
  DeliverGroupDeps &
  NoteFiringsDeps & {
    /** Undelivered rows written before a moment, at most `most` of a shard, read consistently. */
    readonly undelivered: (writtenBefore: string, most: number) => Promise<readonly OutboxRow[]>;
    /** Groups written before a moment that are not delivered, read consistently, the oldest first. */
    readonly undeliveredGroups: (writtenBefore: string) => Promise<readonly GroupRow[]>;
    /**
     * Ends silences whose time is over.
     * @param lateSeconds so long after the end of a silence, an evaluator may still hold a notification back.
     */
    readonly endSilences: (lateSeconds: number) => Promise<{ readonly released: number }>;
    readonly evaluatorTimeoutSeconds: number;
    /** Milliseconds since 1970. */
    readonly now: () => number;
    /** Counts what was found before it is published, and then what was published. */
    readonly count: (counts: SweepCounts) => void;
    readonly log: Log;
  };

/** Added to the evaluator's timeout, because clocks differ. */
const graceSeconds = 10;
/** Rows of a shard in one sweep: the function can publish these in its time. The next sweep takes more. */
const perShard = 250;

/** The handler of the schedule. */
export const sweeper = (deps: SweeperDeps) =>
  onSchedule(async () => {
    const lateSeconds = deps.evaluatorTimeoutSeconds + graceSeconds;
    const before = momentOf(deps.now() - lateSeconds * 1000);
    const rows = await deps.undelivered(before, perShard);
    deps.count({ found: rows.length });
    const published = await deliver(deps, rows);
    deps.count({ published });
    await noteFirings(deps, [{ rows, at: new Date(deps.now()).toISOString() }]);
    const groups = await deps.undeliveredGroups(before);
    for (const group of groups) await deliverGroup(deps, group);
    const { released } = await deps.endSilences(lateSeconds);
    deps.log.info('swept', { found: rows.length, published, groups: groups.length, released });
  });
