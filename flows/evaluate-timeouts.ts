/**
 * Decides about alarms whose timers fell due: no event matched for their timeout, or one did and
 * they are armed again.
 */
import pMap from 'p-map';
import { type DueTimer, decideTimeout } from '../domain/alarms/absence.ts';
import type { Alarm } from '../domain/alarms/alarm.ts';
import type { Firing } from '../domain/alarms/firing.ts';
import { isToSend, type OutboxRow } from '../domain/alarms/outbox-row.ts';
import { slices } from '../domain/slices.ts';
import { type DeliverDeps, deliver } from './deliver.ts';
import type { EvaluateDeps, Evaluated } from './evaluate-events.ts';
import { type NoteFiringsDeps, noteFirings } from './note-firings.ts';
import { untilWritten } from './retry.ts';
import { rowToSend, type SilencesDeps, sendingOf } from './silences-of.ts';

/** What the flow reads and writes. */
export type EvaluateTimeoutsDeps = DeliverDeps &
  NoteFiringsDeps &
  SilencesDeps &
  Pick<EvaluateDeps, 'alarms' | 'fire' | 'arm' | 'now'> & {
    /** Transactions that are written at once. */
    readonly transactionsAtOnce: number;
  };

/**
 * Firings in a transaction. A timeout's notification has no event of a client's, so that more fit than of
 * events (`test/domain/alarms/limits.test.ts`). They are two full publications.
 */
export const timeoutsPerTransaction = 20;

/**
 * Fires the alarms that no event has armed since. Safe to repeat: an alarm that has fired has
 * another timer, or none. An alarm that another writer changes meanwhile is read and decided again.
 * The notifications of a transaction are sent as soon as it is written.
 * @throws the first error of a read or write, after all others are done: the message is then delivered
 * again, and what was fired is stale.
 */
export async function evaluateTimeouts(
  deps: EvaluateTimeoutsDeps,
  timers: readonly DueTimer[],
): Promise<Evaluated> {
  const dueOf = new Map(timers.map((timer) => [`${timer.alarm_id} ${timer.due}`, timer]));
  let left = [...dueOf.values()];
  const written: OutboxRow[] = [];
  const failures: unknown[] = [];
  let published = 0;
  try {
    await untilWritten(async () => {
      const round = await decideAll(deps, left);
      written.push(...round.written);
      failures.push(...round.failures);
      published += round.published;
      left = round.left;
      return left.length === 0 || failures.length > 0 || undefined;
    });
  } catch (error) {
    failures.push(error);
  }
  await noteFirings(deps, [{ rows: written, at: deps.now() }]);
  if (failures.length > 0) throw failures[0];
  return { candidates: dueOf.size, fired: written.length, published };
}

type TimedFiring = { readonly timer: DueTimer; readonly firing: Firing<OutboxRow> };
type Rearming = { readonly timer: DueTimer; readonly from: Alarm; readonly to: Alarm };

/** The outcome of one attempt. */
type Round = {
  readonly written: OutboxRow[];
  published: number;
  /** The timers whose alarm another writer changed first. */
  readonly left: DueTimer[];
  readonly failures: unknown[];
};

/** Reads, decides and writes once. An error of a write does not stop the others. */
async function decideAll(deps: EvaluateTimeoutsDeps, timers: readonly DueTimer[]): Promise<Round> {
  const { alarms } = await deps.alarms([...new Set(timers.map(({ alarm_id }) => alarm_id))]);
  const alarmOf = new Map(alarms.map((alarm) => [alarm.alarm_id, alarm]));
  const armings: Rearming[] = [];
  const firings: TimedFiring[] = [];
  for (const timer of timers) {
    const alarm = alarmOf.get(timer.alarm_id);
    if (!alarm) continue;
    const decision = decideTimeout(alarm, timer.due, deps.now());
    if (decision.kind === 'fired') firings.push({ timer, firing: decision.firing });
    if (decision.kind === 'armed') armings.push({ timer, from: alarm, to: decision.to });
  }
  const round: Round = { written: [], published: 0, left: [], failures: [] };
  const writes = [
    ...slices(await asSent(deps, firings), timeoutsPerTransaction).map(
      (some) => () => fireSome(deps, some, round),
    ),
    ...armings.map(({ timer, from, to }) => async () => {
      if (!(await deps.arm(from, to))) round.left.push(timer);
    }),
  ];
  await pMap(
    writes,
    async (write) => {
      try {
        await write();
      } catch (error) {
        round.failures.push(error);
      }
    },
    { concurrency: deps.transactionsAtOnce },
  );
  return round;
}

/** Writes firings in one transaction, and sends their notifications. */
async function fireSome(
  deps: EvaluateTimeoutsDeps,
  some: readonly TimedFiring[],
  round: Round,
): Promise<void> {
  const rows: OutboxRow[] = [];
  const outcomes = await deps.fire(some.map(({ firing }) => [firing]));
  for (const [n, { timer, firing }] of some.entries()) {
    if (outcomes[n] === 'written' && isToSend(firing.row)) rows.push(firing.row);
    if (outcomes[n] === 'alarm changed') round.left.push(timer);
  }
  round.written.push(...rows);
  // Others add to it while these are sent.
  const published = await deliver(deps, rows);
  round.published += published;
}

/** The firings as they are sent: those that a silence matches are held back. */
async function asSent(
  deps: EvaluateTimeoutsDeps,
  firings: readonly TimedFiring[],
): Promise<TimedFiring[]> {
  const sending = await sendingOf(
    deps,
    firings.map(({ firing }) => firing.from),
  );
  return firings.map(({ timer, firing }) => {
    const row = rowToSend(sending, firing.from, { row: firing.row, now: deps.now() });
    return { timer, firing: { ...firing, row } };
  });
}
