/**
 * What the owners of instances are told when maintenance of their host begins or ends. Its type and
 * states are those of OPNFV Doctor's maintenance, without the host's name (docs/adr/0011).
 */
import * as z from 'zod';
import { type DoctorEvent, traits, traitTypes } from '../events/event.ts';
import { eventId, maintenanceId } from '../ids.ts';
import type { Instance } from '../servers/instance.ts';
import { Moment, naive } from '../time.ts';
import { type Host, HostName } from './host.ts';

/** One switch of a host's maintenance: all that its events are made of but the instances. */
export const Notice = z.object({
  host: HostName,
  /** Of the host's row as the switch left it. */
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

/** OPNFV Doctor's name of what owners are told. */
export const maintenanceEventType = 'maintenance.host';

/** What a change of a host's row says of its maintenance; undefined if it switched nothing. */
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
 * The event for the owner of one instance: the same whenever it is made, so that both lanes' are one.
 * Beginning and end have one `session_id`, which differs between projects: it cannot tell them
 * that their instances share a host.
 */
export function maintenanceEvent(instance: Instance, notice: Notice): DoctorEvent {
  const { incarnation, revision, maintenance, fault_series, request_id, at } = notice;
  const { uuid, project_id, user_id, name } = instance;
  const stamp = { resource: uuid, incarnation, revision };
  const first = maintenance ? notice.number : notice.number - 1;
  const { text } = traitTypes;
  return {
    message_id: eventId({ ...stamp, event_type: maintenanceEventType }),
    event_type: maintenanceEventType,
    generated: naive(at),
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
    accepted_at: at,
    stamp,
    fault_id: null,
  };
}
