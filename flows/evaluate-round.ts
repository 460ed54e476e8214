/**
 * Evaluates the alarms of a message of a round: asks each query once, decides, and writes what changes.
 * Alarms that stay as they are cost no read and no write.
 */
import { isEqual } from 'es-toolkit';
import { isToSend, type OutboxRow } from '../domain/alarms/outbox-row.ts';
import type { PeriodicAlarm } from '../domain/alarms/periodic-alarm.ts';
import type { PlannedAlarm } from '../domain/alarms/periodic-index.ts';
import { namedAlarms } from '../domain/alarms/periodic-parts.ts';
import { decideRound, type Round, type RoundWrite, roundWrite } from '../domain/alarms/round.ts';
import type { Findings } from '../domain/alarms/round-outcome.ts';
import { askedKey, askedOf, type RoundMessage } from '../domain/alarms/round-plan.ts';
import { slices } from '../domain/slices.ts';
import { type Answers, type AskDeps, askAll } from './ask-queries.ts';
import { type DeliverDeps, deliver } from './deliver.ts';
import { type NoteFiringsDeps, noteFirings } from './note-firings.ts';
import { rowToSend, type SilencesDeps, sendingOf } from './silences-of.ts';

/** The outcome of a write. `fired before`: this round's record is there, so its owner is notified. */
export type RoundOutcome = 'written' | 'alarm changed' | 'fired before';

/** What the evaluation needs from outside. */
export type RoundDeps = DeliverDeps &
  NoteFiringsDeps &
  SilencesDeps &
  AskDeps & {
    /** The alarms at a place of the index, in pages. */
    readonly members: (
      group: NonNullable<RoundMessage['group']>,
    ) => AsyncIterable<readonly PlannedAlarm[]>;
    /** The states of alarms that can be parts of a rule of the project; others are left out. */
    readonly partStates: (
      ids: readonly string[],
      project_id: string,
    ) => Promise<ReadonlyMap<string, PeriodicAlarm['state']>>;
    /** Periodic alarms, read consistently, in any order; ids of others are left out. */
    readonly periodicAlarms: (ids: readonly string[]) => Promise<readonly PeriodicAlarm[]>;
    /** Writes each in a transaction of its own, in any order. */
    readonly writeRounds: (writes: readonly RoundWrite[]) => Promise<readonly RoundOutcome[]>;
    /** Durably queues the messages in their lanes. */
    readonly sendRounds: (messages: readonly RoundMessage[]) => Promise<void>;
  };

/** The counts of one evaluation. */
export type RoundCounts = {
  /** Queries that were asked. */
  readonly asked: number;
  /** Alarms that were decided. */
  readonly decided: number;
  /** Alarms that were put off to the slow lane. */
  readonly postponed: number;
  readonly fired: number;
  readonly published: number;
};

/** Alarms that are read and written together. */
const atOnce = 100;
/** How often an alarm is read and decided again because another writer was faster. */
const mostTries = 3;

/**
 * Evaluates the message. Safe to repeat, and to run late: a round writes an alarm once at most.
 * @throws the error of a read or write.
 */
export async function evaluateRound(
  deps: RoundDeps,
  message: RoundMessage,
  round: Round,
): Promise<RoundCounts> {
  const alarms = await alarmsOf(deps, message);
  const { project_id, lane } = message;
  const queries = new Map(alarms.flatMap(askedOf).map((asked) => [askedKey(asked), asked]));
  const answers = await askAll(deps, { queries, project_id, lane, at: round.at });
  const isOpen = (alarm: PlannedAlarm): boolean =>
    askedOf(alarm).some((asked) => answers.postponed.has(askedKey(asked)));
  const open = alarms.filter(isOpen);
  if (open.length > 0) await deps.sendRounds([postponed(message, open)]);
  const closed = alarms.filter((alarm) => !isOpen(alarm));
  const states = await deps.partStates([...new Set(closed.flatMap(namedAlarms))], project_id);
  const rows: OutboxRow[] = [];
  let published = 0;
  for (const some of slices(closed, atOnce)) {
    const written = await decideSome(deps, some, {
      round,
      findingsOf: findingsIn(answers, states),
    });
    rows.push(...written);
    published += await deliver(deps, written);
  }
  await noteFirings(deps, [{ rows, at: new Date(deps.now()).toISOString() }]);
  return {
    asked: answers.asked,
    decided: closed.length,
    postponed: open.length,
    fired: rows.length,
    published,
  };
}

