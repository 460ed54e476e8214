/** Ten thousand hosts on a simulated clock: which hosts are reported, how late, and at what cost. */
import { expect, test } from 'vitest';
import type { Host } from '../../domain/hosts/host.ts';
import { allRosterShards, ListedHost, rosterShardOf } from '../../domain/hosts/listed-host.ts';
import { laterBy } from '../../domain/time.ts';
import { tickSeconds } from '../../domain/timers/ticks.ts';
import { type WatchHostsDeps, watchHosts } from '../../flows/watch-hosts.ts';
import { hostWith, minute } from '../domain/rows.ts';

const at = (seconds: number): string => laterBy(minute(0), seconds);

/**
 * Hosts that send a heartbeat every ten seconds, each in its own second, until they fail.
 * @param outage the time from and to which no heartbeat reaches Doctor.
 */
function fleet(
  count: number,
  failsAt: (n: number) => number | undefined,
  outage: readonly [number, number] = [0, 0],
) {
  const base = hostWith({ heartbeat: true });
  const listed = ListedHost.parse(base);
  const hosts = Array.from({ length: count }, (_, n) => ({ n, name: `compute-${n}` }));
  const shards = Map.groupBy(hosts, ({ name }) => rosterShardOf(name));
  const clock = { now: 0 };
  const looks = new Map<string, { next: string; deafAt: string | undefined }>();
  const counts = { looks: 0, listed: 0, rows: 0, messages: 0 };
  const reported = new Map<string, number>();
  const seenAt = (n: number): number => {
    const lastBefore = (time: number) => time - ((((time - n) % 10) + 10) % 10);
    const last = lastBefore(Math.min(clock.now, failsAt(n) ?? clock.now));
    const [from, to] = outage;
    return last >= from && last < to ? lastBefore(from - 1) : last;
  };
  const rowOf = ({ n, name }: { n: number; name: string }): Host => ({
    ...base,
    host: name,
    last_seen_up: at(seenAt(n)),
    held_by: reported.has(name)
      ? [{ condition_id: name, source: 'heartbeat', fenced: false, cleared: false }]
      : [],
  });
  const deps: WatchHostsDeps = {
    hostsOfShard: async (shard) => {
      const rows = (shards.get(shard) ?? []).map(({ n, name }) => ({
        ...listed,
        host: name,
        last_seen_up: at(seenAt(n)),
      }));
      counts.looks++;
      counts.listed += rows.length;
      return rows;
    },
    hosts: async (names) => {
      counts.rows += names.length;
      return names.map((name) => rowOf({ n: Number(name.slice(8)), name }));
    },
    sendMissed: async (names) => {
      counts.messages += Math.ceil(names.length / 10);
      for (const name of names) {
        expect(reported.has(name)).toBe(false);
        reported.set(name, clock.now);
      }
    },
    now: () => at(clock.now),
    saveNextLook: async (shard, next, deafAt) => {
      looks.set(shard, { next, deafAt: deafAt ?? looks.get(shard)?.deafAt });
    },
  };
  const run = async (from: number, to: number) => {
    for (clock.now = from; clock.now < to; clock.now += tickSeconds) {
      const now = at(clock.now);
      const timing = { now, serviceDownTimeSeconds: 60, awakeSince: at(0) };
      for (const shard of allRosterShards) {
        const { next = '', deafAt } = looks.get(shard) ?? {};
        if (next > now) continue;
        await watchHosts(deps, shard, { ...timing, ...(deafAt !== undefined && { deafAt }) });
      }
    }
  };
  return { run, counts, reported };
}

test('of 10,000 hosts the hundred that fail are reported, each once, at most five seconds late', async () => {
  // Every hundredth host fails, in the second minute.
  const fails = (n: number) => (n % 100 === 7 ? 300 + (n % 60) : undefined);
  const { run, reported } = fleet(10_000, fails);
  await run(100, 500);
  expect(reported.size).toBe(100);
  for (const [name, when] of reported) {
    const n = Number(name.slice(8));
    const failed = fails(n) ?? expect.unreachable();
    const last = failed - ((((failed - n) % 10) + 10) % 10);
    expect(when - (last + 60)).toBeGreaterThan(0);
    expect(when - (last + 60)).toBeLessThanOrEqual(5);
  }
});

test('a hundred of 10,000 hosts that fail at one moment are at most five messages of each part of the list', async () => {
  const { run, reported, counts } = fleet(10_000, (n) => (n % 101 === 7 ? 300 : undefined));
  await run(240, 400);
  expect(reported.size).toBe(99);
  // Their last heartbeats were within ten seconds, which have four ticks.
  expect(counts.messages).toBeLessThanOrEqual(8 * 5);
  for (const [name, when] of reported) {
    const last = 300 - ((((300 - Number(name.slice(8))) % 10) + 10) % 10);
    expect(when - (last + 60)).toBeGreaterThan(0);
    expect(when - (last + 60)).toBeLessThanOrEqual(5);
  }
});

test('10,000 healthy hosts cause no message, no read of a row, and fewer looks than one a silence', async () => {
  const { run, counts } = fleet(10_000, () => undefined);
  await run(3_600, 7_200);
  expect(counts).toMatchObject({ messages: 0, rows: 0 });
  // Eight parts of the list, each at most once in 45 seconds.
  expect(counts.looks).toBeLessThanOrEqual((8 * 3_600) / 45);
  expect(counts.looks).toBeGreaterThan((8 * 3_600) / 60);
});

test('hosts that stay silent cost one read of their row at each look, and are not reported again', async () => {
  const { run, counts, reported } = fleet(1_000, (n) => (n < 10 ? 0 : undefined));
  await run(100, 1_000);
  expect(reported.size).toBe(10);
  expect(counts.messages).toBeLessThanOrEqual(10);
  expect(counts.rows).toBeLessThanOrEqual(10 * (counts.looks / 8 + 2));
});

test('while no heartbeat reaches Doctor, and when they come again, no host that runs is reported', async () => {
  const { run, reported } = fleet(400, (n) => (n === 7 ? 350 : undefined), [300, 450]);
  await run(100, 500);
  expect([...reported.keys()]).toEqual([]);
  // A host that failed meanwhile is reported one down time after the last look that heard none.
  await run(500, 600);
  expect([...reported.keys()]).toEqual(['compute-7']);
  expect(reported.get('compute-7')).toBeLessThanOrEqual(450 + 60 + 5);
});

test('if the report cannot be queued the next look is not moved', async () => {
  const saved: string[] = [];
  const row = hostWith({ heartbeat: true, last_seen_up: at(0) });
  const deps: WatchHostsDeps = {
    hostsOfShard: async () => [row],
    hosts: async () => [row],
    sendMissed: async () => Promise.reject(new Error('no queue')),
    now: () => at(61),
    saveNextLook: async (shard) => {
      saved.push(shard);
    },
  };
  const clock = { now: at(61), serviceDownTimeSeconds: 60, awakeSince: at(0) };
  await expect(watchHosts(deps, 'hosts#0', clock)).rejects.toThrow('no queue');
  expect(saved).toEqual([]);
});
