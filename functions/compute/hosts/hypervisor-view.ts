/**
 * A host as a hypervisor. Doctor knows the resources of a host, not how much of them is used: such fields
 * are 0, empty or null. Source: docs/wire/compute.md#hypervisors.
 */
import { atLeast, type Microversion } from '../../../adapters/http/microversion.ts';
import type { HostState } from '../../../domain/hosts/host.ts';
import type { ListedHost } from '../../../domain/hosts/listed-host.ts';

export type HypervisorContext = {
  readonly microversion: Microversion;
  readonly stateOf: (host: ListedHost) => HostState;
};

export type ShownServer = { readonly name: string; readonly uuid: string };

/** The id of a hypervisor: a uuid from 2.53 on, a number before. */
export const hypervisorId = (host: ListedHost, microversion: Microversion): string | number =>
  atLeast(microversion, '2.53') ? host.hypervisor_id : host.service_number;

/** What `GET /os-hypervisors` lists. */
export const briefHypervisor = (
  host: ListedHost,
  { microversion, stateOf }: HypervisorContext,
) => ({
  id: hypervisorId(host, microversion),
  hypervisor_hostname: host.host,
  state: stateOf(host),
  status: host.status,
});

/** What `GET /os-hypervisors/detail` and `GET /os-hypervisors/{id}` show. */
export function detailedHypervisor(host: ListedHost, view: HypervisorContext) {
  const { microversion } = view;
  return {
    ...briefHypervisor(host, view),
    hypervisor_type: host.hypervisor_type,
    hypervisor_version: host.hypervisor_version,
    host_ip: host.host_ip,
    service: {
      id: atLeast(microversion, '2.53') ? host.service_id : host.service_number,
      host: host.host,
      disabled_reason: host.disabled_reason,
    },
    ...(atLeast(microversion, '2.88')
      ? { uptime: null }
      : { ...capacityOf(host), cpu_info: atLeast(microversion, '2.28') ? {} : '' }),
  };
}

const notKnown = {
  vcpus_used: 0,
  memory_mb_used: 0,
  local_gb_used: 0,
  free_ram_mb: 0,
  free_disk_gb: 0,
  current_workload: 0,
  running_vms: 0,
  disk_available_least: 0,
};

/** The fields that 2.88 removed. */
const capacityOf = ({ vcpus, memory_mb, local_gb }: ListedHost) => ({
  vcpus,
  memory_mb,
  local_gb,
  ...notKnown,
});

/** The sums of the same fields for all hosts. */
export function statisticsOf(hosts: readonly ListedHost[]) {
  const sum = { vcpus: 0, memory_mb: 0, local_gb: 0 };
  for (const { vcpus, memory_mb, local_gb } of hosts) {
    sum.vcpus += vcpus;
    sum.memory_mb += memory_mb;
    sum.local_gb += local_gb;
  }
  return { count: hosts.length, ...sum, ...notKnown };
}

/** The key `servers` of a hypervisor. Before 2.75 it is left out if there are no servers. */
export const serversShown = (servers: readonly ShownServer[], microversion: Microversion) =>
  servers.length > 0 || atLeast(microversion, '2.75') ? { servers } : {};
