/**
 * Alarms on events that do not come (`timeout` in the rule). Such an alarm is armed when it is made
 * or enabled, and by each event that matches its rule. It fires if no other one was accepted for
 * its timeout. Decision: docs/adr/0046.
 */
import type { DoctorEvent, Trait } from '../events/event.ts';
import { timeoutId } from '../ids.ts';
import { laterBy, naive } from '../time.ts';
import type { Alarm, AlarmFacts } from './alarm.ts';
import { isMatched } from './evaluate.ts';
import { type Firing, firingOfTimeout } from './firing.ts';
import type { OutboxRow } from './outbox-row.ts';
import { isReadable, isWithin } from './time-constraint.ts';

/**
 * An event moves `armed_at` only if it was accepted at least so many seconds later. So a busy alarm
 * is written once a second at most. The alarm fires up to that much later, and never too early.
 */
const graceSeconds = 1;

/**
 * A timer that fell due so many seconds ago is taken for lost, such as with a dead letter that was deleted:
 * the next event sets another one. If it comes after all, it is not the alarm's any more.
 */
const lostSeconds = 60;

/** The type of the event that a timeout stands for. */
export const timeoutEventType = 'alarm.timeout';

/** The fields of an alarm that say when it fires: both null if it is not armed. */
export type Arming = Pick<Alarm, 'armed_at' | 'timer_at'>;

const disarmed: Arming = { armed_at: null, timer_at: null };

/**
 * The time at which an alarm fires that was armed at a moment; not before `now`, because no tick
 * looks at past times.
 */
function timerFor(armed_at: string, timeout: number, now: string): string {
  const due = laterBy(armed_at, timeout + graceSeconds);
  return due > now ? due : now;
}

const armedAt = (armed_at: string, timeout: number, now: string): Arming => ({
  armed_at,
  timer_at: timerFor(armed_at, timeout, now),
});

/** The arming of a new alarm. */
export const armingOfNew = ({ enabled, rule }: AlarmFacts, now: string): Arming =>
  enabled && rule.timeout ? armedAt(now, rule.timeout, now) : disarmed;

/** The parts of an alarm whose change arms it again. */
const watched = ({ enabled, rule, resource_id, project_id }: AlarmFacts): string =>
  JSON.stringify([enabled, rule, resource_id, project_id]);

/**
 * The arming of an alarm after its owner has changed it. It begins again if the rule matches other
 * events now.
 */
export const armingAfter = (before: Alarm, facts: AlarmFacts, now: string): Arming =>
  watched(before) === watched(facts)
    ? { armed_at: before.armed_at, timer_at: before.timer_at }
    : armingOfNew(facts, now);

/**
 * The alarm after events that may match it; undefined if they do not arm it.
 * @param events as the alarm's owner may see them.
 */
export function armedBy(
  alarm: Alarm,
  events: readonly DoctorEvent[],
  now: string,
): Alarm | undefined {
  const { timeout } = alarm.rule;
  if (!timeout) return undefined;
  const { armed_at, revision } = alarm;
  const isLost = alarm.timer_at !== null && laterBy(alarm.timer_at, lostSeconds) < now;
  const timer_at = isLost ? null : alarm.timer_at;
  const after = armed_at !== null && timer_at !== null ? laterBy(armed_at, graceSeconds) : armed_at;
  const counts = ({ accepted_at }: DoctorEvent): boolean =>
    after === null || (timer_at === null ? accepted_at > after : accepted_at >= after);
  const newest = events
    .filter((event) => counts(event) && isMatched(alarm, event))
    .map(({ accepted_at }) => accepted_at)
    .toSorted()
    .at(-1);
  if (newest === undefined) return undefined;
  const arming = timer_at === null ? armedAt(newest, timeout, now) : { armed_at: newest, timer_at };
  return { ...alarm, ...arming, revision: revision + 1 };
}

/** A timer that fell due: the alarm, and the time that it was set to. */
export type DueTimer = { readonly alarm_id: string; readonly due: string };

/** The decision about an alarm whose timer fell due. */
export type TimeoutDecision =
  /** The timer does not belong to the alarm any more: the alarm was changed, or has fired. */
  | { readonly kind: 'stale' }
  /** An event came since the timer was set: it is set again. */
  | { readonly kind: 'armed'; readonly to: Alarm }
  | { readonly kind: 'fired'; readonly firing: Firing<OutboxRow> };

/** Decides for an alarm as it is now. */
export function decideTimeout(alarm: Alarm, due: string, time: string): TimeoutDecision {
  // The timer fell due by another clock, which may be ahead.
  const now = time > due ? time : due;
  const { timeout } = alarm.rule;
  const { armed_at, timer_at, enabled, time_constraints } = alarm;
  if (timer_at !== due || armed_at === null || !timeout || !enabled) return { kind: 'stale' };
  const again = (from: string): TimeoutDecision => ({
    kind: 'armed',
    to: { ...alarm, ...armedAt(from, timeout, now), revision: alarm.revision + 1 },
  });
  if (laterBy(armed_at, timeout + graceSeconds) > now) return again(armed_at);
  const constraints = time_constraints.filter(isReadable);
  if (!isWithin(constraints, due)) return again(now);
  return { kind: 'fired', firing: timedOut(alarm, { timeout, armed_at, due, now }) };
}

/** The event that a timeout stands for: the same each time it is made. */
function timeoutEvent(
  { alarm_id, project_id, resource_id }: Alarm,
  { timeout, armed_at, due }: Timing,
): DoctorEvent {
  const traits: Trait[] = [
    ['project_id', 1, project_id],
    ['alarm_id', 1, alarm_id],
    ['timeout', 2, timeout],
    ['armed_at', 4, naive(armed_at)],
  ];
  if (resource_id !== null) traits.push(['resource_id', 1, resource_id]);
  return {
    message_id: timeoutId(alarm_id, due),
    event_type: timeoutEventType,
    generated: naive(due),
    traits,
    accepted_at: due,
    stamp: null,
    fault_id: null,
  };
}

type Timing = {
  readonly timeout: number;
  readonly armed_at: string;
  readonly due: string;
  readonly now: string;
};

/** The alarm goes to `insufficient data`, and is armed again by the next event that matches. */
function timedOut(alarm: Alarm, timing: Timing): Firing<OutboxRow> {
  const { due, now } = timing;
  const to: Alarm = {
    ...alarm,
    state: 'insufficient data',
    state_reason: timeoutReason,
    ...(alarm.state !== 'insufficient data' && { state_timestamp: now }),
    ...(alarm.state === 'alarm' && { left_alarm_at: due }),
    timer_at: null,
    revision: alarm.revision + 1,
    transitions: {
      ...alarm.transitions,
      'insufficient data': (alarm.transitions['insufficient data'] ?? 0) + 1,
    },
  };
  return firingOfTimeout(alarm, to, timeoutEvent(alarm, timing), now);
}

/** The reason of the notification and of the state. */
export const timeoutReason = 'timeout';