/** The message for the slow lane. A group stays a group: its alarms share their only query. */
const postponed = (message: RoundMessage, open: readonly PlannedAlarm[]): RoundMessage => ({
  ...message,
  lane: 'slow',
  alarms: message.group ? [] : [...open],
});

async function alarmsOf(deps: RoundDeps, { alarms, group }: RoundMessage): Promise<PlannedAlarm[]> {
  if (!group) return [...alarms];
  const found: PlannedAlarm[] = [];
  for await (const page of deps.members(group)) found.push(...page);
  return found;
}

type FindingsOf = (scope: string | null) => Findings;

const findingsIn =
  (answers: Answers, states: ReadonlyMap<string, PeriodicAlarm['state']>): FindingsOf =>
  (scope) => ({
    answerTo: (query) =>
      answers.answers.get(askedKey({ scope, query })) ?? {
        kind: 'failed',
        reason: 'it was not asked',
      },
    stateOf: (alarm_id) => states.get(alarm_id),
  });

type Deciding = { readonly round: Round; readonly findingsOf: FindingsOf };

/**
 * Decides for alarms as the index shows them. Those for which something would be written are read
 * consistently and decided again: they may have been edited, disabled or deleted since.
 * @returns the records of those that fired and are not held back by a silence.
 */
async function decideSome(
  deps: RoundDeps,
  planned: readonly PlannedAlarm[],
  { round, findingsOf }: Deciding,
): Promise<OutboxRow[]> {
  const byId = new Map(planned.map((alarm) => [alarm.alarm_id, alarm]));
  const isAsPlanned = ({ alarm_id, rule, scope }: PeriodicAlarm): boolean => {
    const plan = byId.get(alarm_id);
    return plan !== undefined && plan.scope === scope && isEqual(plan.rule, rule);
  };
  let left = planned
    .filter((alarm) => {
      const decision = decideRound(alarm, findingsOf(alarm.scope), round.round);
      return decision.kind !== 'nothing';
    })
    .map(({ alarm_id }) => alarm_id);
  const rows: OutboxRow[] = [];
  for (let tries = 0; left.length > 0 && tries < mostTries; tries++) {
    const alarms = (await deps.periodicAlarms(left)).filter(isAsPlanned);
    const now = new Date(deps.now()).toISOString();
    const decided = alarms.flatMap(
      (alarm) => roundWrite(alarm, findingsOf(alarm.scope), round, now) ?? [],
    );
    const writes = await asSent(deps, decided, now);
    const outcomes = await deps.writeRounds(writes);
    left = writes.filter((_, n) => outcomes[n] === 'alarm changed').map(({ to }) => to.alarm_id);
    rows.push(
      ...writes.flatMap(({ row }, n) =>
        row && isToSend(row) && outcomes[n] === 'written' ? [row] : [],
      ),
    );
  }
  return rows;
}

/** The writes with their notifications as they are sent: those that a silence matches are held back. */
async function asSent(
  deps: RoundDeps,
  writes: readonly RoundWrite[],
  now: string,
): Promise<RoundWrite[]> {
  const firing = writes.flatMap(({ from, row }) => (row ? [from] : []));
  const sending = await sendingOf(deps, firing);
  return writes.map((write) =>
    write.row ? { ...write, row: rowToSend(sending, write.from, { row: write.row, now }) } : write,
  );
}
