/** Missed heartbeats on tables in memory: no false report and none twice, in any order of events. */
import { expect, test } from 'vitest';
import type { Source } from '../../domain/conditions/source.ts';
import { heartbeatSource, ownHolder } from '../../domain/hosts/holders.ts';
import { deletedHost } from '../../domain/hosts/registered-host.ts';
import { heldHost } from '../../domain/hosts/service-update.ts';
import { laterBy } from '../../domain/time.ts';
import { recordMissedHeartbeats } from '../../flows/record-missed-heartbeats.ts';
import { endConditionOfHost } from '../../flows/report-on-host.ts';
import { updateService } from '../../flows/update-service.ts';
import { sourceWith } from '../domain/conditions/reports.ts';
import { hostWith, id, instanceWith, minute } from '../domain/rows.ts';
import { conditionsWorld } from './conditions-world.ts';
import { worldOf } from './world.ts';

const at = (seconds: number): string => laterBy(minute(0), seconds);
const host = hostWith({ heartbeat: true, last_seen_up: at(100) });

function silenceWorld(settings: Partial<Source> = {}) {
  const world = conditionsWorld(worldOf({ hosts: [host], instances: [instanceWith()] }));
  const clock = { now: at(161) };
  const deps = {
    ...world.deps,
    source: async (name: string) => sourceWith(name, settings),
    serviceDownTimeSeconds: 60,
    now: () => clock.now,
  };
  const missed = (awake_since = at(0)) =>
    recordMissedHeartbeats(deps, { missed: ['compute-1'], awake_since }, 'm-1');
  const heard = () => recordMissedHeartbeats(deps, { heard: ['compute-1'] }, 'm-2');
  const row = () => world.hosts.get('compute-1') ?? expect.unreachable();
  const beat = (seconds: number) =>
    world.hosts.set('compute-1', { ...row(), last_seen_up: at(seconds) });
  const conditions = () => [...world.conditions.values()];
  return { world, deps, clock, missed, heard, row, beat, conditions };
}

test('a silent host is down by a condition of its own source; its servers keep their state', async () => {
  const { world, missed, row, conditions } = silenceWorld();
  expect(await missed()).toEqual(['compute-1']);
  expect(row()).toMatchObject({ forced_down: true, instances_left: true });
  expect(world.instances.get(id(10))?.vm_state).toBe('active');
  expect(conditions()).toMatchObject([
    {
      ...{ source: heartbeatSource, key: 'heartbeat', state: 'raised', fenced: false },
      effect: 'host_unreachable',
    },
  ]);
  expect(world.sent).toMatchObject([
    { event_type: 'service.update', traits: expect.arrayContaining([['state', 1, 'down']]) },
  ]);
});

test('if the operator says that the source fences, its servers are stopped', async () => {
  const { world, missed } = silenceWorld({ fenced: true });
  await missed();
  expect(world.instances.get(id(10))?.vm_state).toBe('stopped');
  expect(world.faults.size).toBe(1);
});

test('a message that comes again changes nothing', async () => {
  const { world, missed, row } = silenceWorld();
  await missed();
  const [before, writes] = [row(), [...world.writes]];
  expect(await missed()).toEqual([]);
  expect([row(), world.writes]).toEqual([before, writes]);
});

test.each([
  ['a heartbeat came', { last_seen_up: at(150) }],
  ['it was deleted', deletedHost(host, { user_id: 'u', request_id: 'r', at: at(150) })],
  ['it was registered again', { incarnation: id(77), created_at: at(150), last_seen_up: null }],
  ['it need not send heartbeats any more', { heartbeat: false }],
])('a late message records nothing if since then %s', async (_, since) => {
  const { world, missed } = silenceWorld();
  world.hosts.set('compute-1', { ...host, ...since });
  expect(await missed()).toEqual([]);
  expect([world.writes, world.sent]).toEqual([[], []]);
});

test('a heartbeat that comes just before the write is never overtaken by the report', async () => {
  const { world, missed, beat, row } = silenceWorld();
  world.state.meanwhile = () => beat(160);
  expect(await missed()).toEqual([]);
  expect(row()).toMatchObject({ forced_down: false, last_seen_up: at(160) });
  expect([world.sent, world.writes]).toEqual([[], []]);
});

test('heartbeats that are missing because Doctor was out of service do not count', async () => {
  const { missed, row } = silenceWorld();
  expect(await missed(at(120))).toEqual([]);
  expect(row().forced_down).toBe(false);
});

test('a heartbeat ends it, once', async () => {
  const { world, missed, heard, beat, row, conditions } = silenceWorld();
  await missed();
  expect(await heard()).toEqual([]);
  expect(row().forced_down).toBe(true);
  beat(161);
  expect(await heard()).toEqual(['compute-1']);
  expect(await heard()).toEqual([]);
  expect(row()).toMatchObject({ forced_down: false, held_by: [] });
  expect(conditions()).toMatchObject([{ state: 'cleared', held: false }]);
  expect(world.sent).toHaveLength(2);
});

test('a host that need not send heartbeats any more is up again', async () => {
  const { world, missed, heard, row } = silenceWorld();
  await missed();
  world.hosts.set('compute-1', { ...row(), heartbeat: false, heartbeat_since: null });
  expect(await heard()).toEqual(['compute-1']);
  expect(row()).toMatchObject({ forced_down: false, held_by: [] });
});

