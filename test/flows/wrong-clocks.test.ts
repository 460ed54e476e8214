/**
 * Missed heartbeats where no two processes have the same time: heartbeats, ticks, looks and receivers
 * whose clocks differ by seconds, and messages that come twice, late or out of order.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isHeldSilent,
  type MissedHeartbeatsMessage,
} from '../../domain/conditions/missed-heartbeats.ts';
import { ListedHost, rosterShardOf } from '../../domain/hosts/listed-host.ts';
import { laterBy } from '../../domain/time.ts';
import { type Clock, tickSeconds } from '../../domain/timers/ticks.ts';
import { noteHeartbeat } from '../../flows/note-heartbeat.ts';
import { recordMissedHeartbeats } from '../../flows/record-missed-heartbeats.ts';
import { watchHosts } from '../../flows/watch-hosts.ts';
import { timekeeper } from '../../functions/timekeeper/handler.ts';
import { sourceWith } from '../domain/conditions/reports.ts';
import { hostWith, minute } from '../domain/rows.ts';
import { lambdaContext } from '../functions/call.ts';
import { logbook, queued } from '../functions/consumers/lambda.ts';
import { conditionsWorld } from './conditions-world.ts';
import { worldOf } from './world.ts';

const downTime = 60;
const period = 10;
/** How far a clock is off, in seconds, and how long a heartbeat or a tick is on its way. */
const mostSkew = 3;
const mostDelay = 8;
const at = (seconds: number): string => laterBy(minute(0), seconds);

type Look = { next: string; deafAt: string | undefined };

/** Hosts, the timekeeper and the receiver on a simulated clock. `random` gives numbers from 0 to 1. */
function cloud(names: readonly string[], random: () => number) {
  const registered = { heartbeat: true, last_seen_up: null, created_at: at(0) };
  const hosts = names.map((host) => hostWith({ host, ...registered }));
  const world = conditionsWorld(worldOf({ hosts }));
  const time = { now: 0 };
  /** The time by the clock of one of many processes. */
  const anyClock = (): string => at(time.now + (random() * 2 - 1) * mostSkew);
  const later: { readonly due: number; readonly run: () => Promise<unknown> }[] = [];
  /** Delivers a message once or twice, each after a delay of its own. */
  const deliver = (run: () => Promise<unknown>, mostDelay_ = mostDelay): void => {
    for (let copies = random() < 0.3 ? 2 : 1; copies > 0; copies--) {
      later.push({ due: time.now + random() * mostDelay_, run });
    }
  };
  const row = (name: string) => world.hosts.get(name) ?? expect.unreachable();
  const receive = (message: MissedHeartbeatsMessage) =>
    recordMissedHeartbeats(
      {
        ...world.deps,
        source: async (name) => sourceWith(name, {}),
        serviceDownTimeSeconds: downTime,
        now: anyClock,
      },
      message,
      'm',
    );
  const beats = {
    ...world.deps,
    seenUp: async (name: string, seen: string) => {
      const host = row(name);
      if ((host.last_seen_up ?? '') > seen) return 'noted' as const;
      world.hosts.set(name, { ...host, last_seen_up: seen });
      return isHeldSilent(host) ? ('heard again' as const) : ('noted' as const);
    },
    noteHeard: async (name: string) => {
      deliver(() => receive({ heard: [name] }), 2);
      return 'noted' as const;
    },
    noteRestart: async () => 'noted' as const,
  };
  const looks = new Map<string, Look>();
  const memory: { clock: Clock | undefined } = { clock: undefined };
  const watching = {
    hostsOfShard: async (shard: string) =>
      [...world.hosts.values()]
        .filter(({ host }) => rosterShardOf(host) === shard)
        .map((host) => ListedHost.parse(host)),
    hosts: async (wanted: readonly string[]) => wanted.map(row),
    sendMissed: async (
      missed: readonly string[],
      when: { readonly awake_since: string; readonly found_at: string },
    ) => deliver(() => receive({ missed: [...missed], ...when }), 2),
    saveNextLook: async (shard: string, next: string, deafAt?: string) => {
      looks.set(shard, { next, deafAt: deafAt ?? looks.get(shard)?.deafAt });
    },
    now: anyClock,
  };
  const tick = timekeeper({
    sendTicks: async () => undefined,
    remembered: async () => ({ clock: memory.clock, looks }),
    saveClock: async (clock) => {
      memory.clock = clock;
    },
    watchHosts: (shard, clock) => watchHosts(watching, shard, clock),
    queueTimeouts: async (from) => ({ from, queued: 0 }),
    reportMissedHeartbeats: true,
    serviceDownTimeSeconds: downTime,
    interrupted: (_, error) => {
      throw error;
    },
    now: anyClock,
    log: logbook().log,
  });
  return {
    row,
    /** A heartbeat: it has the time at which a function or SQS took it, and arrives later. */
    beat: (host: string) => {
      const seen = anyClock();
      deliver(() => noteHeartbeat(beats, host, { at: seen, restarted: false }));
    },
    tick: () => {
      const planned = anyClock();
      deliver(() => tick(queued({ body: { tick: planned } }), lambdaContext));
    },
    /** Goes on for a second, and delivers what arrives in it, in the order of its arrival. */
    pass: async () => {
      time.now += 1;
      for (;;) {
        const [first] = later.filter(({ due }) => due <= time.now).sort((a, b) => a.due - b.due);
        if (!first) break;
        later.splice(later.indexOf(first), 1);
        await first.run();
      }
      return time.now;
    },
  };
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('no host that runs is reported, and each that fails is reported once, and up once when it is back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.record({
        failsAt: fc.integer({ min: 70, max: 100 }),
        for: fc.integer({ min: 120, max: 150 }),
      }),
      async (seed, { failsAt, for: silence }) => {
        const { row, beat, tick, pass } = cloud(['runs', 'fails'], numbers(seed));
        const backAt = failsAt + silence;
        const runs = (name: string, now: number): boolean =>
          name === 'runs' || now < failsAt || now >= backAt;
        let last = 0;
        const changes: { readonly down: boolean; readonly now: number }[] = [];
        for (let now = 0; now < backAt + 60; now = await pass()) {
          if (now % tickSeconds === 0) tick();
          for (const name of ['runs', 'fails']) {
            if (now % period !== 0 || !runs(name, now)) continue;
            beat(name);
            if (name === 'fails' && now < failsAt) last = now;
          }
          expect(row('runs').forced_down).toBe(false);
          const down = row('fails').forced_down;
          if (down !== (changes.at(-1)?.down ?? false)) changes.push({ down, now });
        }
        expect(changes.map(({ down }) => down)).toEqual([true, false]);
        const [reported, ended] = changes.map(({ now }) => now);
        // Two clocks may differ by twice the error of one.
        expect(reported).toBeGreaterThan(last + downTime - 2 * mostSkew);
        expect(reported).toBeLessThan(last + downTime + 4 * mostSkew + 2 * mostDelay);
        expect(ended).toBeGreaterThanOrEqual(backAt);
        expect(ended).toBeLessThanOrEqual(backAt + period + mostDelay + 3);
      },
    ),
    { numRuns: 30 },
  );
});
