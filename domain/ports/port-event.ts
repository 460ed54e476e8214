/**
 * The events of a port's last change, derived from its row alone. They belong to the project of the
 * port's owner, not of the caller who made the change. No trait names a host.
 * Source: docs/wire/network.md#notifications-of-ports.
 */
import { type DoctorEvent, ownEvent, traits, traitTypes } from '../events/event.ts';
import { instanceOf, isDataPlaneDown, type Port } from './port.ts';

const { text } = traitTypes;

/**
 * An event for each status that the change toggled, and the `start` and `end` events that Neutron
 * sends for every request on a port. A report on a host is not a request on a port: it has an `end`
 * event only, for rules on `port.update.end`. The tombstone of a port that Doctor never had has no events.
 */
export function portEvents(row: Port): DoctorEvent[] {
  const { kind, data_plane_toggled, old_status } = row.last_change;
  if (kind === 'unknown delete') return [];
  const toggles = [
    ...(data_plane_toggled ? ['port.data_plane_status.update'] : []),
    ...(old_status === null ? [] : ['port.status.update']),
  ];
  const frame = kind === 'report' ? ['update.end'] : [`${kind}.start`, `${kind}.end`];
  const types = [...toggles, ...frame.map((end) => `port.${end}`)];
  return types.map((type) => eventOf(row, type));
}

function eventOf(row: Port, event_type: string): DoctorEvent {
  const { last_change: change } = row;
  const stamp = { resource: row.id, incarnation: row.incarnation, revision: row.revision };
  const isOf = (type: string): boolean => event_type === `port.${type}.update`;
  const event = ownEvent({
    stamp,
    event_type,
    at: change.at,
    traits: [
      ...traits(
        ['service', text, 'network'],
        ['request_id', text, change.request_id],
        ['project_id', text, row.project_id],
        ['tenant_id', text, row.project_id],
        ['user_id', text, change.user_id],
        ['resource_id', text, row.id],
      ),
      ...(event_type.endsWith('.start') ? [] : asStored(row)),
      ...traits(
        ['old_status', text, isOf('status') ? change.old_status : null],
        [
          'old_data_plane_status',
          text,
          isOf('data_plane_status') ? change.old_data_plane_status : null,
        ],
      ),
    ],
    fault_id: change.fault_id,
  });
  const host = row['binding:host_id'];
  return { ...event, ...(change.fault_id && host !== '' && { port_host: host }) };
}

/** The traits of the port's row, and the fault that caused the change. */
const asStored = (row: Port) =>
  traits(
    ['name', text, row.name],
    ['device_id', text, row.device_id],
    ['device_owner', text, row.device_owner],
    ['network_id', text, row.network_id],
    ['instance_id', text, instanceOf(row) ?? null],
    ['status', text, row.status],
    ['data_plane_status', text, row.data_plane_status],
    ['dp_down', text, isDataPlaneDown(row) ? 'True' : 'False'],
    ['cause', text, row.last_change.fault_id && 'data_plane_fault'],
    ['fault_id', text, row.last_change.fault_id],
  );
