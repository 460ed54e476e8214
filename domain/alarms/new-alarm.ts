/** Makes the row of an alarm of its facts, also where the facts change its type. */
import { isEqual } from 'es-toolkit';
import type * as z from 'zod';
import { armingAfter, armingOfNew } from './absence.ts';
import type { Alarm, CommonRecord } from './alarm.ts';
import type { AnyFacts } from './alarm-facts.ts';
import { type AnyAlarm, isPeriodic, type PeriodicAlarm } from './periodic-alarm.ts';

type AlarmRecord = z.infer<typeof CommonRecord>;
type EventMarks = Pick<Alarm, 'stamp' | 'stamped_at' | 'entered_alarm_at' | 'left_alarm_at'>;
type RoundMarks = Pick<PeriodicAlarm, 'failed_rounds' | 'last_round'>;

/** The marks of an event alarm that no event has reached. */
const noEvents = ({ state, state_timestamp }: AlarmRecord): EventMarks => ({
  stamp: null,
  stamped_at: null,
  entered_alarm_at: state === 'alarm' ? state_timestamp : null,
  left_alarm_at: null,
});

const noRounds: RoundMarks = { failed_rounds: 0, last_round: 0 };

/**
 * An alarm with these facts that was never evaluated.
 * @param scope the project that its queries are limited to; null for none. Ignored for event alarms.
 */
export const newAlarm = (
  record: AlarmRecord,
  facts: AnyFacts,
  scope: string | null,
  now: string,
): AnyAlarm =>
  isPeriodic(facts)
    ? { ...facts, ...record, ...noRounds, scope }
    : { ...facts, ...record, ...noEvents(record), ...armingOfNew(facts, now) };

/**
 * The alarm with other facts. What its evaluator has stored stays, unless its type changes to one that
 * another evaluator handles. After a change of the rule, failed rounds are counted anew.
 */
export function withFacts(
  stored: AnyAlarm,
  facts: AnyFacts,
  scope: string | null,
  now: string,
): AnyAlarm {
  if (isPeriodic(facts)) {
    if (!isPeriodic(stored)) return newAlarm(recordOf(stored), facts, scope, now);
    const failed_rounds = isEqual(stored.rule, facts.rule) ? stored.failed_rounds : 0;
    return { ...stored, ...facts, scope, failed_rounds };
  }
  return isPeriodic(stored)
    ? newAlarm(recordOf(stored), facts, scope, now)
    : { ...stored, ...facts, ...armingAfter(stored, facts, now) };
}

const recordOf = (alarm: AnyAlarm): AlarmRecord => ({
  alarm_id: alarm.alarm_id,
  revision: alarm.revision,
  state: alarm.state,
  state_reason: alarm.state_reason,
  state_timestamp: alarm.state_timestamp,
  timestamp: alarm.timestamp,
  created_at: alarm.created_at,
  transitions: alarm.transitions,
});
