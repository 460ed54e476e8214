/** Reports of monitors on tables in memory, with rival writers. */
import { expect, test } from 'vitest';
import type { ReportItem } from '../../domain/conditions/observation.ts';
import { heldHost } from '../../domain/hosts/service-update.ts';
import { reportConditions } from '../../flows/report-conditions.ts';
import { updateService } from '../../flows/update-service.ts';
import { observed, sender, sourceWith } from '../domain/conditions/reports.ts';
import { hostWith, id, instanceWith, minute } from '../domain/rows.ts';
import { conditionsWorld } from './conditions-world.ts';
import { worldOf } from './world.ts';

type World = ReturnType<typeof conditionsWorld>;

const [am, zabbix] = [sourceWith('alertmanager'), sourceWith('zabbix')];
const item = (given: Parameters<typeof observed>[0] = {}): ReportItem => ({
  kind: 'observation',
  observation: observed(given),
});
const up = { status: 'cleared' } as const;

const report = ({ deps }: World, source = am, ...items: ReportItem[]) =>
  reportConditions(deps, { source, ...sender(), items: items.length > 0 ? items : [item()] });

const world = () => conditionsWorld(worldOf({ hosts: [hostWith()], instances: [instanceWith()] }));
const hostOf = ({ hosts }: World) => hosts.get('compute-1');

test('the source of a report is in the audit of its host, and the next change has its own', async () => {
  const w = world();
  const sourceOf = (n: number) => w.sent[n]?.traits.find(([name]) => name === 'source')?.[2];
  await report(w, zabbix);
  expect(sourceOf(0)).toBe('zabbix');
  const update = { host: 'compute-1', update: { forced_down: false } };
  await updateService(w.deps, update, sender());
  expect(w.sent).toHaveLength(2);
  expect(sourceOf(1)).toBeUndefined();
});

test('a fenced raise is a report as of an administrator: fault, servers, events, one write', async () => {
  const w = world();
  const [outcome] = await report(w, am, item({ fenced: true }));
  const [fault] = [...w.faults.values()];
  expect(fault).toMatchObject({ source: 'alertmanager', reported_by: { user_name: 'doctor' } });
  expect(outcome).toMatchObject({ outcome: 'raised', reason: null, fault_id: fault?.fault_id });
  expect(w.writes).toEqual([`report compute-1 with ${id(10)}`]);
  expect(w.instances.get(id(10))?.vm_state).toBe('stopped');
  expect(w.sent.map(({ event_type }) => event_type).sort()).toEqual([
    'compute.instance.update',
    'service.update',
  ]);
});

test('a raise that is not fenced leaves the servers as they are', async () => {
  const w = world();
  expect(await report(w)).toMatchObject([{ outcome: 'raised', fault_id: null }]);
  expect(w.instances.get(id(10))?.vm_state).toBe('active');
  expect(hostOf(w)).toMatchObject({ forced_down: true, instances_left: true });
  expect(w.sent.map(({ event_type }) => event_type)).toEqual(['service.update']);
});

test('a repeated raise writes nothing, or the condition only if it has other words, and sends nothing', async () => {
  const w = world();
  await report(w);
  const [before, sent, writes] = [hostOf(w), w.sent.length, w.writes.length];
  expect(await report(w)).toMatchObject([{ outcome: 'renewed' }]);
  expect(w.writes).toHaveLength(writes);
  expect(await report(w, am, item({ cause: 'worse' }))).toMatchObject([{ outcome: 'renewed' }]);
  expect(hostOf(w)).toBe(before);
  expect([w.writes.slice(writes), w.sent.length]).toEqual([['condition'], sent]);
});

test('the end of the last condition brings the host up', async () => {
  const w = world();
  await report(w);
  await report(w, zabbix);
  expect(await report(w, am, item(up))).toMatchObject([{ outcome: 'cleared', reason: null }]);
  expect(hostOf(w)?.forced_down).toBe(true);
  expect(await report(w, zabbix, item(up))).toMatchObject([{ outcome: 'cleared' }]);
  expect(hostOf(w)?.forced_down).toBe(false);
  expect(w.sent).toHaveLength(2);
});

test('the end of an unknown condition, and a second end, are ignored', async () => {
  const w = world();
  expect(await report(w, am, item(up))).toMatchObject([{ outcome: 'ignored' }]);
  await report(w);
  expect(await report(w, am, item(up), item(up))).toMatchObject([
    { outcome: 'cleared' },
    { outcome: 'ignored' },
  ]);
  expect(w.unmatched).toEqual([]);
});

