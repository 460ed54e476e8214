/**
 * Decides what an event does to an alarm. Source: aodh `evaluator/event.py`. Clearing and the rules
 * of order are Doctor's own (docs/adr/0003, 0014).
 */

import { type DoctorEvent, projectOfEvent, resourceOfEvent } from '../events/event.ts';
import { forTenant } from '../events/visibility.ts';
import { parseMoment } from '../time.ts';
import type { Alarm, AlarmState, EventPattern, RuleCondition } from './alarm.ts';
import { isValueOf, matches } from './condition.ts';
import { isOlder, markOf, wasCovered } from './order.ts';
import { isReadable, isWithin } from './time-constraint.ts';

/** What is done for an event and an alarm. */
export type Decision =
  /** Nothing is written: the event does not concern the alarm, or gives the same decision again. */
  | { readonly kind: 'nothing'; readonly why: Why }
  /**
   * No notification; a row records that the event was decided. Only for alarms that events clear.
   */
  | { readonly kind: 'noted'; readonly why: Why }
  /** The alarm takes the state, and its owner is notified. */
  | { readonly kind: 'transition'; readonly to: 'alarm' | 'ok'; readonly reason: string }
  /** The owner is notified, but the state stays: a repeat, or an older event. */
  | { readonly kind: 'notice'; readonly reason: string }
  /** The alarm's rule cannot be read; its `state_reason` says so to its owner. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** A decision for which a row is written. */
export type Written = Extract<Decision, { kind: 'noted' | 'transition' | 'notice' }>;

type Why =
  | 'disabled'
  | 'accepted before the alarm was made'
  | 'of another project'
  | 'of another resource'
  | 'does not match'
  | 'outside of its time constraints'
  | 'already in alarm'
  | 'was covered by the alarm that has been left since'
  | 'nothing to clear'
  | 'older than what raised the alarm';

/** The beginning of the `state_reason` of an alarm that cannot be evaluated. */
export const cannotBeEvaluated = 'Cannot be evaluated';

/** The event as the alarm's owner may see it and its rule may match it. */
export const visibleTo = ({ project_id }: Alarm, event: DoctorEvent): DoctorEvent =>
  project_id === '' ? event : forTenant(event);

/** Decides for an event as the alarm's owner may see it (`visibleTo`). */
export function decide(alarm: Alarm, event: DoctorEvent): Decision {
  const why = whyUnconcerned(alarm, event);
  if (why) return { kind: 'nothing', why };
  const unreadable = whyUnreadable(alarm);
  if (unreadable) return { kind: 'unreadable', reason: `${cannotBeEvaluated}: ${unreadable}.` };
  const { rule } = alarm;
  // An event that matches both patterns raises: a false alarm is better than a missed one.
  if (matches(rule, event)) return decideRaise(alarm, event);
  if (rule.clear && matches(rule.clear, event)) return decideClear(alarm, event, rule.clear);
  return { kind: 'nothing', why: 'does not match' };
}

/**
 * Whether an event matches the rule of an alarm that it concerns, whatever it does to the alarm.
 * False for an alarm that cannot be evaluated.
 */
export const isMatched = (alarm: Alarm, event: DoctorEvent): boolean =>
  whyUnconcerned(alarm, event) === undefined &&
  whyUnreadable(alarm) === undefined &&
  matches(alarm.rule, event);

function whyUnconcerned(alarm: Alarm, event: DoctorEvent): Why | undefined {
  if (!alarm.enabled) return 'disabled';
  if (event.accepted_at < alarm.created_at) return 'accepted before the alarm was made';
  if (projectOfEvent(event) !== alarm.project_id) return 'of another project';
  if (alarm.resource_id !== null && alarm.resource_id !== resourceOfEvent(event)) {
    return 'of another resource';
  }
  return undefined;
}

/** Which part of the alarm cannot be read, as a phrase; undefined if it can be evaluated. */
function whyUnreadable({ rule, time_constraints }: Alarm): string | undefined {
  const conditions = [...rule.query, ...(rule.clear?.query ?? [])];
  const condition = conditions.find(({ type, value }) => !isValueOf(type, value));
  if (condition) {
    const { field, type, value } = condition;
    return `the value ${JSON.stringify(value.slice(0, 100))} of ${field} is no ${type}`;
  }
  const constraint = time_constraints.find((each) => !isReadable(each));
  if (!constraint) return undefined;
  return `the time constraint ${JSON.stringify(constraint.name)} has no start that can be read`;
}

