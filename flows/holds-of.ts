/** Which silence holds back what an event fires. */
import { holdingSilence, type Silence } from '../domain/alarms/silence.ts';
import { type DoctorEvent, hostOfEvent, resourceOfEvent } from '../domain/events/event.ts';
import type { HoldOf } from './alarm-lane.ts';

/**
 * The decision about silences for one evaluation.
 * @param silences as they were read for this evaluation.
 * @param events as they came, with their hosts. Those that alarms of tenants see name none.
 */
export function holdsOf(silences: readonly Silence[], events: readonly DoctorEvent[]): HoldOf {
  const hosts = new Map(events.map((event) => [event.message_id, hostOfEvent(event)]));
  return ({ alarm_id, project_id, resource_id }, event, now) => {
    const host = hosts.get(event.message_id);
    const resources = [resourceOfEvent(event), resource_id ?? undefined];
    const resource_ids = resources.filter((each) => each !== undefined);
    const silence = holdingSilence(silences, { project_id, alarm_id, resource_ids, host }, now);
    return silence && { silence_id: silence.silence_id, host };
  };
}
