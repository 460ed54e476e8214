/**
 * The job that reads the services of a cloud: new hosts, and changes of the flag `forced_down` by
 * others.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { serverId } from '../cloud/listings.ts';
import { type MirrorWorld, mirrorWorld } from './mirror-world.ts';

let mirror: MirrorWorld;
beforeEach(async () => {
  mirror = await mirrorWorld(['compute-1', 'compute-2']);
});
afterEach(() => mirror.cloud.stop());

const rowOf = (n: number) => mirror.world.instances.get(serverId(n));
const server = (n: number) => {
  const found = mirror.lists.servers.get(serverId(n));
  if (!found) throw new Error(`no server ${n}`);
  return found;
};
/** The cloud forces a host down or up, as an administrator of Nova does. */
const force = (n: number, forced_down: boolean) => {
  const service = mirror.lists.services[n];
  if (service) service.forced_down = forced_down;
};

describe('services', () => {
  beforeEach(async () => {
    mirror.lists.fill(2);
    await mirror.run('walk');
    await mirror.run('services');
    mirror.pass(1);
  });
  const hostOf = (name: string) => mirror.world.hosts.get(name);

  test('that look as before cost one request and no read of rows', async () => {
    const before = [mirror.cloud.requests.length, mirror.world.writes.length, mirror.calls.hosts];
    expect(await mirror.run('services')).toBe('done');
    expect([mirror.cloud.requests.length, mirror.world.writes.length, mirror.calls.hosts]).toEqual([
      ...[(before[0] ?? 0) + 1, before[1], before[2]],
    ]);
  });

  test('forced down by others is a report of the source nova, and so is its end', async () => {
    force(0, true);
    await mirror.run('services');
    expect(hostOf('compute-1')).toMatchObject({
      forced_down: true,
      held_by: [{ source: 'nova', fenced: true }],
    });
    expect(rowOf(2)).toMatchObject({ vm_state: 'stopped' });
    mirror.pass(1);
    await mirror.run('services');
    force(0, false);
    await mirror.run('services');
    expect(hostOf('compute-1')).toMatchObject({ forced_down: false, held_by: [] });
  });

  test('ACTIVE on a host that is down changes no row; when both take it for up, it does', async () => {
    force(0, true);
    await mirror.run('services');
    server(2).host_status = 'DOWN';
    mirror.pass(61);
    await mirror.run('walk');
    expect(rowOf(2)).toMatchObject({ vm_state: 'stopped' });
    force(0, false);
    await mirror.run('services');
    mirror.pass(61);
    await mirror.run('walk');
    expect(rowOf(2)).toMatchObject({ vm_state: 'stopped' });
    server(2).host_status = 'UP';
    mirror.pass(61);
    await mirror.run('walk');
    expect(rowOf(2)).toMatchObject({ vm_state: 'active', pre_fault: null });
  });

  test('a flag that Doctor wrote, or is writing, is no report', async () => {
    const at = new Date(mirror.clock.at).toISOString();
    mirror.pass(1);
    mirror.applied.set('compute-1', { forced_down: true, done: true, at });
    mirror.applied.set('compute-2', { forced_down: true, done: false, at });
    force(0, true);
    force(1, true);
    await mirror.run('services');
    expect([hostOf('compute-1')?.forced_down, hostOf('compute-2')?.forced_down]).toEqual([
      ...[false, false],
    ]);
    // The host is read again, because another caller may have changed meanwhile what Doctor was
    // writing.
    mirror.applied.set('compute-2', { forced_down: false, done: true, at });
    mirror.pass(1);
    await mirror.run('services');
    expect(hostOf('compute-2')?.forced_down).toBe(true);
  });

  test('forced up by others while another source holds it down: Doctor forces it down again, and reports nothing', async () => {
    const held = { condition_id: 'c', source: 'prometheus', fenced: true, cleared: false };
    const row = hostOf('compute-1');
    const down = { forced_down: true, instances_left: false, fault_number: 1 };
    if (row) mirror.world.hosts.set(row.host, { ...row, ...down, held_by: [held] });
    const at = new Date(mirror.clock.at).toISOString();
    mirror.applied.set('compute-1', { forced_down: true, done: true, at });
    force(0, true);
    mirror.pass(1);
    await mirror.run('services');
    force(0, false);
    // Not yet written to Nova by Doctor, or just being written: nothing is known of others.
    for (const applied of [undefined, { forced_down: true, done: false, at }]) {
      mirror.applied.clear();
      if (applied) mirror.applied.set('compute-1', applied);
      mirror.pass(1);
      await mirror.run('services');
      expect(mirror.tasks).toEqual([]);
    }
    mirror.applied.set('compute-1', { forced_down: true, done: true, at });
    mirror.pass(1);
    await mirror.run('services');
    expect(mirror.tasks).toEqual([{ service: 'compute-1', state: down, attempts: 0 }]);
    expect(hostOf('compute-1')).toMatchObject({ forced_down: true, held_by: [held] });
    force(0, true);
    mirror.pass(1);
    await mirror.run('services');
    expect(mirror.tasks).toHaveLength(1);
  });

  test('a new host and a new zone are seen at once', async () => {
    mirror.lists.services.push({ id: 's', host: 'compute-3', zone: 'az-2', forced_down: false });
    const [first] = mirror.lists.services;
    if (first) first.zone = 'az-9';
    await mirror.run('services');
    expect(hostOf('compute-3')).toMatchObject({ zone: 'az-2', mirrored: true });
    expect(hostOf('compute-1')).toMatchObject({ zone: 'az-9', vcpus: 32 });
  });
});