test('unknown hosts and items that the parser could not read are kept, with the reason', async () => {
  const w = world();
  const host = (name: string) => item({ target: { kind: 'host', host: name } });
  const outcomes = await report(
    w,
    am,
    host('unknown'),
    { kind: 'unmatched', reason: 'no host label', item: { labels: {} } },
    host('not a host'),
    host('COMPUTE-1'),
  );
  expect(outcomes.map(({ outcome }) => outcome)).toEqual([
    ...['unmatched', 'unmatched', 'unmatched', 'raised'],
  ]);
  expect(w.unmatched.map(({ reason }) => reason)).toEqual([
    'Host unknown is not registered.',
    'no host label',
    'Host not a host is not registered.',
  ]);
  expect(w.unmatched[1]).toMatchObject({ source: 'alertmanager', item: '{"labels":{}}' });
});

test('items of one target keep their order', async () => {
  const w = world();
  const outcomes = await report(w, am, item(), item(up), item(), item({ key: 'other' }));
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['raised', 'cleared', 'raised', 'raised']);
  expect(hostOf(w)?.held_by).toHaveLength(2);
});

test('a raise beside the raise and the clear of a rival is decided again', async () => {
  const w = world();
  w.state.meanwhile = () => {
    const by = { ...sender(19), source: 'rival' };
    const holder = { condition_id: id(77), source: 'rival', fenced: false, cleared: false };
    const down = heldHost(hostWith(), [holder], by);
    if (down) w.hosts.set('compute-1', down.host);
  };
  await report(w);
  expect(hostOf(w)?.held_by.map(({ source }) => source)).toEqual(['rival', 'alertmanager']);
  w.state.meanwhile = () => {
    const row = hostOf(w);
    const left = row && heldHost(row, row.held_by.slice(1), { ...sender(21), source: 'rival' });
    if (left) w.hosts.set('compute-1', left.host);
  };
  await report(w, am, item(up));
  expect(hostOf(w)).toMatchObject({ forced_down: false, held_by: [] });
});

test('a renewal that a clear overtakes raises the condition again', async () => {
  const w = world();
  await report(w);
  const [row] = [...w.conditions.values()];
  if (!row) throw new Error('no condition');
  w.state.meanwhile = () => {
    w.conditions.set(row.condition_id, { ...row, state: 'cleared', revision: 2 });
    w.hosts.set('compute-1', hostWith());
  };
  expect(await report(w, am, item({ cause: 'worse' }))).toMatchObject([{ outcome: 'raised' }]);
  expect(hostOf(w)?.forced_down).toBe(true);
});

test('an administrator who reports the host up ends its conditions', async () => {
  const w = world();
  await report(w);
  await report(w, zabbix, item({ fenced: true }));
  const { actor, reporter } = sender(30);
  const admin = { user_id: 'root', request_id: actor.request_id, at: minute(30) };
  const update = { host: 'compute-1', update: { forced_down: false } };
  await updateService(w.deps, update, { actor: admin, reporter });
  const ended = { state: 'cleared', held: false, cleared_by: { user_id: 'root' } };
  expect([...w.conditions.values()]).toMatchObject([ended, ended]);
  expect(await report(w)).toMatchObject([{ outcome: 'raised' }]);
});

test('a host that servers were evacuated from stays down, and its condition is held', async () => {
  const w = world();
  await report(w);
  w.departures.set('compute-1', { done: 1, restarts: 0, restarted_at: null });
  expect(await report(w, am, item(up))).toMatchObject([{ reason: /evacuated/ }]);
  expect(hostOf(w)?.forced_down).toBe(true);
});

test('the failure of one target does not stop the others, and the report fails', async () => {
  const w = conditionsWorld(worldOf({ hosts: [hostWith(), hostWith({ host: 'compute-2' })] }));
  const deps = {
    ...w.deps,
    host: async (name: string) => {
      if (name === 'compute-1') throw new Error('gone');
      return w.deps.host(name);
    },
    hostsNamed: async () => Promise.reject(new Error('gone')),
  };
  const items = [item(), item({ target: { kind: 'host', host: 'compute-2' } })];
  await expect(reportConditions(deps, { source: am, ...sender(), items })).rejects.toThrow();
  expect(w.hosts.get('compute-2')?.forced_down).toBe(true);
});

test('unmatched items that cannot be kept do not fail the report', async () => {
  const w = world();
  const deps = {
    ...w.deps,
    keepUnmatched: async () => {
      throw new Error('gone');
    },
  };
  const items = [item({ target: { kind: 'host', host: 'unknown' } })];
  const done = await reportConditions(deps, { source: am, ...sender(), items });
  expect(done).toMatchObject([{ outcome: 'unmatched' }]);
  expect(w.interruptions).toHaveLength(1);
});
