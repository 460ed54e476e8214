/**
 * The events that Doctor makes or accepts: where each comes from, which traits it has, and which of
 * them a tenant may see and match. Tenants do not see traits of the infrastructure: hosts, agents,
 * publishers, request ids, and users (they may be administrators).
 * Sources: ceilometer `event_definitions.yaml`; Doctor's maintenance events; nova's notifications.
 */

/** Ceilometer's types of traits, by name; their numbers are in `domain/events/event.ts`. */
export type TraitType = 'text' | 'integer' | 'float' | 'datetime';

type TraitTypes = Readonly<Record<string, TraitType>>;

/** The source and the traits of a type of event. */
export type EventDefinition = {
  /** Which services make such an event, and when. For people. */
  readonly source: string;
  /** Traits that tenants can see and match. */
  readonly tenant: TraitTypes;
  /** Traits that only alarms without a project (alarms on infrastructure) can match. */
  readonly operator: TraitTypes;
};

/** Traits of every event that its tenant may see, even if its type is not in the catalogue. */
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

/**
 * By event type. A name that ends in `.*` stands for all types with that prefix that are not
 * listed.
 */
export const catalogue: Readonly<Record<string, EventDefinition>> = {
  'compute.instance.*': {
    source:
      'Doctor, for every change of an instance (create.end, update, lock, unlock, evacuate, delete.end); Nova through Ceilometer',
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
      mac_address: 'text',
      vnic_type: 'text',
      admin_state_up: 'text',
      revision_number: 'text',
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
      source: 'text',
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

/** For events of types that are not in the catalogue. */
const unknown: EventDefinition = {
  source: 'Anything that is posted to Doctor',
  tenant: everyTenant,
  operator: everyOperator,
};

/** Longest first, so that a longer prefix is found before a shorter one. */
const names = Object.keys(catalogue).sort((a, b) => b.length - a.length);

/** The definition of an event type: its own, else that of the longest prefix in the catalogue. */
export function definitionOf(event_type: string): EventDefinition {
  const name = names.find((name) =>
    name.endsWith('.*') ? event_type.startsWith(name.slice(0, -1)) : event_type === name,
  );
  return (name === undefined ? undefined : catalogue[name]) ?? unknown;
}
