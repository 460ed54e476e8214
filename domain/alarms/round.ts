/**
 * Decides what a round does to a periodic alarm, and what is written for it. Sources: aodh
 * `evaluator/__init__.py`, `evaluator/threshold.py`, `evaluator/composite.py`; what differs is in
 * docs/wire/alarming.md#prometheus-and-composite.
 */
import type { RoundNotification } from '../events/messages.ts';
import { notificationId, roundEventId } from '../ids.ts';
import { momentOf } from '../time.ts';
import type { AlarmState } from './alarm.ts';
import { type OutboxRow, outboxRow } from './outbox-row.ts';
import type { PeriodicAlarm } from './periodic-alarm.ts';
import type { PlannedAlarm } from './periodic-index.ts';
import { type Findings, type Outcome, outcomeOf } from './round-outcome.ts';
import { type RoundReason, reasonFor } from './round-reason.ts';
import { isReadable, isWithin } from './time-constraint.ts';

/** Rounds in a row without an answer after which an alarm has insufficient data. */
export const roundsWithoutAnswer = 3;

/** A round: which minute since 1970 it is, and the time at which its queries are evaluated. */
export type Round = { readonly round: number; readonly at: string };

/** The round with a number. */
export const roundOf = (round: number): Round => ({ round, at: momentOf(round * 60_000) });

/** The round of a time in milliseconds since 1970. */
export const roundAt = (time: number): Round => roundOf(Math.floor(time / 60_000));

/** What a round does to an alarm. */
export type RoundDecision =
  /** Nothing is written. */
  | { readonly kind: 'nothing' }
  /** Only what later rounds need is written; the owner is not notified. `reason` becomes the state's. */
  | { readonly kind: 'noted'; readonly failed_rounds: number; readonly reason?: string }
  /** The owner is notified: the state changes, or the alarm repeats its actions. */
  | ({
      readonly kind: 'fired';
      readonly to: AlarmState;
      readonly failed_rounds: number;
    } & RoundReason);

/** Decides for an alarm, as the index shows it or as its row is. */
export function decideRound(alarm: PlannedAlarm, findings: Findings, round: number): RoundDecision {
  if (alarm.last_round >= round) return { kind: 'nothing' };
  const outcome = outcomeOf(alarm, findings, alarm.state);
  if (outcome.state === 'failed') return afterFailure(alarm, outcome.why);
  const to = stateAfter(alarm.state, outcome);
  if (to !== alarm.state || alarm.repeat_actions) {
    return { kind: 'fired', to, failed_rounds: 0, ...reasonFor(alarm, outcome, to, findings) };
  }
  const isFirst = alarm.last_round === 0 && to === 'insufficient data';
  if (isFirst) {
    const { reason } = reasonFor(alarm, outcome, to, findings);
    return { kind: 'noted', failed_rounds: 0, reason };
  }
  return alarm.failed_rounds > 0 ? { kind: 'noted', failed_rounds: 0 } : { kind: 'nothing' };
}

/** Mixed values keep the state, unless there was no data before. */
function stateAfter(state: AlarmState, outcome: Exclude<Outcome, { state: 'failed' }>): AlarmState {
  if (outcome.state !== 'mixed') return outcome.state;
  return state === 'insufficient data' ? outcome.last : state;
}

/** A round without an answer is counted. The third in a row takes the alarm to insufficient data, once. */
function afterFailure(alarm: PlannedAlarm, why: string): RoundDecision {
  if (alarm.failed_rounds >= roundsWithoutAnswer) return { kind: 'nothing' };
  const failed_rounds = alarm.failed_rounds + 1;
  if (failed_rounds < roundsWithoutAnswer) return { kind: 'noted', failed_rounds };
  const reason = `No answer from Prometheus in ${roundsWithoutAnswer} rounds: ${why}`;
  const to = 'insufficient data';
  if (alarm.state === to) return { kind: 'noted', failed_rounds, reason };
  const { reason_data } = reasonFor(alarm, { state: to }, to);
  return { kind: 'fired', to, failed_rounds, reason, reason_data };
}

/** The writes of a round for one alarm: its row, and the record with the notification, if it fired. */
export type RoundWrite = {
  readonly from: PeriodicAlarm;
  readonly to: PeriodicAlarm;
  readonly row: OutboxRow | undefined;
};

/**
 * The writes for an alarm as its row is, read consistently; undefined if nothing is written: it was
 * disabled, or the round is outside of its time constraints, or decides nothing.
 * @param now the time of the write.
 */
export function roundWrite(
  alarm: PeriodicAlarm,
  findings: Findings,
  { round, at }: Round,
  now: string,
): RoundWrite | undefined {
  if (!alarm.enabled) return undefined;
  if (!alarm.time_constraints.every(isReadable) || !isWithin(alarm.time_constraints, at)) {
    return undefined;
  }
  const decision = decideRound(alarm, findings, round);
  if (decision.kind === 'nothing') return undefined;
  const { failed_rounds, reason } = decision;
  const next = { revision: alarm.revision + 1, last_round: round, failed_rounds };
  if (decision.kind === 'noted') {
    const to = { ...alarm, ...next, ...(reason !== undefined && { state_reason: reason }) };
    return { from: alarm, to, row: undefined };
  }
  const to = { ...alarm, ...next, ...entered(alarm, decision, now) };
  const event_id = roundEventId(alarm.alarm_id, round);
  const notification: RoundNotification = {
    alarm_id: alarm.alarm_id,
    alarm_name: alarm.name,
    severity: alarm.severity,
    previous: alarm.state,
    current: decision.to,
    reason: decision.reason,
    reason_data: decision.reason_data,
    notification_id: notificationId(alarm.alarm_id, event_id),
    project_id: alarm.project_id,
    state_timestamp: to.state_timestamp,
    evaluated_at: at,
  };
  return { from: alarm, to, row: outboxRow(to, notification, { event_id, attributes: {}, now }) };
}

/** The fields of the state after a firing. A repeat keeps the state and its time. */
function entered(
  alarm: PeriodicAlarm,
  { to, reason }: Extract<RoundDecision, { kind: 'fired' }>,
  now: string,
): Partial<Pick<PeriodicAlarm, 'state' | 'state_reason' | 'state_timestamp' | 'transitions'>> {
  if (to === alarm.state) return { state_reason: reason };
  return {
    state: to,
    state_reason: reason,
    state_timestamp: now,
    transitions: { ...alarm.transitions, [to]: (alarm.transitions[to] ?? 0) + 1 },
  };
}
