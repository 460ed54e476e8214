/**
 * Events in the form in which Ceilometer makes them and Aodh's alarms match them: a type, an id and
 * a list of traits. Doctor's own changes and events from outside have the same form.
 */
import * as z from 'zod';
import { standingFault } from '../hosts/fault.ts';
import type { Host } from '../hosts/host.ts';
import { eventId } from '../ids.ts';
import { type Instance, powerStateName } from '../servers/instance.ts';
import { Moment, naive } from '../time.ts';

/** Ceilometer's data types of traits. Source: ceilometer `event/models.py`, `Trait`. */
export const traitTypes = { none: 0, text: 1, integer: 2, float: 3, datetime: 4 } as const;

/** A trait: its name, the number of its data type, and its value. */
export const Trait = z.tuple([
  z.string(),
  z.int(),
  z.union([z.string(), z.number(), z.boolean(), z.null()]),
]);
export type Trait = z.infer<typeof Trait>;

/**
 * The place of an event among the changes of one row. Only stamps of one incarnation can be
 * compared.
 */
export const Stamp = z.object({
  resource: z.string(),
  incarnation: z.string(),
  revision: z.int(),
});
export type Stamp = z.infer<typeof Stamp>;

/** An event, as it is queued and evaluated. */
export const DoctorEvent = z.object({
  message_id: z.string().min(1).max(255),
  event_type: z.string().min(1).max(255),
  /** When it happened, as the sender says; naive UTC, as Ceilometer writes it. */
  generated: z.string().max(64),
  traits: z.array(Trait),
  /** When Doctor accepted it. It does not concern alarms that were created later. */
  accepted_at: Moment,
  /** Null for an event from outside: its order is not known. */
  stamp: Stamp.nullable(),
  /** The host fault that caused it; null if none did. */
  fault_id: z.uuid().nullable(),
  /**
   * The host of a port that a fault changed: its events have no trait `host`. It is for silences of
   * hosts, and never in a notification.
   */
  port_host: z.string().optional(),
});
export type DoctorEvent = z.infer<typeof DoctorEvent>;

/**
 * The value of the last trait with one of the names, as text; undefined if there is none or it is
 * null.
 */
export function traitText(event: DoctorEvent, ...names: readonly string[]): string | undefined {
  const found = event.traits.findLast(([name]) => names.includes(name));
  return found === undefined || found[2] === null ? undefined : String(found[2]);
}

/**
 * The project of an event; empty for an event of infrastructure. Source: aodh `evaluator/event.py`.
 */
export const projectOfEvent = (event: DoctorEvent): string =>
  traitText(event, 'project_id', 'tenant_id') ?? '';

/** The resource of an event: `resource_id`, else `instance_id`; undefined if it names none. */
export const resourceOfEvent = (event: DoctorEvent): string | undefined =>
  traitText(event, 'resource_id') ?? traitText(event, 'instance_id');

/**
 * The host that one of Doctor's own events is about; undefined if there is none, or for an event from
 * outside, whose sender may write any host into it.
 */
export const hostOfEvent = (event: DoctorEvent): string | undefined =>
  event.stamp === null ? undefined : (event.port_host ?? traitText(event, 'host'));

/** Traits as Ceilometer's converter makes them: without nulls, and text cut at 255 characters. */
export function traits(...given: readonly [string, number, string | number | null][]): Trait[] {
  return given.flatMap(([name, type, value]): Trait[] => {
    if (value === null) return [];
    return [[name, type, typeof value === 'string' ? value.slice(0, 255) : value]];
  });
}

const { text, integer, datetime } = traitTypes;

/**
 * Nova's event type for the start of an evacuation: the evacuation executor has to move the
 * instance.
 */
export const evacuateEvent = 'compute.instance.evacuate';

/** The source and target of a move, for the evacuation executor. */
const moveTraits = ({ evacuation }: Instance): [string, number, string | null][] => [
  ['source_host', text, evacuation?.source ?? null],
  ['dest_host', text, evacuation?.dest ?? null],
  ['migration_uuid', text, evacuation?.uuid ?? null],
];

