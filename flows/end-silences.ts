/**
 * Ends silences whose time is over. For each alarm that a silence held back, at most one
 * notification is released and sent; the others are dropped. It runs every minute. The decision
 * about one alarm is one transaction, so a later run continues where an earlier one died. While a
 * silence lasts, the rows of an alarm that fires again and again are thinned out, so that little is
 * left to do at its end.
 */
import pMap from 'p-map';
import { afterSilence, heldRows, type SilencedAlarm } from '../domain/alarms/end-silence.ts';
import { groupedRow, type OutboxRow } from '../domain/alarms/outbox-row.ts';
import { holdingSilence, nextLookAt, type Silence } from '../domain/alarms/silence.ts';
import { inTurns } from '../domain/in-turns.ts';
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
    /** The keys of the rows that a silence holds, the oldest first, in pages. */
    readonly heldKeys: (silence_id: string) => AsyncIterable<readonly RowKey[]>;
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
const limits = { silences: 500, timeMs: 20_000 };
/** Alarms whose rows are read together, and those of them that are decided at once. */
const alarmsRead = 25;
const alarmsAtOnce = 5;
/**
 * The newest rows of an alarm that are read. Of more, those between them and the first one are
 * dropped unread.
 */
const newestRows = 20;
/** The longest that one silence is worked on in a run, in milliseconds. The next run goes on. */
const workMs = 10_000;

/** @returns how many notifications were released. An error of one silence does not stop the others. */
export async function endSilences(deps: EndSilencesDeps): Promise<{ readonly released: number }> {
  const began = deps.now();
  const due = await deps.dueSilences(momentOf(began), limits.silences);
  const isOver = ({ ends_at }: Silence): boolean => ends_at <= momentOf(began);
  let released = 0;
  // Those that last can wait: the owners of alarms wait for the ends of the others.
  for (const silence of [...byTurns(due.filter(isOver)), ...due.filter((each) => !isOver(each))]) {
    if (deps.now() - began > limits.timeMs) break;
    try {
      released += await endOne(deps, silence);
    } catch (error) {
      deps.interrupted('end of a silence', error);
    }
  }
  return { released };
}

/** The silences, in turns of their projects: one may have many that end at the same time. */
const byTurns = (silences: readonly Silence[]): Silence[] =>
  inTurns([...Map.groupBy(silences, ({ project_id }) => project_id).values()]);

async function endOne(deps: EndSilencesDeps, silence: Silence): Promise<number> {
  const began = deps.now();
  const now = momentOf(began);
  const isOver = silence.ends_at <= now;
  if (!(await deps.postpone(silence, isOver ? now : nextLookAt(silence, now)))) return 0;
  const { byAlarm, isComplete } = await thinnedOut(deps, silence);
  if (!isOver || !isComplete) return 0;
  const isLate = Date.parse(silence.ends_at) + deps.lateSeconds * 1000 <= Date.parse(now);
  if (byAlarm.size === 0 && isLate) await deps.endSilence(silence, now);
  let released = 0;
  for (const some of slices([...byAlarm.values()], alarmsRead)) {
    if (deps.now() > began + workMs) break;
    const rows = await deps.held(silence.silence_id, some.flat());
    released += await deliver(deps, await decideAll(deps, silence, rows));
  }
  return released;
}

/**
 * The keys of the rows that decide about each alarm. `isComplete`: all that the silence holds was
 * looked at.
 */
type Thinned = {
  readonly byAlarm: ReadonlyMap<string, readonly RowKey[]>;
  readonly isComplete: boolean;
};

/**
 * Looks at what a silence holds, and drops all rows of an alarm but its first one and the newest:
 * these decide at the end. It reads and drops a page after the other, so a run that is over has
 * left less to the next one.
 */
async function thinnedOut(
  { heldKeys, drop, now }: EndSilencesDeps,
  { silence_id }: Silence,
): Promise<Thinned> {
  const ends = now() + workMs;
  const byAlarm = new Map<string, RowKey[]>();
  for await (const page of heldKeys(silence_id)) {
    for (const key of page) {
      const keys = byAlarm.get(key.alarm_id);
      if (keys) keys.push(key);
      else byAlarm.set(key.alarm_id, [key]);
    }
    const between = [...byAlarm.values()].flatMap((keys) =>
      keys.length > newestRows + 1 ? keys.splice(1, keys.length - newestRows - 1) : [],
    );
    if (between.length > 0) await drop(silence_id, between, momentOf(now()));
    if (now() > ends) return { byAlarm, isComplete: false };
  }
  return { byAlarm, isComplete: true };
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
  const freed = await pMap(
    byAlarm,
    async ([alarm_id, its]) => {
      try {
        return await decideOne(deps, { silence, alarm: alarms.get(alarm_id), sending }, its);
      } catch (error) {
        // The next run decides about it.
        deps.interrupted('end of a silence', error);
        return undefined;
      }
    },
    { concurrency: alarmsAtOnce },
  );
  return freed.flatMap((row) => row ?? []);
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
