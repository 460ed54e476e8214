/** The reads and writes of a report of 1,000 items. */
import { expect, test } from 'vitest';
import type { ConditionEffect, ConditionTarget } from '../../domain/conditions/observation.ts';
import { reportConditions } from '../../flows/report-conditions.ts';
import { observed, sender, sourceWith } from '../domain/conditions/reports.ts';
import { hostWith, id, instanceWith, minute } from '../domain/rows.ts';
import { conditionsWorld } from './conditions-world.ts';
import { portsWorld } from './ports-world.ts';
import { worldOf } from './world.ts';

const many = 1_000;
const numbers = [...Array(many).keys()];
const am = sourceWith('alertmanager');

/** A world of 1,000 hosts, servers and ports that counts the calls of its stores, by their names. */
function countedWorld() {
  const hosts = numbers.map((n) => hostWith({ host: `compute-${n}` }));
  const instances = numbers.map((n) => instanceWith({ uuid: id(5_000 + n) }));
  const world = conditionsWorld(
    worldOf({ hosts, instances }),
    portsWorld(many, { 'binding:host_id': 'h' }),
  );
  const calls: Record<string, number> = {};
  const counted =
    <Args extends readonly unknown[], T>(name: string, call: (...args: Args) => T) =>
    (...args: Args): T => {
      calls[name] = (calls[name] ?? 0) + 1;
      return call(...args);
    };
  const { deps } = world;
  const counting = {
    ...deps,
    host: counted('host', deps.host),
    hostsNamed: counted('hostsNamed', deps.hostsNamed),
    condition: counted('condition', deps.condition),
    conditions: counted('conditions', deps.conditions),
    holds: counted('holds', deps.holds),
    holdsOf: counted('holdsOf', deps.holdsOf),
    port: counted('port', deps.port),
    ports: counted('ports', deps.ports),
    instance: counted('instance', deps.instance),
    instances: counted('instances', deps.instances),
    departures: counted('departures', deps.departures),
    departuresFrom: counted('departuresFrom', deps.departuresFrom),
    saveReport: counted('saveReport', deps.saveReport),
    saveWhole: counted('saveWhole', deps.saveWhole),
    saveCondition: counted('saveCondition', deps.saveCondition),
    saveHolds: counted('saveHolds', deps.saveHolds),
    markApplied: counted('markApplied', deps.markApplied),
    keepUnmatched: counted('keepUnmatched', deps.keepUnmatched),
  };
  /** Reports all targets at a minute. Returns the calls that were made. */
  const report = async (given: Parameters<typeof item>[1], at = 20, source = am) => {
    for (const name of Object.keys(calls)) delete calls[name];
    const items = numbers.map((n) => item(n, given));
    const outcomes = await reportConditions(counting, { source, ...sender(at), items });
    return { kinds: [...new Set(outcomes.map(({ outcome }) => outcome))], calls: { ...calls } };
  };
  return { ...world, report };
}

type Given = {
  readonly target: (n: number) => ConditionTarget;
  readonly effect?: ConditionEffect;
  readonly status?: 'raised' | 'cleared';
  readonly cause?: string;
};
const item = (n: number, { target, ...given }: Given) => ({
  kind: 'observation' as const,
  observation: observed({ key: `k${n}`, ...given, target: target(n) }),
});

const hosts: Given = { target: (n) => ({ kind: 'host', host: `compute-${n}` }) };
const ports: Given = {
  target: (n) => ({ kind: 'port', port_id: id(n) }),
  effect: 'port_data_plane',
};
const servers: Given = {
  target: (n) => ({ kind: 'server', server_id: id(5_000 + n) }),
  effect: 'server_error',
};
const unknown: Given = { target: (n) => ({ kind: 'host', host: `other-${n}` }) };

