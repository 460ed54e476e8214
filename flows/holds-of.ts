/** Which silence holds back what an event fires. */
import { holdingSilence, type Silence } from '../domain/alarms/silence.ts';
import { type DoctorEvent, hostOfEvent, resourceOfEvent } from '../domain/events/event.ts';
import type { HoldOf } from './alarm-lane.ts';
import { silenceableOf } from './silences-of.ts';

/**
 * The decision about silences for one evaluation.
 * @param silences as they were read for this evaluation.
 * @param events as they came, with their hosts. Those that alarms of tenants see name none.
 */
export function holdsOf(silences: readonly Silence[], events: readonly DoctorEvent[]): HoldOf {
  const hosts = new Map(events.map((event) => [event.message_id, hostOfEvent(event)]));
  return (alarm, event, now) => {
    const host = hosts.get(event.message_id);
    const firing = silenceableOf(alarm, { resource_id: resourceOfEvent(event), host });
    const silence = holdingSilence(silences, firing, now);
    return silence && { silence_id: silence.silence_id, host };
  };
}
