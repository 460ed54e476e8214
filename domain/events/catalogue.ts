/**
 * The events that Doctor makes or takes: where each comes from, which traits it has, and which of
 * them a tenant may see and match. What is not listed for tenants is infrastructure's affair: hosts,
 * agents, publishers, request ids, and users, who may be administrators.
 * Sources: ceilometer `event_definitions.yaml`; Doctor's maintenance events; nova's notifications.
 */

/** Ceilometer's types of traits, by name; their numbers are in `domain/events/event.ts`. */
export type TraitType = 'text' | 'integer' | 'float' | 'datetime';

type TraitTypes = Readonly<Record<string, TraitType>>;

export type EventDefinition = {
  /** Who makes such an event, and of what. */
  readonly source: string;
  /** Traits that tenants see and match. */
  readonly tenant: TraitTypes;
  /** Traits that only alarms of the infrastructure see: those without a project. */
  readonly operator: TraitTypes;
};

/** What every event may tell its tenant, also one of a type that is not in the catalogue. */
const everyTenant = {
  project_id: 'text',
  tenant_id: 'text',
  resource_id: 'text',
  instance_id: 'text',
  name: 'text',
  display_name: 'text',
  status: 'text',
  state: 'text',
  old_state: 'text',
  fault_id: 'text',
  created_at: 'datetime',
  updated_at: 'datetime',
  launched_at: 'datetime',
  deleted_at: 'datetime',
} as const satisfies TraitTypes;

const everyOperator = {
  service: 'text',
  request_id: 'text',
  user_id: 'text',
} as const satisfies TraitTypes;

/** By type; a name that ends in `.*` stands for all types that begin so and are not listed. */
export const catalogue: Readonly<Record<string, EventDefinition>> = {
  'compute.instance.*': {
    source:
      'Doctor, for every change of an instance (create.end, update, evacuate, delete.end); Nova through Ceilometer',
    tenant: {
      ...everyTenant,
      power_state: 'text',
      old_task_state: 'text',
      new_task_state: 'text',
      cause: 'text',
      availability_zone: 'text',
      memory_mb: 'integer',
      disk_gb: 'integer',
      root_gb: 'integer',
      ephemeral_gb: 'integer',
      vcpus: 'integer',
      instance_type: 'text',
      instance_type_id: 'text',
      instance_flavor_id: 'text',
      os_architecture: 'text',
      os_version: 'text',
      os_distro: 'text',
      audit_period_beginning: 'datetime',
      audit_period_ending: 'datetime',
    },
    operator: {
      ...everyOperator,
      host: 'text',
      node: 'text',
      cell_name: 'text',
      source_host: 'text',
      dest_host: 'text',
      migration_uuid: 'text',
    },
  },
  'port.*': {
    source:
      'Doctor, for every change of a port (create, update, delete: start and end; status.update, data_plane_status.update); Neutron through Ceilometer',
    tenant: {
      ...everyTenant,
      network_id: 'text',
      device_id: 'text',
      device_owner: 'text',
      data_plane_status: 'text',
      dp_down: 'text',
      old_status: 'text',
      old_data_plane_status: 'text',
      cause: 'text',
    },
    operator: { ...everyOperator, host: 'text' },
  },
  'maintenance.scheduled': {
    source: "Doctor's maintenance: a tenant is asked how its instances may be moved",
    tenant: {
      ...everyTenant,
      session_id: 'text',
      instance_ids: 'text',
      allowed_actions: 'text',
      reply_url: 'text',
      reply_at: 'datetime',
      actions_at: 'datetime',
    },
    operator: { ...everyOperator, metadata: 'text' },
  },
  'maintenance.host': {
    source:
      "Doctor, for each instance whose host is switched into maintenance or out of it, without the host; OPNFV Doctor's maintenance, of a host",
    tenant: { ...everyTenant, session_id: 'text' },
    operator: { ...everyOperator, host: 'text' },
  },
  'service.*': {
    source: 'Doctor, for every change of a host (create, update, delete); of no project',
    tenant: { project_id: 'text', tenant_id: 'text' },
    operator: {
      ...everyOperator,
      resource_id: 'text',
      host: 'text',
      binary: 'text',
      status: 'text',
      state: 'text',
      forced_down: 'text',
      maintenance: 'text',
      disabled_reason: 'text',
      availability_zone: 'text',
      fault_id: 'text',
    },
  },
};

/** Events of types that are not in the catalogue. */
const unknown: EventDefinition = {
  source: 'Anything that is posted to Doctor',
  tenant: everyTenant,
  operator: everyOperator,
};

/** Longest first, so that the nearest beginning is found before a wider one. */
const names = Object.keys(catalogue).sort((a, b) => b.length - a.length);

/** The definition of a type: its own, else that of the longest beginning that is listed. */
export function definitionOf(event_type: string): EventDefinition {
  const name = names.find((name) =>
    name.endsWith('.*') ? event_type.startsWith(name.slice(0, -1)) : event_type === name,
  );
  return (name === undefined ? undefined : catalogue[name]) ?? unknown;
}
