/**
 * A port as Doctor records it. A write here does not plug or shut a port, allocate an address or
 * change any other resource. Source: docs/wire/network.md#ports.
 */

import { isEqual } from 'es-toolkit';
import * as z from 'zod';
import type { Actor } from '../change.ts';
import { isSameHost } from '../hosts/host-name.ts';
import { text } from '../text.ts';
import { Moment } from '../time.ts';

export const portStatuses = ['ACTIVE', 'DOWN', 'BUILD', 'ERROR'] as const;
export const PortStatus = z.enum(portStatuses);
export type PortStatus = z.infer<typeof PortStatus>;

/** The reported status of the data plane of a port; null without a report. */
export const dataPlaneStatuses = ['ACTIVE', 'DOWN'] as const;
export const DataPlaneStatus = z.enum(dataPlaneStatuses).nullable();
export type DataPlaneStatus = z.infer<typeof DataPlaneStatus>;

/** Neutron's values of `binding:vnic_type`. Source: neutron-lib `api/definitions/portbindings.py`. */
export const vnicTypes = [
  'normal',
  'direct',
  'macvtap',
  'baremetal',
  'direct-physical',
  'virtio-forwarder',
  'smart-nic',
  'vdpa',
  'accelerator-direct',
  'accelerator-direct-physical',
  'remote-managed',
] as const;

export const FixedIp = z.object({
  subnet_id: z.guid().optional(),
  ip_address: z.string().optional(),
});
export type FixedIp = z.infer<typeof FixedIp>;

/** What a port's owner, or a caller who manages ports, writes of it. Keys are Neutron's. */
export const PortFacts = z.object({
  name: text(255),
  description: text(255),
  admin_state_up: z.boolean(),
  device_id: text(255),
  device_owner: text(255),
  /** Lower case, with colons. */
  mac_address: z.string(),
  fixed_ips: z.array(FixedIp),
  security_groups: z.array(z.string()),
  /** Empty for a port on no host. */
  'binding:host_id': text(255),
  'binding:vnic_type': z.enum(vnicTypes),
  /** JSON of an object: clients may nest it deeper than DynamoDB allows. */
  'binding:profile': z.string(),
});
export type PortFacts = z.infer<typeof PortFacts>;

/** The facts of a port of which nothing is known; a port always has a `mac_address`. */
export const unknownPort: Omit<PortFacts, 'mac_address'> = {
  name: '',
  description: '',
  admin_state_up: true,
  device_id: '',
  device_owner: '',
  fixed_ips: [],
  security_groups: [],
  'binding:host_id': '',
  'binding:vnic_type': 'normal',
  'binding:profile': '{}',
};

/**
 * The last change of a port: its caller, and the values before. The events of the change are derived
 * from the row alone, so they are the same in both lanes. A deletion keeps the values.
 */
export const PortChange = z.object({
  user_id: z.string(),
  request_id: z.string(),
  at: Moment,
  /**
   * `report`: by a report on all ports of its host. `unknown delete`: a cloud deleted a port that
   * Doctor never had.
   */
  kind: z.enum(['create', 'update', 'delete', 'report', 'unknown delete']),
  /** The status before, if this change toggled it; else null. */
  old_status: PortStatus.nullable(),
  /** Whether this change toggled `data_plane_status`, and its value before. */
  data_plane_toggled: z.boolean(),
  old_data_plane_status: DataPlaneStatus,
  /** The fault of its host's data plane that caused the change; null if none did. */
  fault_id: z.uuid().nullable(),
});
export type PortChange = z.infer<typeof PortChange>;

/**
 * The row of a port. `report_number` is that of its host's newest data plane report as read,
 * consistently, when the row was written: a report with a higher number is owed to the port
 * (`host-data-plane.ts`). A deleted port leaves its row as a tombstone for a while.
 */
export const Port = PortFacts.extend({
  id: z.guid(),
  network_id: z.guid(),
  project_id: z.string(),
  status: PortStatus,
  data_plane_status: DataPlaneStatus,
  tags: z.array(z.string()),
  incarnation: z.uuid(),
  revision: z.int().min(1),
  deleted: z.boolean(),
  report_number: z.int().min(0),
  /** When it was bound to its host. Missing in rows written before version 0.2; read as the epoch. */
  bound_at: Moment.default('1970-01-01T00:00:00.000Z'),
  /** The `revision_number` at Neutron that the row reflects. Absent: it mirrors no port of a cloud. */
  mirrored_revision: z.int().min(0).optional(),
  created_at: Moment,
  updated_at: Moment,
  last_change: PortChange,
});
export type Port = z.infer<typeof Port>;

/** OPNFV Doctor's `dp_down`: true only if the data plane was reported down. */
export const isDataPlaneDown = ({ data_plane_status }: Pick<Port, 'data_plane_status'>): boolean =>
  data_plane_status === 'DOWN';

/** The server that a port belongs to; undefined if it belongs to nothing, or to something else. */
export const instanceOf = ({ device_id, device_owner }: PortFacts): string | undefined =>
  device_owner.startsWith('compute:') && device_id !== '' ? device_id : undefined;

/** Everything of a port that a caller may change. */
export type PortUpdate = Partial<
  PortFacts & Pick<Port, 'status' | 'data_plane_status' | 'tags'>
> & {
  /** Since when the port is bound to its new host; if left out, since now. */
  readonly bound_at?: string;
};

/** A new port. Its status is `DOWN`; `boundRow` (`binding.ts`) adds the data plane of its host. */
export const createdPort = (
  given: PortFacts & Pick<Port, 'id' | 'network_id' | 'project_id'>,
  { actor, incarnation }: { readonly actor: Actor; readonly incarnation: string },
): Port => ({
  ...given,
  status: 'DOWN',
  data_plane_status: null,
  tags: [],
  incarnation,
  revision: 1,
  deleted: false,
  report_number: 0,
  bound_at: actor.at,
  created_at: actor.at,
  updated_at: actor.at,
  last_change: { ...actor, kind: 'create', ...noToggle },
});

const noToggle = {
  old_status: null,
  data_plane_toggled: false,
  old_data_plane_status: null,
  fault_id: null,
} as const;

/** The port after an update, or after a report on its host; undefined if nothing changes. */
export function updatedPort(
  port: Port,
  { bound_at, ...update }: PortUpdate,
  actor: Actor,
  cause: Pick<PortChange, 'kind' | 'fault_id'> = { kind: 'update', fault_id: null },
): Port | undefined {
  const next: Port = { ...port, ...update };
  if (isEqual(next, port)) return undefined;
  const stays = isSameHost(next['binding:host_id'], port['binding:host_id']);
  return {
    ...next,
    bound_at: stays ? port.bound_at : (bound_at ?? actor.at),
    revision: port.revision + 1,
    updated_at: actor.at,
    last_change: {
      ...actor,
      ...cause,
      old_status: next.status === port.status ? null : port.status,
      data_plane_toggled: next.data_plane_status !== port.data_plane_status,
      old_data_plane_status:
        next.data_plane_status === port.data_plane_status ? null : port.data_plane_status,
    },
  };
}

/** The tombstone of a port. */
export const deletedPort = (port: Port, actor: Actor): Port => ({
  ...port,
  deleted: true,
  revision: port.revision + 1,
  updated_at: actor.at,
  last_change: { ...actor, kind: 'delete', ...noToggle },
});