function decideRaise(alarm: Alarm, event: DoctorEvent): Decision {
  if (!isWithin(alarm.time_constraints, happenedAt(event))) {
    return { kind: 'nothing', why: 'outside of its time constraints' };
  }
  const reason = reasonOf(alarm.rule, event, 'query');
  const stays = alarm.state === 'alarm' || isOlder(alarm, event);
  if (!stays) return { kind: 'transition', to: 'alarm', reason };
  if (wasClearedSince(alarm, event)) return { kind: 'transition', to: 'ok', reason };
  if (alarm.repeat_actions) return { kind: 'notice', reason };
  if (alarm.state === 'alarm') return withoutNotification(alarm, 'already in alarm');
  return wasCovered(alarm, event)
    ? withoutNotification(alarm, 'was covered by the alarm that has been left since')
    : { kind: 'notice', reason };
}

/**
 * Whether a newer event has cleared the alarm in advance: it came first, while the alarm had no
 * data, and found nothing to clear. In order, the two events would have raised and then cleared the
 * alarm.
 */
const wasClearedSince = (alarm: Alarm, event: DoctorEvent): boolean =>
  alarm.rule.clear !== undefined &&
  alarm.state === 'insufficient data' &&
  alarm.state_timestamp <= event.accepted_at;

/**
 * Time constraints do not apply to clearing, because no second event would clear the alarm later.
 */
function decideClear(alarm: Alarm, event: DoctorEvent, clear: EventPattern): Decision {
  if (alarm.state !== 'alarm') return withoutNotification(alarm, 'nothing to clear');
  const reason = reasonOf(clear, event, 'clear query');
  if (!isOlder(alarm, event)) return { kind: 'transition', to: 'ok', reason };
  // The alarm was cleared between two events that raise it. The owner was notified of the first
  // only.
  const between = alarm.entered_alarm_at !== null && alarm.entered_alarm_at <= event.accepted_at;
  return between
    ? { kind: 'notice', reason }
    : withoutNotification(alarm, 'older than what raised the alarm');
}

/**
 * No notification. An alarm without `clear` gives the same decision for the event's other copy. An
 * alarm with `clear` may be cleared and raised in between, so for it the decision is recorded.
 */
const withoutNotification = ({ rule }: Alarm, why: Why): Decision => ({
  kind: rule.clear ? 'noted' : 'nothing',
  why,
});

/** When the event happened, as its sender says; if that cannot be read, when Doctor accepted it. */
export const happenedAt = ({ generated, accepted_at }: DoctorEvent): string =>
  parseMoment(generated) ?? accepted_at;

/** The reason for people, in Aodh's words. */
function reasonOf(
  { query }: EventPattern,
  { message_id, event_type }: DoctorEvent,
  name: 'query' | 'clear query',
): string {
  const conditions = `[${query.map(conditionText).join(', ')}]`;
  return `Event <id=${message_id},event_type=${event_type}> hits the ${name} <query=${conditions}>.`;
}

/**
 * A condition as Python writes JSON with sorted keys. `field, op, type, value` are in that order.
 */
function conditionText({ field, op, type, value }: RuleCondition): string {
  const pairs = Object.entries({ field, op, type, value });
  return `{${pairs.map(([key, text]) => `"${key}": ${JSON.stringify(text)}`).join(', ')}}`;
}

/** The alarm after a decision; undefined if its row does not change. */
export function alarmAfter(
  alarm: Alarm,
  event: DoctorEvent,
  decision: Written,
  now: string,
): Alarm | undefined {
  const older = isOlder(alarm, event);
  const next = { ...alarm, revision: alarm.revision + 1, ...(!older && markOf(event)) };
  if (decision.kind !== 'transition') {
    // Without `clear`, only transitions are stored on the alarm.
    return alarm.rule.clear && !older ? next : undefined;
  }
  const { to, reason } = decision;
  return {
    ...next,
    state: to,
    state_reason: reason,
    state_timestamp: now,
    ...(to === 'alarm' || older ? { entered_alarm_at: event.accepted_at } : {}),
    ...(to === 'ok' ? { left_alarm_at: next.stamped_at } : {}),
    transitions: { ...alarm.transitions, [to]: (alarm.transitions[to] ?? 0) + 1 },
  };
}

/** The states before and after that the notification reports. */
export const statesNotified = (
  alarm: Alarm,
  decision: Written,
): { readonly previous: AlarmState; readonly current: AlarmState } => ({
  previous: alarm.state,
  current: decision.kind === 'transition' ? decision.to : alarm.state,
});
