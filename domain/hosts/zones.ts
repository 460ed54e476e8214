/** Availability zones: the counts of their hosts, and which zones there are by these counts. */
import type { Host } from './host.ts';

/** A zone, and whether one of its hosts is enabled. */
export type Zone = { readonly name: string; readonly available: boolean };

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
