/** Conditions of ports, of servers and of the networks beneath hosts, with several sources. */
import { expect, test } from 'vitest';
import type { ConditionEffect, ConditionTarget } from '../../domain/conditions/observation.ts';
import { endCondition } from '../../flows/end-condition.ts';
import { reportConditions } from '../../flows/report-conditions.ts';
import { observed, sender, sourceWith } from '../domain/conditions/reports.ts';
import { hostWith, id, instanceWith } from '../domain/rows.ts';
import { conditionsWorld } from './conditions-world.ts';
import { portsWorld } from './ports-world.ts';
import { worldOf } from './world.ts';

const [a, b] = [sourceWith('alertmanager'), sourceWith('zabbix')];
type World = ReturnType<typeof conditionsWorld>;

/** A host `h` with the port 0 and the server 10, both of them up. */
const world = () =>
  conditionsWorld(
    worldOf({ hosts: [hostWith({ host: 'h' })], instances: [instanceWith({ host: 'h' })] }),
    portsWorld(1, { status: 'ACTIVE', data_plane_status: 'ACTIVE' }),
  );

const port = { kind: 'port', port_id: id(0) } as const;
const server = { kind: 'server', server_id: id(10) } as const;
const host = { kind: 'host', host: 'H' } as const;

type About = { readonly target: ConditionTarget; readonly effect: ConditionEffect };
const report = async (
  { deps }: Pick<World, 'deps'>,
  source: typeof a,
  about: About,
  up = false,
) => {
  const observation = observed({ ...about, status: up ? 'cleared' : 'raised' });
  const items = [{ kind: 'observation', observation }] as const;
  const [outcome] = await reportConditions(deps, { source, ...sender(), items });
  return outcome;
};

const stateOf = ({ ports, instances }: World, { effect }: About) => {
  const row = ports.rows.get(id(0));
  if (effect === 'port_status') return row?.status;
  if (effect === 'server_error') return instances.get(id(10))?.vm_state;
  return row?.data_plane_status;
};

const cases = [
  { target: port, effect: 'port_data_plane', up: 'ACTIVE', down: 'DOWN' },
  { target: port, effect: 'port_status', up: 'ACTIVE', down: 'DOWN' },
  { target: host, effect: 'host_data_plane', up: 'ACTIVE', down: 'DOWN' },
  { target: server, effect: 'server_error', up: 'active', down: 'error' },
] as const;

test.each(cases)(
  '$effect lasts until all sources have cleared it',
  async ({ up, down, ...about }) => {
    const w = world();
    expect(await report(w, a, about)).toMatchObject({ outcome: 'raised' });
    expect(stateOf(w, about)).toBe(down);
    const sent = w.sent.length;
    expect(await report(w, a, about)).toMatchObject({ outcome: 'renewed' });
    expect(await report(w, b, about)).toMatchObject({ outcome: 'raised' });
    expect(w.sent).toHaveLength(sent);
    expect(await report(w, a, about, true)).toMatchObject({ outcome: 'cleared' });
    expect(stateOf(w, about)).toBe(down);
    expect(await report(w, b, about, true)).toMatchObject({ outcome: 'cleared' });
    expect(stateOf(w, about)).toBe(up);
    expect(await report(w, b, about, true)).toMatchObject({ outcome: 'ignored' });
  },
);

test.each(cases)(
  'with the rule hold, $effect stays until it is ended by hand',
  async ({ up, down, ...about }) => {
    const w = world();
    const holding = { ...a, clear: 'hold' } as const;
    const raised = await report(w, holding, about);
    expect(await report(w, holding, about, true)).toMatchObject({ reason: /administrator/ });
    expect(stateOf(w, about)).toBe(down);
    await endCondition(w.deps, raised?.condition_id ?? '', { ...sender(), reason: 'seen' });
    expect(stateOf(w, about)).toBe(up);
    expect([...w.conditions.values()]).toMatchObject([
      { held: false, cleared_by: { reason: 'seen' } },
    ]);
  },
);

test.each(cases)(
  'a report of $effect that dies before its effect is repeated',
  async ({ down, ...about }) => {
    const w = world();
    const dead = async () => {
      throw new Error('gone');
    };
    const deps = {
      ...w.deps,
      changingPorts: { ...w.deps.changingPorts, savePort: dead },
      changingServers: { ...w.deps.changingServers, saveInstance: dead },
      reportingDataPlanes: { ...w.deps.reportingDataPlanes, saveReport: dead },
    };
    await expect(report({ deps }, a, about)).rejects.toThrow();
    expect(await report(w, a, about)).toMatchObject({ outcome: 'renewed' });
    expect(stateOf(w, about)).toBe(down);
  },
);

test('a clear that comes while the effect of a raise is written ends it', async () => {
  const w = world();
  const about = { target: port, effect: 'port_data_plane' } as const;
  w.ports.state.meanwhile = () => report(w, a, about, true);
  await report(w, a, about);
  expect(stateOf(w, about)).toBe('ACTIVE');
  expect([...w.holds.values()]).toMatchObject([{ holders: [], revision: 2, applied: 2 }]);
});

test.each([
  [{ target: { kind: 'port', port_id: id(77) }, effect: 'port_status' }, /^Port .* could not/],
  [{ target: { kind: 'server', server_id: 'x' }, effect: 'server_error' }, /^Server x could not/],
  [{ target: { kind: 'host', host: 'g' }, effect: 'host_data_plane' }, /^Host g is not registered/],
] as const)('an unknown target is unmatched: %o', async (about, reason) => {
  const w = world();
  expect(await report(w, a, about)).toMatchObject({
    outcome: 'unmatched',
    reason: expect.stringMatching(reason),
  });
  expect(w.unmatched).toHaveLength(1);
});

test('a condition without an effect is recorded, and changes nothing', async () => {
  const w = world();
  const about = { target: host, effect: 'none' } as const;
  expect(await report(w, a, about)).toMatchObject({ outcome: 'raised' });
  expect(await report(w, a, about)).toMatchObject({ outcome: 'renewed' });
  expect(w.hosts.get('h')?.forced_down).toBe(false);
  expect(await report(w, a, about, true)).toMatchObject({ outcome: 'cleared' });
  expect(w.sent).toEqual([]);
});
