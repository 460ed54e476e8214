/**
 * Ends silences whose time is over. For each alarm that a silence held back, at most one
 * notification is released and sent; the others are dropped. It runs every minute. The decision
 * about one alarm is one transaction, so a later run continues where an earlier one died.
 */
import { afterSilence, heldRows, type SilencedAlarm } from '../domain/alarms/end-silence.ts';
import { groupedRow, type OutboxRow } from '../domain/alarms/firing.ts';
import { holdingSilence, type Silence } from '../domain/alarms/silence.ts';
import { slices } from '../domain/slices.ts';
import { momentOf } from '../domain/time.ts';
import { type DeliverDeps, deliver } from './deliver.ts';
import { type Sending, type SilencesDeps, sendingOf, silenceableOf } from './silences-of.ts';
import type { RowKey } from './written-before.ts';

/** What the flow needs from outside. */
export type EndSilencesDeps = DeliverDeps &
  SilencesDeps & {
    /** Silences that are due before a moment, the longest due first, at most so many. */
    readonly dueSilences: (before: string, most: number) => Promise<readonly Silence[]>;
    readonly postpone: (silence: Silence, due_at: string) => Promise<boolean>;
    readonly endSilence: (silence: Silence, now: string) => Promise<boolean>;
    readonly heldKeys: (silence_id: string) => Promise<readonly RowKey[]>;
    readonly held: (silence_id: string, keys: readonly RowKey[]) => Promise<readonly OutboxRow[]>;
    readonly drop: (silence_id: string, keys: readonly RowKey[], now: string) => Promise<void>;
    readonly release: (
      silence_id: string,
      what: { row: OutboxRow; others: readonly RowKey[]; alarm: SilencedAlarm },
      now: string,
    ) => Promise<OutboxRow | undefined>;
    readonly move: (silence_id: string, rows: readonly RowKey[], to: string) => Promise<void>;
    /** Alarms of any type, read consistently, in any order; unknown ones are left out. */
    readonly silencedAlarms: (ids: readonly string[]) => Promise<readonly SilencedAlarm[]>;
    /** Milliseconds since 1970. */
    readonly now: () => number;
    /**
     * The longest run of an evaluator, with some reserve. Firings may still be held back for so
     * long after the end.
     */
    readonly lateSeconds: number;
  };

/**
 * The most silences in one run, and the time after which a run begins no other one, in
 * milliseconds.
 */
const limits = { silences: 100, timeMs: 20_000 };
/** Alarms whose rows are read and decided at once. */
const alarmsAtOnce = 25;
/**
 * How many of the newest rows of an alarm are read. Rows between these and the first one are
 * dropped unread.
 */
const newestRows = 20;

/** @returns how many notifications were released. An error of one silence does not stop the others. */
export async function endSilences(deps: EndSilencesDeps): Promise<{ readonly released: number }> {
  const began = deps.now();
  let released = 0;
  for (const silence of await deps.dueSilences(momentOf(began), limits.silences)) {
    if (deps.now() - began > limits.timeMs) break;
    try {
      released += await endOne(deps, silence);
    } catch (error) {
      deps.interrupted('end of a silence', error);
    }
  }
  return { released };
}

async function endOne(deps: EndSilencesDeps, silence: Silence): Promise<number> {
  const now = momentOf(deps.now());
  // It was extended after the index was read.
  if (silence.ends_at > now) return 0;
  if (!(await deps.postpone(silence, now))) return 0;
  const keys = await deps.heldKeys(silence.silence_id);
  const isLate = Date.parse(silence.ends_at) + deps.lateSeconds * 1000 <= Date.parse(now);
  if (keys.length === 0 && isLate) await deps.endSilence(silence, now);
  let released = 0;
  const byAlarm = [...Map.groupBy(keys, ({ alarm_id }) => alarm_id).values()];
  for (const some of slices(byAlarm, alarmsAtOnce)) {
    const freed = await decideAll(deps, silence, await rowsOf(deps, silence, some));
    released += await deliver(deps, freed);
  }
  return released;
}

/** The rows that decide about each alarm: its first one and the newest. The others are dropped. */
async function rowsOf(
  { drop, held, now }: EndSilencesDeps,
  { silence_id }: Silence,
  keysOfAlarms: readonly (readonly RowKey[])[],
): Promise<readonly OutboxRow[]> {
  const between = keysOfAlarms.flatMap((keys) => keys.slice(1, -newestRows));
  if (between.length > 0) await drop(silence_id, between, momentOf(now()));
  const deciding = keysOfAlarms.flatMap((keys) => [
    ...keys.slice(0, 1),
    ...keys.slice(1).slice(-newestRows),
  ]);
  return held(silence_id, deciding);
}

/** Decides for each alarm of the rows, and writes it. Returns the rows to send. */
async function decideAll(
  deps: EndSilencesDeps,
  silence: Silence,
  rows: readonly OutboxRow[],
): Promise<OutboxRow[]> {
  const byAlarm = Map.groupBy(rows, ({ alarm_id }) => alarm_id);
  const read = byAlarm.size > 0 ? await deps.silencedAlarms([...byAlarm.keys()]) : [];
  const alarms = new Map(read.map((alarm) => [alarm.alarm_id, alarm]));
  const sending = await sendingOf(deps, read);
  const freed: OutboxRow[] = [];
  for (const [alarm_id, its] of byAlarm) {
    const row = await decideOne(deps, { silence, alarm: alarms.get(alarm_id), sending }, its);
    if (row) freed.push(row);
  }
  return freed;
}

type About = {
  readonly silence: Silence;
  readonly alarm: SilencedAlarm | undefined;
  readonly sending: Sending;
};

/** Writes the decision about one alarm. Returns the row to send, if it is released. */
async function decideOne(
  deps: EndSilencesDeps,
  { silence: { silence_id }, alarm, sending }: About,
  rows: readonly OutboxRow[],
): Promise<OutboxRow | undefined> {
  const now = momentOf(deps.now());
  const held = heldRows(rows);
  const newest = held.at(-1)?.row;
  const active =
    alarm && newest ? holdingSilence(sending.silences, heldFor(alarm, newest), now) : undefined;
  const decision = afterSilence(held, alarm, active);
  if (decision.kind === 'move') await deps.move(silence_id, rows, decision.silence_id);
  if (decision.kind === 'drop') await deps.drop(silence_id, rows, now);
  if (decision.kind !== 'release' || !alarm) return undefined;
  const others = rows.filter((each) => each !== decision.row);
  // A subscription that wants groups may have been made while the row was held.
  const row = sending.grouped.has(alarm.project_id) ? groupedRow(decision.row) : decision.row;
  return deps.release(silence_id, { row, others, alarm }, now);
}

/** What other silences are matched against. */
const heldFor = (alarm: SilencedAlarm, { attributes, held_host: host }: OutboxRow) =>
  silenceableOf(alarm, { resource_id: attributes.resource_id, host });
