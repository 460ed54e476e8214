/** Rows of hosts and instances for tests. */

import type { Host } from '../../domain/hosts/host.ts';
import { faultId } from '../../domain/ids.ts';
import type { Evacuation } from '../../domain/servers/evacuation.ts';
import { type Instance, nothingOwned } from '../../domain/servers/instance.ts';

/** The series from which the ids of the host's faults are derived. */
export const faultSeries = '00000000-0000-4000-8000-00000000f001';

/** The moment of minute `n`. */
export const minute = (n: number): string =>
  new Date(Date.parse('2026-01-01T00:00:00.000Z') + n * 60_000).toISOString();

/** The UUID with the number `n`. */
export const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const registrar = { user_id: 'feed', request_id: 'req-feed' };

/** A host that is up and never failed, registered at minute 0. */
export const hostWith = (given: Partial<Host> = {}): Host => ({
  zone: 'nova',
  heartbeat: false,
  hypervisor_type: 'QEMU',
  hypervisor_version: 8002002,
  host_ip: '192.0.2.11',
  vcpus: 32,
  memory_mb: 131072,
  local_gb: 1800,
  host: 'compute-1',
  incarnation: id(1),
  revision: 1,
  deleted: false,
  service_id: id(2),
  service_number: 1,
  hypervisor_id: id(3),
  status: 'enabled',
  disabled_reason: null,
  forced_down: false,
  instances_left: false,
  held_by: [],
  held_number: 0,
  maintenance: false,
  maintenance_number: 0,
  fault_number: 0,
  fault_series: faultSeries,
  last_fault: null,
  reported_at: minute(0),
  heartbeat_since: null,
  last_seen_up: null,
  created_at: minute(0),
  updated_at: minute(0),
  last_change: { ...registrar, at: minute(0), event_type: 'service.create' },
  ...given,
});

/** A host after the report of its n-th fault at minute 10. */
export const downHost = (number = 1, given: Partial<Host> = {}): Host =>
  hostWith({
    forced_down: true,
    fault_number: number,
    revision: 1 + number,
    last_fault: { at: minute(10), user_id: 'monitor', request_id: 'req-report' },
    updated_at: minute(10),
    last_change: {
      user_id: 'monitor',
      request_id: 'req-report',
      at: minute(10),
      event_type: 'service.update',
    },
    ...given,
  });

/** The first fault of the host above. */
export const firstFault = { fault_id: faultId(faultSeries, 1), at: minute(10) };

/** An active instance of project `a` on the host, registered at minute 1. */
export const instanceWith = (given: Partial<Instance> = {}): Instance => ({
  name: 'vm',
  project_id: 'a',
  user_id: 'u',
  host: 'compute-1',
  vm_state: 'active',
  power_state: 1,
  task_state: null,
  created_at: minute(0),
  launched_at: minute(0),
  terminated_at: null,
  flavor: {
    id: 'f',
    original_name: 'm1.small',
    vcpus: 1,
    ram: 2048,
    disk: 20,
    ephemeral: 5,
    swap: 0,
    extra_specs: {},
  },
  image_id: '',
  addresses: {},
  metadata: {},
  availability_zone: 'nova',
  uuid: id(10),
  incarnation: id(11),
  revision: 1,
  deleted: false,
  fault_number: 0,
  maintenance_number: 0,
  owned: nothingOwned,
  lock: null,
  pre_fault: null,
  fault: null,
  evacuation: null,
  reported_at: minute(1),
  updated_at: minute(1),
  last_change: {
    ...registrar,
    at: minute(1),
    event_type: 'compute.instance.create.end',
    old_state: null,
    old_task_state: null,
    fault_id: null,
  },
  ...given,
});

/** The record of a move from the host above to `compute-2`, requested at minute 12. */
export const evacuationWith = (given: Partial<Evacuation> = {}): Evacuation => ({
  uuid: id(70),
  number: 7,
  source: 'compute-1',
  dest: 'compute-2',
  dest_ip: '192.0.2.12',
  status: 'accepted',
  original: 'active',
  dest_incarnation: id(21),
  dest_fault_number: 0,
  source_restarts: 0,
  executor: 'none',
  reason: null,
  user_id: 'operator',
  project_id: 'ops',
  request_id: 'req-evacuate',
  created_at: minute(12),
  updated_at: minute(12),
  ...given,
});

const second = {
  ...{ host: 'compute-2', incarnation: id(21), service_id: id(22), service_number: 2 },
  ...{ hypervisor_id: id(23), host_ip: '192.0.2.12', zone: 'west' },
};

/** The target of that move. */
export const targetHost = (given: Partial<Host> = {}): Host => hostWith({ ...second, ...given });

/** The target after the report of its first fault. */
export const failedTarget = (given: Partial<Host> = {}): Host =>
  downHost(1, { ...second, ...given });

/** An instance that was running before the first fault of its host and is being moved. */
export const movingInstance = (given: Partial<Instance> = {}): Instance =>
  instanceWith({
    ...{ vm_state: 'stopped', power_state: 4, task_state: 'rebuilding', fault_number: 1 },
    pre_fault: { vm_state: 'active', power_state: 1, task_state: null, ...firstFault },
    evacuation: evacuationWith(),
    ...{ revision: 3, reported_at: minute(12), updated_at: minute(12) },
    ...given,
  });

/** The facts of a row, as a registration reports them. */
export function factsOf(row: Instance) {
  const { name, project_id, user_id, host, vm_state, power_state, task_state, ...rest } = row;
  const { created_at, launched_at, terminated_at, flavor, image_id, addresses, metadata } = rest;
  return {
    ...{ name, project_id, user_id, host, vm_state, power_state, task_state },
    ...{ created_at, launched_at, terminated_at, flavor, image_id, addresses, metadata },
    availability_zone: rest.availability_zone,
  };
}

export function hostFactsOf(row: Host) {
  const { zone, heartbeat, hypervisor_type, hypervisor_version, host_ip } = row;
  const { vcpus, memory_mb, local_gb } = row;
  return {
    ...{ zone, heartbeat, hypervisor_type, hypervisor_version, host_ip },
    ...{ vcpus, memory_mb, local_gb },
  };
}
