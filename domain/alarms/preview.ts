/** Which events of the last hours an alarm would have been raised or cleared by, had it existed then. */
import { type DoctorEvent, resourceOfEvent, type Trait } from '../events/event.ts';
import type { Alarm } from './alarm.ts';
import { happenedAt, isMatched } from './evaluate.ts';
import { isWithin } from './time-constraint.ts';

/** `raise`: matches the rule; `clear`: matches the pattern that takes the alarm back to `ok`. */
export const previewEffects = ['raise', 'clear'] as const;
type PreviewEffect = (typeof previewEffects)[number];

/** An event that would have matched. */
export type PreviewedEvent = {
  readonly message_id: string;
  readonly event_type: string;
  /** When Doctor accepted it. */
  readonly accepted_at: string;
  /** Null if it names none. */
  readonly resource_id: string | null;
  readonly effect: PreviewEffect;
  /** Names and values of some traits: those of the rule, and those that say what happened. */
  readonly traits: Readonly<Record<string, Trait[2]>>;
};

/** Traits that are shown of every event, if it has them. */
const shownTraits = [
  ...['name', 'display_name', 'state', 'old_state', 'status', 'old_status'],
  ...['data_plane_status', 'old_data_plane_status', 'cause', 'fault_id'],
];
/** The longest value that is shown, in characters. */
const longestValue = 255;

/**
 * What the event would have done to the alarm; undefined for nothing. The alarm is taken as enabled and
 * older than the event, and its state is not considered.
 * @param event as the alarm's owner may see it.
 */
export function previewEffectOf(alarm: Alarm, event: DoctorEvent): PreviewEffect | undefined {
  const always = { ...alarm, enabled: true, created_at: event.accepted_at };
  if (isMatched(always, event)) {
    return isWithin(alarm.time_constraints, happenedAt(event)) ? 'raise' : undefined;
  }
  const { clear } = alarm.rule;
  return clear && isMatched({ ...always, rule: clear }, event) ? 'clear' : undefined;
}

/** The events that would have raised or cleared the alarm, in their order, each once. */
export function previewOf(alarm: Alarm, events: readonly DoctorEvent[]): PreviewedEvent[] {
  const named = [...alarm.rule.query, ...(alarm.rule.clear?.query ?? [])].flatMap(({ field }) =>
    field.startsWith('traits.') ? [field.slice('traits.'.length)] : [],
  );
  const shown = new Set([...shownTraits, ...named]);
  const each = new Map(events.map((event) => [event.message_id, event]));
  return [...each.values()].flatMap((event) => {
    const effect = previewEffectOf(alarm, event);
    if (!effect) return [];
    const { message_id, event_type, accepted_at } = event;
    const traits = Object.fromEntries(
      event.traits.flatMap(([name, , value]) => (shown.has(name) ? [[name, cut(value)]] : [])),
    );
    const resource_id = resourceOfEvent(event) ?? null;
    return [{ message_id, event_type, accepted_at, resource_id, effect, traits }];
  });
}

const cut = (value: Trait[2]): Trait[2] =>
  typeof value === 'string' ? value.slice(0, longestValue) : value;