/**
 * An event that Doctor made of a row. Its id follows from its stamp and its type.
 * @param of `at` is the time of the change.
 */
export const ownEvent = ({
  stamp,
  event_type,
  at,
  traits: carried,
  fault_id,
}: {
  readonly stamp: Stamp;
  readonly event_type: string;
  readonly at: string;
  readonly traits: Trait[];
  readonly fault_id: string | null;
}): DoctorEvent => ({
  message_id: eventId({ ...stamp, event_type }),
  event_type,
  generated: naive(at),
  traits: carried,
  accepted_at: at,
  stamp,
  fault_id,
});

/**
 * The event of an instance's last change, made from its row alone. Its traits are those of
 * Ceilometer's stock definition of `compute.instance.*`, and `old_task_state`, `new_task_state`,
 * `power_state` (by name). If a host fault made the change, also `cause` and `fault_id`.
 */
export function instanceEvent(row: Instance): DoctorEvent {
  const { last_change: change, flavor } = row;
  const stamp = { resource: row.uuid, incarnation: row.incarnation, revision: row.revision };
  return ownEvent({
    stamp,
    event_type: change.event_type,
    at: change.at,
    traits: traits(
      ['service', text, row.host === null ? null : 'compute'],
      ['request_id', text, change.request_id],
      ['project_id', text, row.project_id],
      ['tenant_id', text, row.project_id],
      ['user_id', text, row.user_id],
      ['instance_id', text, row.uuid],
      ['resource_id', text, row.uuid],
      ['display_name', text, row.name],
      ['host', text, row.host],
      ['memory_mb', integer, flavor.ram],
      ['disk_gb', integer, flavor.disk + flavor.ephemeral],
      ['root_gb', integer, flavor.disk],
      ['ephemeral_gb', integer, flavor.ephemeral],
      ['vcpus', integer, flavor.vcpus],
      ['instance_type', text, flavor.original_name],
      ['instance_flavor_id', text, flavor.id],
      ['availability_zone', text, row.availability_zone],
      ['state', text, row.vm_state],
      ['old_state', text, change.old_state],
      ['power_state', text, powerStateName(row.power_state)],
      ['old_task_state', text, change.old_task_state],
      ['new_task_state', text, row.task_state],
      ['launched_at', datetime, row.launched_at && naive(row.launched_at)],
      ['deleted_at', datetime, row.deleted ? naive(change.at) : null],
      ['cause', text, change.fault_id && 'host_fault'],
      ['fault_id', text, change.fault_id],
      ...(change.event_type === evacuateEvent ? moveTraits(row) : []),
    ),
    fault_id: change.fault_id,
  });
}

/**
 * The event of a host's last change: `service.*` with the payload of Nova's versioned notification.
 * It has no project, so no tenant's alarm can match it. Its `state` is the reported one. It leaves
 * out heartbeats, because these depend on the time, and both lanes must make the same event.
 */
export function hostEvent(row: Host): DoctorEvent {
  const { last_change: change } = row;
  const fault_id = standingFault(row)?.fault_id ?? null;
  const stamp = { resource: row.host, incarnation: row.incarnation, revision: row.revision };
  return ownEvent({
    stamp,
    event_type: change.event_type,
    at: change.at,
    traits: traits(
      ['service', text, 'compute'],
      ['request_id', text, change.request_id],
      ['user_id', text, change.user_id],
      ['source', text, change.source ?? null],
      ['resource_id', text, row.host],
      ['host', text, row.host],
      ['binary', text, 'nova-compute'],
      ['status', text, row.status],
      ['state', text, row.forced_down ? 'down' : 'up'],
      ['forced_down', text, String(row.forced_down)],
      ['maintenance', text, String(row.maintenance)],
      ['disabled_reason', text, row.disabled_reason],
      ['availability_zone', text, row.zone],
      ['fault_id', text, fault_id],
    ),
    fault_id,
  });
}
