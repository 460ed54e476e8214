/**
 * The events that owners of instances get when maintenance of their host begins or ends. Type and
 * states are those of OPNFV Doctor's maintenance, without the host's name (docs/adr/0011).
 */
import * as z from 'zod';
import { type DoctorEvent, ownEvent, traits, traitTypes } from '../events/event.ts';
import { maintenanceId } from '../ids.ts';
import type { Instance } from '../servers/instance.ts';
import { Moment } from '../time.ts';
import { type Host, HostName } from './host.ts';

/** One switch of a host's maintenance, on or off. With an instance it makes the event of its owner. */
export const Notice = z.object({
  host: HostName,
  /** Incarnation and revision of the host's row after the switch. */
  incarnation: z.uuid(),
  revision: z.int().min(1),
  /** The host's `maintenance_number`, raised by the switch. */
  number: z.int().min(1),
  maintenance: z.boolean(),
  fault_series: z.uuid(),
  request_id: z.string(),
  /** When Doctor accepted the switch. */
  at: Moment,
});
export type Notice = z.infer<typeof Notice>;

/** OPNFV Doctor's type of the event. */
export const maintenanceEventType = 'maintenance.host';

/** The switch of maintenance in a change of a host's row; undefined if the change switched nothing. */
export function noticeOf(before: Host | undefined, after: Host): Notice | undefined {
  if (after.maintenance_number <= (before?.maintenance_number ?? 0)) return undefined;
  const { host, incarnation, revision, maintenance, fault_series, last_change } = after;
  const { request_id, at } = last_change;
  const number = after.maintenance_number;
  return { host, incarnation, revision, number, maintenance, fault_series, request_id, at };
}

/** Whether an instance was on the host when its maintenance was switched, and still is. */
export const isConcerned = (instance: Instance, { host, number }: Notice): boolean =>
  !instance.deleted && instance.host === host && instance.maintenance_number < number;

/**
 * The event for the owner of one instance. It is deterministic, so both lanes send the same event.
 * Beginning and end have the same `session_id`. It differs between projects, so that projects cannot
 * find out that their instances share a host.
 */
export function maintenanceEvent(instance: Instance, notice: Notice): DoctorEvent {
  const { incarnation, revision, maintenance, fault_series, request_id, at } = notice;
  const { uuid, project_id, user_id, name } = instance;
  const stamp = { resource: uuid, incarnation, revision };
  const first = maintenance ? notice.number : notice.number - 1;
  const { text } = traitTypes;
  return ownEvent({
    stamp,
    event_type: maintenanceEventType,
    at,
    traits: traits(
      ['service', text, 'compute'],
      ['request_id', text, request_id],
      ['project_id', text, project_id],
      ['tenant_id', text, project_id],
      ['user_id', text, user_id],
      ['instance_id', text, uuid],
      ['resource_id', text, uuid],
      ['display_name', text, name],
      ['session_id', text, maintenanceId({ fault_series, first, project_id })],
      ['state', text, maintenance ? 'IN_MAINTENANCE' : 'MAINTENANCE_COMPLETE'],
    ),
    fault_id: null,
  });
}
