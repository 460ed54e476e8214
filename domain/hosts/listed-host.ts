import { isEqual } from 'es-toolkit';
import type * as z from 'zod';
import { bucketOf } from '../ids.ts';
import { Host } from './host.ts';

/**
 * What lists show of a registered host. Every list reads these rows, so a field that only one host's own
 * page needs is not among them.
 */
export const ListedHost = Host.pick({
  host: true,
  zone: true,
  heartbeat: true,
  hypervisor_type: true,
  hypervisor_version: true,
  host_ip: true,
  vcpus: true,
  memory_mb: true,
  local_gb: true,
  service_id: true,
  service_number: true,
  hypervisor_id: true,
  status: true,
  disabled_reason: true,
  forced_down: true,
  maintenance: true,
  last_seen_up: true,
  created_at: true,
  updated_at: true,
});
export type ListedHost = z.infer<typeof ListedHost>;

/**
 * The row that lists show of a host after a change; `same` if the change changes nothing of it.
 * @param from undefined for a host that is new.
 */
export function listedAfter(from: Host | undefined, to: Host): ListedHost | 'same' | 'unlisted' {
  if (to.deleted) return 'unlisted';
  const listed = ListedHost.parse(to);
  return from && !from.deleted && isEqual(ListedHost.parse(from), listed) ? 'same' : listed;
}

/**
 * A range of hosts in the order of their names: those after one name (undefined: from the first),
 * at most `most`.
 */
export type HostRange = { readonly after?: string | undefined; readonly most: number };

/** In so many parts are the hosts listed. A part takes 1,000 writes a second. */
const rosterShards = 8;
const shardName = (shard: number): string => `hosts#${shard}`;

/** The names of all parts of the list of hosts. */
export const allRosterShards: readonly string[] = Array.from({ length: rosterShards }, (_, shard) =>
  shardName(shard),
);

/** The part in which a host is listed. */
export const rosterShardOf = (host: string): string => shardName(bucketOf(host, rosterShards));
