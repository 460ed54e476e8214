/** The timekeeper: the ticks of a minute, and what it checks at each tick. */
import { expect, test } from 'vitest';
import { allRosterShards } from '../../../domain/hosts/listed-host.ts';
import { laterBy } from '../../../domain/time.ts';
import type { Clock } from '../../../domain/timers/ticks.ts';
import { type TimekeeperDeps, timekeeper } from '../../../functions/timekeeper/handler.ts';
import { minute } from '../../domain/rows.ts';
import { lambdaContext as context } from '../call.ts';
import { logbook, queued } from './lambda.ts';

const at = (seconds: number): string => laterBy(minute(0), seconds);

function keeper(given: Partial<TimekeeperDeps> = {}) {
  const { log, lines } = logbook();
  const [ticks, interrupted]: [unknown[], string[]] = [[], []];
  const watched: (readonly [shard: string, awakeSince: string])[] = [];
  const saved: Clock[] = [];
  const froms: string[] = [];
  const looks = new Map<string, { next: string; deafAt: string | undefined }>();
  const state: { now: string; clock: Clock | undefined } = { now: at(0), clock: undefined };
  const handler = timekeeper({
    sendTicks: async (sent) => {
      ticks.push(...sent);
    },
    remembered: async () => ({ clock: state.clock, looks }),
    saveClock: async (clock) => {
      saved.push(clock);
      state.clock = clock;
    },
    watchHosts: async (shard, { awakeSince, deafAt }) => {
      watched.push([shard, deafAt ?? awakeSince]);
      looks.set(shard, { next: laterBy(state.now, 50), deafAt });
      return { missed: ['h'], next: '', deaf: false };
    },
    queueTimeouts: async (from) => {
      froms.push(from);
      return { from: `${from}+`, queued: 2 };
    },
    reportMissedHeartbeats: true,
    serviceDownTimeSeconds: 60,
    interrupted: (step) => {
      interrupted.push(step);
    },
    now: () => state.now,
    log,
    ...given,
  });
  const tick = (seconds: number, planned = seconds) => {
    state.now = at(seconds);
    return handler(queued({ body: { tick: at(planned) } }), context);
  };
  return { handler, tick, ticks, watched, saved, froms, looks, state, lines, interrupted };
}

const schedule = {
  ...{ id: '', version: '', account: '', time: '', region: '', source: '' },
  ...{ resources: [], detail: {}, 'detail-type': 'Scheduled Event' as const },
};

test('the schedule queues the ticks of the minute', async () => {
  const { handler, ticks, lines } = keeper();
  await handler(schedule, context);
  expect(ticks).toHaveLength(23);
  expect(ticks[2]).toEqual({ tick: at(6), delaySeconds: 6 });
  expect(lines).toHaveLength(1);
});

test('a tick looks at each part of the list whose time has come, with one line in the log', async () => {
  const { tick, watched, looks, lines } = keeper();
  looks.set(allRosterShards[0] ?? '', { next: at(4), deafAt: undefined });
  looks.set(allRosterShards[1] ?? '', { next: at(3), deafAt: undefined });
  await tick(3);
  expect(watched.map(([shard]) => shard)).toEqual(allRosterShards.slice(1));
  expect(lines).toEqual([['info', ['ticked', { late: 0, timers: 2, looks: 7, missed: 7 }]]]);
  await tick(6);
  expect(watched.map(([shard]) => shard)).toEqual([
    ...allRosterShards.slice(1),
    ...allRosterShards.slice(0, 1),
  ]);
});

test('a look knows when the last one found that no heartbeat reached Doctor', async () => {
  const { tick, watched, looks } = keeper();
  for (const shard of allRosterShards) looks.set(shard, { next: at(4), deafAt: undefined });
  looks.set(allRosterShards[2] ?? '', { next: at(2), deafAt: at(1) });
  await tick(3);
  expect(watched).toEqual([[allRosterShards[2], at(1)]]);
});

test('without the setting no host is looked at', async () => {
  const { tick, watched, saved } = keeper({ reportMissedHeartbeats: false });
  await tick(3);
  expect(watched).toEqual([]);
  expect(saved).toHaveLength(1);
});

test('after a gap of the ticks, the silence of hosts counts from the end of the gap', async () => {
  const { tick, watched } = keeper();
  await tick(0);
  await tick(60);
  await tick(63);
  await tick(115);
  expect([...new Set(watched.map(([, since]) => since))]).toEqual([at(0), at(60), at(115)]);
});

test('a tick that was queued for too long, or an invalid message, does nothing', async () => {
  const { handler, tick, watched, saved } = keeper();
  await tick(14, 3);
  await handler(queued({ body: { hello: 1 } }), context);
  expect([watched, saved]).toEqual([[], []]);
  await tick(13, 3);
  expect(watched).toHaveLength(8);
});

test('a part of the list that cannot be read does not stop the others', async () => {
  const { tick, interrupted, lines } = keeper({
    watchHosts: async (shard) => {
      if (shard === allRosterShards[2]) throw new Error('no');
      return { missed: [], next: '', deaf: shard === allRosterShards[3] };
    },
  });
  expect(await tick(3)).toEqual({ batchItemFailures: [] });
  expect(interrupted).toEqual(['hosts']);
  expect(lines[0]).toMatchObject(['warn', [expect.stringContaining('no host is heard'), {}]]);
});

test('a tick queues the timers that are due, and remembers from where the next one looks', async () => {
  const { tick, froms, saved } = keeper({ reportMissedHeartbeats: false });
  await tick(0);
  await tick(3);
  await tick(9);
  expect(froms).toEqual(['', '+', '+']);
  expect(saved.map(({ timers_from }) => timers_from)).toEqual(['+', '++']);
});

test('if timers cannot be queued the hosts are looked at, and the same slots again', async () => {
  const { tick, saved, watched, interrupted } = keeper({
    queueTimeouts: async () => Promise.reject(new Error('no')),
  });
  await tick(0);
  expect([interrupted, watched.length]).toEqual([['timers'], 8]);
  expect(saved).toMatchObject([{ timers_from: '' }]);
});
