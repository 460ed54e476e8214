/**
 * Decides about alarms whose timers fell due: no event matched for their timeout, or one did and
 * they are armed again.
 */
import { type DueTimer, decideTimeout } from '../domain/alarms/absence.ts';
import { type Firing, isToSend, type OutboxRow } from '../domain/alarms/firing.ts';
import { packed } from '../domain/slices.ts';
import { type DeliverDeps, deliver } from './deliver.ts';
import type { EvaluateDeps, Evaluated } from './evaluate-events.ts';
import { type NoteFiringsDeps, noteFirings } from './note-firings.ts';
import { untilWritten } from './retry.ts';
import { rowToSend, type SilencesDeps, sendingOf } from './silences-of.ts';

/** What the flow reads and writes. */
export type EvaluateTimeoutsDeps = DeliverDeps &
  NoteFiringsDeps &
  SilencesDeps &
  Pick<EvaluateDeps, 'alarms' | 'fire' | 'arm' | 'now'>;

/** Firings in one transaction. */
const perTransaction = 5;

/**
 * Fires the alarms that no event has armed since. Safe to repeat: an alarm that has fired has
 * another timer, or none. An alarm that another writer changes meanwhile is read and decided again.
 */
export async function evaluateTimeouts(
  deps: EvaluateTimeoutsDeps,
  timers: readonly DueTimer[],
): Promise<Evaluated> {
  const dueOf = new Map(timers.map((timer) => [`${timer.alarm_id} ${timer.due}`, timer]));
  let left = [...dueOf.values()];
  const written: OutboxRow[] = [];
  await untilWritten(async () => {
    const round = await decideAll(deps, left);
    written.push(...round.written);
    left = round.left;
    return left.length === 0 || undefined;
  });
  const published = await deliver(deps, written);
  await noteFirings(deps, [{ rows: written, at: deps.now() }]);
  return { candidates: dueOf.size, fired: written.length, published };
}

type TimedFiring = { readonly timer: DueTimer; readonly firing: Firing<OutboxRow> };
type Round = { readonly written: readonly OutboxRow[]; readonly left: DueTimer[] };

/** Reads, decides and writes once. `left`: the timers whose alarm another writer changed first. */
async function decideAll(deps: EvaluateTimeoutsDeps, timers: readonly DueTimer[]): Promise<Round> {
  const { alarms } = await deps.alarms([...new Set(timers.map(({ alarm_id }) => alarm_id))]);
  const alarmOf = new Map(alarms.map((alarm) => [alarm.alarm_id, alarm]));
  const left: DueTimer[] = [];
  const firings: TimedFiring[] = [];
  for (const timer of timers) {
    const alarm = alarmOf.get(timer.alarm_id);
    if (!alarm) continue;
    const decision = decideTimeout(alarm, timer.due, deps.now());
    if (decision.kind === 'fired') firings.push({ timer, firing: decision.firing });
    if (decision.kind === 'armed' && !(await deps.arm(alarm, decision.to))) left.push(timer);
  }
  const fired = await asSent(deps, firings);
  const written: OutboxRow[] = [];
  for (const some of packed(fired, { size: perTransaction, sizeOf: () => 1 })) {
    const outcomes = await deps.fire(some.map(({ firing }) => [firing]));
    for (const [n, { timer, firing }] of some.entries()) {
      if (outcomes[n] === 'written' && isToSend(firing.row)) written.push(firing.row);
      if (outcomes[n] === 'alarm changed') left.push(timer);
    }
  }
  return { written, left };
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