test('hosts: two reads of many rows, then one write each; the repeat writes nothing', async () => {
  const { report } = countedWorld();
  expect(await report(hosts)).toEqual({
    kinds: ['raised'],
    calls: { hostsNamed: 1, conditions: 1, saveReport: many },
  });
  const known = { hostsNamed: 1, conditions: 1 };
  expect(await report(hosts)).toEqual({ kinds: ['renewed'], calls: known });
  expect(await report({ ...hosts, cause: 'worse' })).toEqual({
    kinds: ['renewed'],
    calls: { ...known, saveCondition: many },
  });
  expect(await report({ ...hosts, status: 'cleared' })).toEqual({
    kinds: ['cleared'],
    calls: { ...known, departuresFrom: 1, saveReport: many },
  });
  expect(await report({ ...hosts, status: 'cleared' })).toEqual({
    kinds: ['ignored'],
    calls: known,
  });
});

test.each([
  ['ports', ports, { ports: 1 }, { port: many }],
  ['servers', servers, { instances: 1 }, { instance: many }],
])('%s: three reads of many rows; the repeat writes nothing', async (_, given, read, again) => {
  const { report } = countedWorld();
  const known = { ...read, conditions: 1, holdsOf: 1 };
  expect(await report(given)).toEqual({
    kinds: ['raised'],
    calls: { ...known, ...again, saveHolds: many, markApplied: many },
  });
  expect(await report(given)).toEqual({ kinds: ['renewed'], calls: known });
});

test('unknown hosts: no read of its own for each', async () => {
  const { report } = countedWorld();
  expect(await report(unknown)).toEqual({
    kinds: ['unmatched'],
    calls: { hostsNamed: 1, conditions: 1, keepUnmatched: 1 },
  });
});

test.each([
  ['an hour, of a source that is never stale', null, 59, 60],
  ['a tenth of the time after which the source is stale', 6_000, 9, 10],
])('a renewal is recorded again after %s', async (_, stale_after, before, after) => {
  const { report } = countedWorld();
  const source = sourceWith('alertmanager', { stale_after });
  await report(hosts, 20, source);
  expect((await report(hosts, 20 + before, source)).calls).not.toHaveProperty('saveCondition');
  expect((await report(hosts, 20 + after, source)).calls).toMatchObject({ saveCondition: many });
});

test('the ends of several hosts: one from which servers were evacuated stays down, the others are up', async () => {
  const world = countedWorld();
  const two = (status: 'raised' | 'cleared') => [0, 1].map((n) => item(n, { ...hosts, status }));
  const report = (status: 'raised' | 'cleared') =>
    reportConditions(world.deps, { source: am, ...sender(), items: two(status) });
  await report('raised');
  world.departures.set('compute-1', { done: 1, restarts: 0, restarted_at: null });
  const [, stuck] = await report('cleared');
  expect(stuck?.reason).toContain('servers were evacuated from it');
  expect(world.hosts.get('compute-0')?.forced_down).toBe(false);
  expect(world.hosts.get('compute-1')?.forced_down).toBe(true);
});

test('with several alerts of one host, the row that the first one wrote is read again', async () => {
  const world = countedWorld();
  const one: Given = { target: () => ({ kind: 'host', host: 'compute-0' }), status: 'raised' };
  const few = [0, 1, 2].map((n) => item(n, one));
  await reportConditions(world.deps, { source: am, ...sender(), items: few });
  expect(world.hosts.get('compute-0')?.held_by).toHaveLength(3);
});

test('a row that another writer changed after it was read is read again', async () => {
  const world = countedWorld();
  world.state.meanwhile = () => {
    world.hosts.set(
      'compute-0',
      hostWith({ host: 'compute-0', revision: 7, updated_at: minute(1) }),
    );
  };
  const few = [0, 1].map((n) => item(n, hosts));
  await reportConditions(world.deps, { source: am, ...sender(), items: few });
  expect(world.hosts.get('compute-0')).toMatchObject({ revision: 8, forced_down: true });
});
