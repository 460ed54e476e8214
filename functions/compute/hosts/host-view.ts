/** Hosts as `os-hosts` shows them. Source: nova `api/openstack/compute/hosts.py`. */

import { hasFailed } from '../../../domain/hosts/fault.ts';
import type { Host } from '../../../domain/hosts/host.ts';
import type { ListedHost } from '../../../domain/hosts/listed-host.ts';
import type { Instance } from '../../../domain/servers/instance.ts';
import type { HostUpdate } from './host-input.ts';

/** A host in the list; `service` is the topic, not the binary. */
export const listedHost = ({ host, zone }: ListedHost) => ({
  host_name: host,
  service: 'compute',
  zone,
});

type Amounts = { readonly cpu: number; readonly memory_mb: number; readonly disk_gb: number };

const sumOf = (instances: readonly Instance[]): Amounts => ({
  cpu: instances.reduce((sum, { flavor }) => sum + flavor.vcpus, 0),
  memory_mb: instances.reduce((sum, { flavor }) => sum + flavor.ram, 0),
  disk_gb: instances.reduce((sum, { flavor }) => sum + flavor.disk + flavor.ephemeral, 0),
});

/**
 * The resources of a host: all of them, the used ones, and those used by each project. Servers
 * count in every state.
 */
export function hostResources(host: Host, instances: readonly Instance[]) {
  const resource = (project: string, amounts: Amounts) => ({
    resource: { host: host.host, project, ...amounts },
  });
  const total = { cpu: host.vcpus, memory_mb: host.memory_mb, disk_gb: host.local_gb };
  const used = sumOf(instances);
  const projects = Map.groupBy(instances, ({ project_id }) => project_id);
  return [
    resource('(total)', total),
    resource('(used_now)', used),
    resource('(used_max)', used),
    ...[...projects]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, own]) => resource(id, sumOf(own))),
  ];
}

/**
 * The answer to an update, in the form of its request: OPNFV Doctor's, wrapped in `host`, or Nova's.
 * `host_down_reported` is false for a host that is forced down with its instances left as they are.
 */
export function updatedHost(host: Host, { wrapped, fields }: HostUpdate): unknown {
  const down = String(hasFailed(host));
  if (wrapped) {
    return {
      host: {
        host: host.host,
        status: host.status,
        maintenance_mode: host.maintenance ? 'enabled' : 'disabled',
        host_down_reported: down,
      },
    };
  }
  const mode = host.maintenance ? 'on_maintenance' : 'off_maintenance';
  return {
    host: host.host,
    ...(fields.status === undefined ? {} : { status: host.status }),
    ...(fields.maintenance_mode === undefined ? {} : { maintenance_mode: mode }),
    ...(fields.host_down_reported === undefined ? {} : { host_down_reported: down }),
  };
}
