/**
 * A walk through a cloud that does not show what Doctor shows: hosts and data planes that failed
 * before Doctor knew of the cloud, and what was refused or lost there since.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fault } from '../../domain/hosts/fault.ts';
import { requestWalk } from '../../flows/request-walk.ts';
import { portId } from '../cloud/listings.ts';
import { downHost } from '../domain/rows.ts';
import { type MirrorWorld, mirrorWorld } from './mirror-world.ts';

let mirror: MirrorWorld;
beforeEach(async () => {
  mirror = await mirrorWorld(['compute-1', 'compute-2']);
});
afterEach(() => mirror.cloud.stop());

const walkOf = () => mirror.jobs.get('walk')?.walk;
/** Another walk, an hour later, without the tasks of earlier ones. */
async function walkAgain(): Promise<void> {
  mirror.pass(61);
  mirror.tasks.length = 0;
  expect(await mirror.run('walk')).toBe('done');
}
const long = '2026-01-01T00:00:00.000Z';
const service = (host: string, given: object = {}) => ({
  service: host,
  state: { forced_down: true, instances_left: false, fault_number: 1 },
  attempts: 0,
  ...given,
});
const ofWalk = { of_walk: true };

/** A host that failed in Doctor, whose fault has no outcome in the cloud. */
function failed(host: string, given: Partial<Fault> = {}): void {
  mirror.world.hosts.set(host, downHost(1, { host }));
  mirror.faults.push(faultOf(host, given));
}
const faultOf = (host: string, given: Partial<Fault> = {}): Fault => ({
  ...{ kind: 'host', host, number: 1, fault_id: crypto.randomUUID(), at: long, source: null },
  reported_by: { user_id: 'u', user_name: 'u', project_id: 'p' },
  ...{ request_id: 'r', cleared_at: null, applied_to_cloud: null },
  ...given,
});
const done = { change: 'down', state: 'done', reason: null, at: long } as const;

describe('a host', () => {
  test('that failed before Doctor knew of the cloud is applied to Nova by the first walk', async () => {
    failed('compute-1');
    await mirror.run('services');
    expect(mirror.tasks).toEqual([]);
    await mirror.run('walk');
    expect(mirror.tasks).toEqual([service('compute-1')]);
    expect(walkOf()?.differences).toContainEqual({
      ...{ resource: 'host', id: 'compute-1', kind: 'applied' },
      detail: 'down here, up in the cloud',
    });
    expect(mirror.world.hosts.get('compute-1')).toMatchObject({ forced_down: true });
  });

  test('that is down in Nova too gets the outcome on its fault, and is no difference', async () => {
    failed('compute-1');
    Object.assign(mirror.lists.services[0] ?? {}, { forced_down: true });
    await mirror.run('walk');
    expect(mirror.tasks).toEqual([service('compute-1')]);
    expect(walkOf()?.counts.hosts.applied).toBe(0);
  });

  test('whose fault has an outcome is queued only if the flags differ, for one walk', async () => {
    failed('compute-1', { applied_to_cloud: done });
    await mirror.run('walk');
    expect(mirror.tasks).toEqual([service('compute-1', ofWalk)]);
    Object.assign(mirror.lists.services[0] ?? {}, { forced_down: true });
    await walkAgain();
    expect(mirror.tasks).toEqual([]);
  });

  test('that is down without a fault is applied', async () => {
    const left = { instances_left: true, fault_number: 0 };
    mirror.world.hosts.set('compute-1', downHost(0, { host: 'compute-1', ...left }));
    await mirror.run('walk');
    expect(mirror.tasks).toMatchObject([{ service: 'compute-1', ...ofWalk }]);
  });

  test('that was forced down by Doctor, and came back while the setting was not there, is forced up', async () => {
    await mirror.run('walk');
    Object.assign(mirror.lists.services[0] ?? {}, { forced_down: true });
    mirror.applied.set('compute-1', { forced_down: true, done: true, at: long });
    await walkAgain();
    expect(mirror.tasks).toMatchObject([
      { service: 'compute-1', state: { forced_down: false }, ...ofWalk },
    ]);
    await mirror.run('services');
    expect(mirror.world.hosts.get('compute-1')).toMatchObject({ forced_down: false });
  });

  test('that is down in Nova alone is a report of others: the walk leaves it to the look at services', async () => {
    Object.assign(mirror.lists.services[0] ?? {}, { forced_down: true });
    await mirror.run('walk');
    expect(mirror.tasks).toEqual([]);
    await mirror.run('services');
    expect(mirror.world.hosts.get('compute-1')).toMatchObject({
      ...{ forced_down: true, held_by: [{ source: 'nova' }] },
    });
  });

  test('whose flag Doctor is writing is left alone', async () => {
    failed('compute-1', { applied_to_cloud: done });
    const at = new Date(mirror.clock.at).toISOString();
    mirror.applied.set('compute-1', { forced_down: true, done: false, at });
    await mirror.run('walk');
    expect(mirror.tasks).toEqual([]);
  });

  test('is only shown by a dry run', async () => {
    failed('compute-1');
    await requestWalk(mirror.deps, { dry_run: true, allow_deletions: false });
    await mirror.run('walk');
    expect(mirror.tasks).toEqual([]);
    expect(walkOf()?.differences.at(-1)).toMatchObject({ id: 'compute-1', kind: 'applied' });
  });
});

describe('a data plane', () => {
  beforeEach(async () => {
    mirror.lists.fill(2, 1);
    await mirror.run('walk');
  });
  const port = (n: number) => mirror.lists.ports.get(portId(n)) ?? {};

  test('of a host that failed before Doctor knew of the cloud is applied to Neutron, with its fault', async () => {
    await mirror.reportPlane('DOWN', 'compute-1');
    mirror.faults.push(faultOf('compute-1', { kind: 'data_plane', number: -1 }));
    await walkAgain();
    expect(mirror.tasks).toEqual([
      { dataPlaneOf: 'compute-1', number: 1, attempts: 0 },
      { ports: [portId(2)], attempts: 0, ...ofWalk },
    ]);
    expect(walkOf()?.differences).toEqual([
      {
        ...{ resource: 'port', id: portId(2), kind: 'applied' },
        detail: 'data plane DOWN here, not reported in the cloud',
      },
    ]);
    Object.assign(port(2), { data_plane_status: 'DOWN' });
    mirror.faults.length = 0;
    await walkAgain();
    expect(mirror.tasks).toEqual([]);
  });

  test('that Neutron shows DOWN, and that Doctor knows nothing of, stays', async () => {
    Object.assign(port(1), { data_plane_status: 'DOWN' });
    await walkAgain();
    expect(mirror.tasks).toEqual([]);
  });

  test('that is ACTIVE here and DOWN in Neutron is made ACTIVE there', async () => {
    await mirror.reportPlane('ACTIVE', 'compute-1');
    Object.assign(port(2), { data_plane_status: 'DOWN' });
    await walkAgain();
    expect(mirror.tasks).toEqual([{ ports: [portId(2)], attempts: 0, ...ofWalk }]);
  });
});