test('if the source holds, the host stays down, and its next silence is reported again', async () => {
  const { clock, missed, heard, beat, row, conditions } = silenceWorld({ clear: 'hold' });
  await missed();
  beat(161);
  expect(await heard()).toEqual(['compute-1']);
  expect(row()).toMatchObject({ forced_down: true, held_by: [{ cleared: true }] });
  expect(await heard()).toEqual([]);
  clock.now = at(300);
  expect(await missed()).toEqual(['compute-1']);
  expect(conditions()).toMatchObject([{ state: 'raised' }]);
});

const actor = (seconds: number) => ({ user_id: 'admin', request_id: 'r', at: at(seconds) });
const reporter = { user_id: 'admin', user_name: 'admin', project_id: 'p' };

/** The ways in which an administrator says that a silent host is up. */
const waysUp = {
  'reports the host up': ({ deps }: ReturnType<typeof silenceWorld>, seconds: number) =>
    updateService(
      deps,
      { host: 'compute-1', update: { forced_down: false } },
      { actor: actor(seconds), reporter },
    ),
  'ends the condition': ({ deps, conditions }: ReturnType<typeof silenceWorld>, seconds: number) =>
    endConditionOfHost(
      deps,
      { condition_id: conditions()[0]?.condition_id ?? '', name: 'compute-1' },
      { ...{ actor: actor(seconds), reporter, source: 'heartbeat' }, reason: 'It runs.' },
    ),
};

test.each(Object.entries(waysUp))(
  'if an administrator %s while it is silent, it has the down time to send a heartbeat',
  async (_, reportUp) => {
    const world = silenceWorld();
    const { clock, missed, row } = world;
    await missed();
    await reportUp(world, 170);
    expect(row()).toMatchObject({ forced_down: false, held_by: [] });
    const sent = world.world.sent.length;
    for (const seconds of [171, 175, 230]) {
      clock.now = at(seconds);
      expect(await missed()).toEqual([]);
    }
    expect(world.world.sent).toHaveLength(sent);
    // The host still sends no heartbeat, so it is reported once more.
    clock.now = at(231);
    expect(await missed()).toEqual(['compute-1']);
    expect(await missed()).toEqual([]);
    expect(world.world.sent).toHaveLength(sent + 1);
  },
);

test('a host that sends heartbeats again after that is reported for its next silence only', async () => {
  const world = silenceWorld();
  const { clock, missed, beat } = world;
  await missed();
  await waysUp['reports the host up'](world, 170);
  beat(225);
  clock.now = at(285);
  expect(await missed()).toEqual([]);
  clock.now = at(286);
  expect(await missed()).toEqual(['compute-1']);
});

test('if an administrator reports up a host that was held down and is silent, it is not reported down again at once', async () => {
  const world = silenceWorld();
  const { clock, missed, row } = world;
  world.world.hosts.set('compute-1', {
    ...host,
    ...{ forced_down: true, held_by: [ownHolder(true)] },
  });
  // The host is reported up before any look has found that it is silent.
  await waysUp['reports the host up'](world, 161);
  clock.now = at(166);
  expect(await missed()).toEqual([]);
  expect(row().forced_down).toBe(false);
});

test('the end of its other condition does not hide the silence of a host', async () => {
  const world = silenceWorld();
  const other = { condition_id: id(8), source: 'zabbix', fenced: false, cleared: false };
  world.world.hosts.set('compute-1', {
    ...host,
    ...{ forced_down: true, instances_left: true, held_by: [other] },
  });
  await world.missed();
  const before = await world.deps.host('compute-1');
  const left = before?.held_by.filter(({ source }) => source !== 'zabbix') ?? [];
  const by = { actor: actor(170), reporter, source: 'zabbix' };
  const report = before && heldHost(before, left, by);
  expect(report?.host).toMatchObject({ forced_down: true, heartbeat_since: null });
});

test('a host that another source holds down stays down when it sends heartbeats again', async () => {
  const { world, missed, heard, beat, row } = silenceWorld();
  const other = { condition_id: id(8), source: 'zabbix', fenced: false, cleared: false };
  const held = { forced_down: true, instances_left: true, held_by: [other] };
  world.hosts.set('compute-1', { ...host, ...held });
  expect(await missed()).toEqual(['compute-1']);
  expect(row().held_by).toHaveLength(2);
  beat(161);
  expect(await heard()).toEqual(['compute-1']);
  expect(row()).toMatchObject({ forced_down: true, held_by: [{ source: 'zabbix' }] });
});

test('in every order of silence, messages and heartbeats the result after the last message agrees with the row', async () => {
  const steps = ['missed', 'heard', 'beat', 'wait', 'missed', 'heard'] as const;
  const orders = permutations(steps);
  for (const order of orders) {
    const { clock, missed, heard, beat, row } = silenceWorld();
    let now = 161;
    const run = {
      missed,
      heard,
      beat: () => beat(now),
      wait: () => {
        now += 61;
        clock.now = at(now);
      },
    };
    for (const step of order) {
      const before = row().forced_down;
      await run[step]();
      const silent = Date.parse(clock.now) - Date.parse(row().last_seen_up ?? '') > 60_000;
      if (row().forced_down !== before) expect(row().forced_down).toBe(silent);
    }
    await missed();
    await heard();
    const silent = Date.parse(clock.now) - Date.parse(row().last_seen_up ?? '') > 60_000;
    expect([order, row().forced_down]).toEqual([order, silent]);
  }
});

/** All orders of the items. */
function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, n) =>
    permutations(items.toSpliced(n, 1)).map((rest) => [item, ...rest]),
  );
}
