/**
 * Evaluates the alarms of a message of a round: asks each query once, decides, and writes what changes.
 * Alarms that stay as they are cost no read and no write. A round writes only while no newer round of
 * its project has begun: docs/adr/0064.
 */
import { isEqual } from 'es-toolkit';
import { isToSend, type OutboxRow } from '../domain/alarms/outbox-row.ts';
import type { PeriodicAlarm } from '../domain/alarms/periodic-alarm.ts';
import type { PlannedAlarm } from '../domain/alarms/periodic-index.ts';
import { namedAlarms } from '../domain/alarms/periodic-parts.ts';
import { isPlanOld, type ProjectRound } from '../domain/alarms/project-round.ts';
import {
  decideRound,
  type Round,
  type RoundWrite,
  roundOf,
  roundWrite,
} from '../domain/alarms/round.ts';
import type { Findings } from '../domain/alarms/round-outcome.ts';
import { askedKey, askedOf, type RoundMessage } from '../domain/alarms/round-plan.ts';
import { slices } from '../domain/slices.ts';
import { type Answers, type AskDeps, askAll } from './ask-queries.ts';
import { type DeliverDeps, deliver } from './deliver.ts';
import { type NoteFiringsDeps, noteFirings } from './note-firings.ts';
import { rowToSend, type SilencesDeps, sendingOf } from './silences-of.ts';

/**
 * The outcome of a write. `fired before`: this round's record is there, so its owner is notified.
 * `round over`: a newer round of the project has begun.
 */
export type RoundOutcome = 'written' | 'alarm changed' | 'fired before' | 'round over';

/** The round of a project that writes, and the time of the write. */
export type RoundWriter = {
  readonly project_id: string;
  readonly round: number;
  readonly now: string;
};

/** What the evaluation needs from outside. */
export type RoundDeps = DeliverDeps &
  NoteFiringsDeps &
  SilencesDeps &
  AskDeps & {
    /**
     * Records that a round of the project begins, unless a newer one has begun.
     * @returns the newest round that has begun.
     */
    readonly beginRound: (project_id: string, round: number) => Promise<ProjectRound>;
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
    /** Writes each completely or not at all, in any order, while the round is the newest of its project. */
    readonly writeRounds: (
      writes: readonly RoundWrite[],
      writer: RoundWriter,
    ) => Promise<readonly RoundOutcome[]>;
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
 * Evaluates the message, as a part of the newest round of its project that has begun: a message that is
 * late asks at the time of that round. If a newer round begins meanwhile, the alarms that were not
 * written are asked once more, for that one. Safe to repeat: a round writes an alarm once at most.
 * @throws the error of a read or write.
 */
export async function evaluateRound(deps: RoundDeps, message: RoundMessage): Promise<RoundCounts> {
  const { counts, overtaken } = await evaluateAlarms(deps, message, await alarmsOf(deps, message));
  if (overtaken.length === 0) return counts;
  // Alarms that are overtaken again are left to the messages of the newer round.
  const { counts: more } = await evaluateAlarms(deps, message, overtaken);
  return {
    asked: counts.asked + more.asked,
    decided: counts.decided,
    postponed: counts.postponed + more.postponed,
    fired: counts.fired + more.fired,
    published: counts.published + more.published,
  };
}

type Evaluated = {
  readonly counts: RoundCounts;
  /** Alarms that were not written because a newer round of the project has begun. */
  readonly overtaken: readonly PlannedAlarm[];
};

async function evaluateAlarms(
  deps: RoundDeps,
  message: RoundMessage,
  alarms: readonly PlannedAlarm[],
): Promise<Evaluated> {
  const { project_id, lane } = message;
  const begun = await deps.beginRound(project_id, message.round);
  const round = roundOf(begun.round);
  const queries = new Map(alarms.flatMap(askedOf).map((asked) => [askedKey(asked), asked]));
  const answers = await askAll(deps, { queries, project_id, lane, at: round.at });
  const isOpen = (alarm: PlannedAlarm): boolean =>
    askedOf(alarm).some((asked) => answers.postponed.has(askedKey(asked)));
  const open = alarms.filter(isOpen);
  if (open.length > 0) await deps.sendRounds([postponed(message, open)]);
  const closed = alarms.filter((alarm) => !isOpen(alarm));
  const states = await deps.partStates([...new Set(closed.flatMap(namedAlarms))], project_id);
  const rows: OutboxRow[] = [];
  const overtaken: PlannedAlarm[] = [];
  let published = 0;
  for (const some of slices(closed, atOnce)) {
    const decided = await decideSome(deps, some, {
      round,
      project_id,
      isOld: isPlanOld(begun, message.planned_at),
      findingsOf: findingsIn(answers, states),
    });
    rows.push(...decided.rows);
    overtaken.push(...some.filter(({ alarm_id }) => decided.overtaken.has(alarm_id)));
    published += await deliver(deps, decided.rows);
  }
  await noteFirings(deps, [{ rows, at: new Date(deps.now()).toISOString() }]);
  const counts = {
    asked: answers.asked,
    decided: closed.length,
    postponed: open.length,
    fired: rows.length,
    published,
  };
  return { counts, overtaken };
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

type Deciding = {
  readonly round: Round;
  readonly project_id: string;
  /** Whether the alarms as planned may not show what an older round wrote. */
  readonly isOld: boolean;
  readonly findingsOf: FindingsOf;
};

/**
 * Decides for alarms as the index shows them. Those for which something would be written are read
 * consistently and decided again: they may have been edited, disabled or deleted since.
 * @returns the records of those that fired and are not held back by a silence, and the ids of those
 * that a newer round has overtaken.
 */
async function decideSome(
  deps: RoundDeps,
  planned: readonly PlannedAlarm[],
  { round, project_id, isOld, findingsOf }: Deciding,
): Promise<{ readonly rows: OutboxRow[]; readonly overtaken: ReadonlySet<string> }> {
  const byId = new Map(planned.map((alarm) => [alarm.alarm_id, alarm]));
  const isAsPlanned = ({ alarm_id, rule, scope }: PeriodicAlarm): boolean => {
    const plan = byId.get(alarm_id);
    return plan !== undefined && plan.scope === scope && isEqual(plan.rule, rule);
  };
  const isToRead = (alarm: PlannedAlarm): boolean =>
    isOld || decideRound(alarm, findingsOf(alarm.scope), round.round).kind !== 'nothing';
  let left = planned.filter(isToRead).map(({ alarm_id }) => alarm_id);
  const rows: OutboxRow[] = [];
  const overtaken = new Set<string>();
  for (let tries = 0; left.length > 0 && tries < mostTries; tries++) {
    const alarms = (await deps.periodicAlarms(left)).filter(isAsPlanned);
    const now = new Date(deps.now()).toISOString();
    const decided = alarms.flatMap(
      (alarm) => roundWrite(alarm, findingsOf(alarm.scope), round, now) ?? [],
    );
    const writes = await asSent(deps, decided, now);
    const writer = { project_id, round: round.round, now };
    const outcomes = await deps.writeRounds(writes, writer);
    const idsOf = (outcome: RoundOutcome): string[] =>
      writes.flatMap(({ to }, n) => (outcomes[n] === outcome ? [to.alarm_id] : []));
    left = idsOf('alarm changed');
    for (const alarm_id of idsOf('round over')) overtaken.add(alarm_id);
    rows.push(
      ...writes.flatMap(({ row }, n) =>
        row && isToSend(row) && outcomes[n] === 'written' ? [row] : [],
      ),
    );
  }
  return { rows, overtaken };
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
