import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Host } from '../../../domain/hosts/host.ts';
import { allRosterShards, listedAfter, rosterShardOf } from '../../../domain/hosts/listed-host.ts';
import { type ZoneCount, zoneChanges, zonesOf } from '../../../domain/hosts/zones.ts';
import { hostWith, minute } from '../rows.ts';

const tombstone = hostWith({ deleted: true });

test.each<{ what: string; from: Host | undefined; to: Host; listed: string }>([
  { what: 'a new host', from: undefined, to: hostWith(), listed: 'row' },
  { what: 'a host that is registered again', from: tombstone, to: hostWith(), listed: 'row' },
  { what: 'a report', from: hostWith(), to: hostWith({ forced_down: true }), listed: 'row' },
  { what: 'a deletion', from: hostWith(), to: tombstone, listed: 'unlisted' },
  {
    what: 'a registration that only moves its time',
    from: hostWith(),
    to: hostWith({ reported_at: minute(9) }),
    listed: 'same',
  },
])('$what: the listed row is $listed', ({ from, to, listed }) => {
  const after = listedAfter(from, to);
  expect(typeof after === 'string' ? after : 'row').toBe(listed);
});

test('no change of a heartbeat or of a report touches the counts of zones', () => {
  const host = hostWith({ heartbeat: true });
  expect(zoneChanges(host, { ...host, forced_down: true, last_seen_up: minute(9) })).toEqual([]);
});

const State = fc.record({
  zone: fc.constantFrom('nova', 'west'),
  status: fc.constantFrom('enabled' as const, 'disabled' as const),
  deleted: fc.boolean(),
});

test('after any changes of hosts, the counts are those of the hosts that are left', () => {
  const changes = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), State), { maxLength: 12 });
  fc.assert(
    fc.property(changes, (steps) => {
      const hosts = new Map<string, Host>();
      const counts: ZoneCount[] = [];
      for (const [name, state] of steps) {
        const to = hostWith({ host: name, ...state });
        counts.push(...zoneChanges(hosts.get(name), to));
        hosts.set(name, to);
      }
      const live = [...hosts.values()].filter(({ deleted }) => !deleted);
      const expected = [...Map.groupBy(live, ({ zone }) => zone)].map(([name, its]) => ({
        name,
        available: its.some(({ status }) => status === 'enabled'),
      }));
      expect(new Set(zonesOf(counts))).toEqual(new Set(expected));
    }),
  );
});

test('12,000 hosts are spread evenly over the parts of the list', () => {
  const names = Array.from({ length: 12_000 }, (_, n) => `compute-${n}.rack-${n % 40}.example`);
  const parts = Map.groupBy(names, rosterShardOf);
  expect([...parts.keys()].toSorted()).toEqual(allRosterShards);
  for (const part of parts.values()) expect(part.length).toBeLessThan(1.2 * (12_000 / 8));
});
