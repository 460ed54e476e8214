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

/** A zone, and whether one of its hosts is enabled. */
export type Zone = { readonly name: string; readonly available: boolean };

/** In so many parts are the hosts listed. A part takes 1,000 writes a second. */
const rosterShards = 8;
const shardName = (shard: number): string => `hosts#${shard}`;

/** The names of all parts of the list of hosts. */
export const allRosterShards: readonly string[] = Array.from({ length: rosterShards }, (_, shard) =>
  shardName(shard),
);

/** The part in which a host is listed. */
export const rosterShardOf = (host: string): string => shardName(bucketOf(host, rosterShards));

/** What a change of a host adds to the counts of a zone; negative where it leaves the zone. */
export type ZoneCount = {
  readonly zone: string;
  /** Registered hosts. */
  readonly hosts: number;
  /** Those of them that are enabled. */
  readonly enabled: number;
};

const countedOf = (host: Host | undefined): ZoneCount[] =>
  host && !host.deleted
    ? [{ zone: host.zone, hosts: 1, enabled: host.status === 'enabled' ? 1 : 0 }]
    : [];

/** What a change of a host changes in the counts of zones: at most two zones; empty for most changes. */
export function zoneChanges(from: Host | undefined, to: Host): ZoneCount[] {
  const less = countedOf(from).map(({ zone, hosts, enabled }) => ({
    zone,
    hosts: -hosts,
    enabled: -enabled,
  }));
  return zoneSums([...less, ...countedOf(to)]).filter(
    ({ hosts, enabled }) => hosts !== 0 || enabled !== 0,
  );
}

/** The sums of counts, by zone. */
function zoneSums(counts: readonly ZoneCount[]): ZoneCount[] {
  return [...Map.groupBy(counts, ({ zone }) => zone)].map(([zone, its]) => ({
    zone,
    hosts: its.reduce((sum, { hosts }) => sum + hosts, 0),
    enabled: its.reduce((sum, { enabled }) => sum + enabled, 0),
  }));
}

/** The zones that have hosts. @param counts of all zones, of each in several parts. */
export const zonesOf = (counts: readonly ZoneCount[]): Zone[] =>
  zoneSums(counts)
    .filter(({ hosts }) => hosts > 0)
    .map(({ zone, enabled }) => ({ name: zone, available: enabled > 0 }));
