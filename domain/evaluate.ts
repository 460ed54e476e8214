/**
 * Whether an event fires an alarm, and what then changes. Source: aodh `evaluator/event.py`; the
 * rules of order are ours (docs/adr/0003).
 */
import type { Alarm, AlarmState, Condition } from './alarm.ts';
import { matches } from './condition.ts';
import { type DoctorEvent, projectOfEvent, resourceOfEvent } from './event.ts';
import { forTenant } from './visibility.ts';

export type Decision =
  | { readonly kind: 'nothing'; readonly why: Why }
  /** The alarm takes the state `alarm`, and its owner is told. */
  | { readonly kind: 'transition'; readonly reason: string }
  /** The owner is told and the alarm stays as it is: a repeat, or older news. */
  | { readonly kind: 'notice'; readonly reason: string };

type Why =
  | 'disabled'
  | 'accepted before the alarm was made'
  | 'of another project'
  | 'of another resource'
  | 'does not match'
  | 'already in alarm'
  | 'was covered by the alarm that has been left since';

/** What of an event the alarm's owner may know, and its rule may match on. */
export const visibleTo = ({ project_id }: Alarm, event: DoctorEvent): DoctorEvent =>
  project_id === '' ? event : forTenant(event);

/** Decides for an event as the alarm's owner may see it (`visibleTo`). */
export function decide(alarm: Alarm, event: DoctorEvent): Decision {
  const why = whyNot(alarm, event);
  if (why) return { kind: 'nothing', why };
  const reason = reasonOf(alarm, event);
  const stays = alarm.state === 'alarm' || isOlder(alarm, event);
  return { kind: stays ? 'notice' : 'transition', reason };
}

function whyNot(alarm: Alarm, event: DoctorEvent): Why | undefined {
  if (!alarm.enabled) return 'disabled';
  if (event.accepted_at < alarm.created_at) return 'accepted before the alarm was made';
  if (projectOfEvent(event) !== alarm.project_id) return 'of another project';
  if (alarm.resource_id !== null && alarm.resource_id !== resourceOfEvent(event)) {
    return 'of another resource';
  }
  if (!matches(alarm.rule, event)) return 'does not match';
  if (alarm.repeat_actions) return undefined;
  if (alarm.state === 'alarm') return 'already in alarm';
  return wasCovered(alarm, event) ? 'was covered by the alarm that has been left since' : undefined;
}

/**
 * Whether an event was accepted while the alarm stood in `alarm`, which it has left since. Evaluated
 * at once it would have found the alarm raised; its late copy must not tell what it did not.
 */
function wasCovered(
  { entered_alarm_at, left_alarm_at }: Alarm,
  { accepted_at }: DoctorEvent,
): boolean {
  if (entered_alarm_at === null || left_alarm_at === null) return false;
  return entered_alarm_at <= accepted_at && accepted_at < left_alarm_at;
}

/** Whether the alarm's state already reflects something newer than the event. */
function isOlder(
  { stamp: known, left_alarm_at }: Alarm,
  { stamp, accepted_at }: DoctorEvent,
): boolean {
  if (left_alarm_at !== null && accepted_at < left_alarm_at) return true;
  return (
    known !== null &&
    stamp !== null &&
    stamp.resource === known.resource &&
    stamp.incarnation === known.incarnation &&
    stamp.revision < known.revision
  );
}

/** The sentence for people, with Aodh's words. */
function reasonOf({ rule }: Alarm, { message_id, event_type }: DoctorEvent): string {
  const query = `[${rule.query.map(conditionText).join(', ')}]`;
  return `Event <id=${message_id},event_type=${event_type}> hits the query <query=${query}>.`;
}

/** A condition as Python writes JSON with sorted keys. */
function conditionText({ field, op, type, value }: Condition): string {
  const pairs = Object.entries({ field, op, type, value });
  return `{${pairs.map(([key, text]) => `"${key}": ${JSON.stringify(text)}`).join(', ')}}`;
}

/** The alarm after a transition that this event made at this moment. */
export function raised(alarm: Alarm, event: DoctorEvent, reason: string, now: string): Alarm {
  return {
    ...alarm,
    revision: alarm.revision + 1,
    state: 'alarm',
    state_reason: reason,
    state_timestamp: now,
    stamp: event.stamp,
    entered_alarm_at: event.accepted_at,
  };
}

/** The states that the owner is told of. */
export const statesTold = (
  alarm: Alarm,
  decision: Exclude<Decision, { kind: 'nothing' }>,
): { readonly previous: AlarmState; readonly current: AlarmState } => ({
  previous: alarm.state,
  current: decision.kind === 'transition' ? 'alarm' : alarm.state,
});
