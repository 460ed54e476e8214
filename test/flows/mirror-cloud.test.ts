/**
 * The jobs that mirror a cloud (walks and changes): their costs, and the changes that they never
 * undo.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { holdsId } from '../../domain/conditions/held-target.ts';
import { unknownPortEnd } from '../../domain/mirror/mirrored-port.ts';
import { naive } from '../../domain/time.ts';
import type { CloudReader } from '../../flows/cloud-reader.ts';
import { runJob } from '../../flows/mirror-cloud.ts';
import { mirrorEvent } from '../../flows/mirror-event.ts';
import { requestWalk } from '../../flows/request-walk.ts';
import { portId, serverId, serverItem } from '../cloud/listings.ts';
import { eventWith } from '../domain/events/events.ts';
import { id } from '../domain/rows.ts';
import { type MirrorWorld, mirrorWorld } from './mirror-world.ts';

let mirror: MirrorWorld;
beforeEach(async () => {
  mirror = await mirrorWorld(['compute-1', 'compute-2']);
});
afterEach(() => mirror.cloud.stop());

const rowOf = (n: number) => mirror.world.instances.get(serverId(n));
const portOf = (n: number) => mirror.ports.get(portId(n));
const walkOf = () => mirror.jobs.get('walk')?.walk;
const server = (n: number) => {
  const found = mirror.lists.servers.get(serverId(n));
  if (!found) throw new Error(`no server ${n}`);
  return found;
};
const port = (n: number) => {
  const found = mirror.lists.ports.get(portId(n));
  if (!found) throw new Error(`no port ${n}`);
  return found;
};
/** Changes a server in the cloud at Doctor's time. */
const change = (n: number, given: Record<string, unknown>) =>
  Object.assign(server(n), given, { updated: new Date(mirror.clock.at).toISOString() });
const movedPort = { revision_number: 9, 'binding:host_id': 'compute-1' };

describe('a walk', () => {
  test('takes hosts, servers and ports of all projects over, and says so', async () => {
    mirror.lists.fill(4, 2);
    expect(await mirror.run('walk')).toBe('done');
    expect(mirror.world.hosts.get('compute-1')).toMatchObject({
      ...{ zone: 'az-1', vcpus: 32, mirrored: true, deleted: false },
    });
    expect(rowOf(1)).toMatchObject({ host: 'compute-2', vm_state: 'active', mirrored: true });
    expect(portOf(8)).toMatchObject({ device_id: serverId(4), mirrored_revision: 3 });
    expect(walkOf()).toMatchObject({
      phase: 'done',
      counts: {
        hosts: { seen: 2, created: 2 },
        servers: { seen: 4, created: 4 },
        ports: { seen: 8, created: 8 },
      },
    });
    expect(mirror.world.sent.map(({ event_type }) => event_type)).toContain('service.create');
    expect(mirror.errors).toEqual([]);
  });

  test('once more writes no row and sends no event', async () => {
    mirror.lists.fill(4, 2);
    await mirror.run('walk');
    const [writes, sent] = [mirror.world.writes.length, mirror.world.sent.length];
    const ports = structuredClone(mirror.ports);
    mirror.pass(61);
    expect(await mirror.run('walk')).toBe('done');
    expect(mirror.world.writes.slice(writes)).toEqual([]);
    expect(mirror.world.sent).toHaveLength(sent);
    expect(mirror.ports).toEqual(ports);
    expect(walkOf()?.differences).toEqual([]);
  });

  test('is due once an hour, and does nothing before', async () => {
    await mirror.run('walk');
    expect(await mirror.run('walk')).toBe('idle');
    mirror.pass(61);
    expect(await mirror.run('walk')).toBe('done');
  });

  test('deletes what the cloud no longer has, and nothing that a feed or a tenant made', async () => {
    mirror.lists.fill(4, 1);
    await mirror.run('walk');
    Object.assign(rowOf(3) ?? {}, { mirrored: undefined });
    Object.assign(portOf(3) ?? {}, { mirrored_revision: undefined });
    mirror.lists.services.pop();
    for (const n of [3, 4]) mirror.lists.servers.delete(serverId(n));
    for (const n of [3, 4]) mirror.lists.ports.delete(portId(n));
    mirror.pass(61);
    await mirror.run('walk');
    expect([rowOf(3)?.deleted, rowOf(4)?.deleted]).toEqual([false, true]);
    expect([portOf(3)?.deleted, portOf(4)?.deleted]).toEqual([false, true]);
    // A host with servers stays, and the walk records why.
    expect(mirror.world.hosts.get('compute-2')?.deleted).toBe(false);
    expect(walkOf()?.differences).toContainEqual({
      ...{ resource: 'host', id: 'compute-2', kind: 'failed' },
      detail: expect.stringMatching(/it has instances/),
    });
  });

  test('does not bring back a port that was deleted after its page was read', async () => {
    mirror.lists.fill(2, 1);
    const tombstone = () =>
      unknownPortEnd(portId(1), {
        actor: { user_id: 'inventory', request_id: 'event', at: mirror.deps.now() },
        incarnation: id(901),
      });
    const { ports } = mirror.deps;
    const deps = {
      ...mirror.deps,
      ports: async (ids: readonly string[]) => {
        const rows = await ports(ids);
        mirror.ports.set(portId(1), tombstone());
        return rows;
      },
    };
    expect(await runJob(deps, 'walk')).toBe('more');
    expect(await runJob(deps, 'walk')).toBe('done');
    expect([portOf(1)?.deleted, portOf(2)?.deleted]).toEqual([true, false]);
    expect(walkOf()?.counts.ports).toMatchObject({ seen: 2, created: 1, failed: 0 });
  });

  test('does not delete what a page lost, but the cloud has', async () => {
    mirror.lists.fill(2);
    await mirror.run('walk');
    mirror.pass(61);
    const hidden = server(1);
    mirror.lists.servers.delete(serverId(1));
    const { serverPage } = mirror.deps.cloud;
    const cloud: CloudReader = {
      ...mirror.deps.cloud,
      serverPage: async (from) => {
        const page = await serverPage(from);
        mirror.lists.servers.set(serverId(1), hidden);
        return page;
      },
    };
    await runJob({ ...mirror.deps, cloud }, 'walk');
    await mirror.run('walk');
    expect(mirror.cloud.requests.map(({ below }) => below)).toContain(
      `/compute/v2.1/servers/${serverId(1)}`,
    );
    expect(rowOf(1)?.deleted).toBe(false);
  });

  test('with a dry run notes what differs, and changes nothing', async () => {
    mirror.lists.fill(2, 1);
    await mirror.run('walk');
    change(1, { 'OS-EXT-SRV-ATTR:host': 'compute-1' });
    change(2, { 'OS-EXT-STS:vm_state': 'paused' });
    Object.assign(port(1), { ...movedPort, updated_at: new Date(mirror.clock.at).toISOString() });
    mirror.lists.ports.delete(portId(2));
    mirror.lists.showPorts(serverId(2), []);
    const writes = mirror.world.writes.length;
    const ports = structuredClone(mirror.ports);
    await requestWalk(mirror.deps, { dry_run: true, allow_deletions: false });
    expect(await mirror.run('walk')).toBe('done');
    expect(mirror.world.writes).toHaveLength(writes);
    expect(mirror.ports).toEqual(ports);
    expect(walkOf()?.differences).toEqual([
      {
        ...{ resource: 'server', id: serverId(2), kind: 'changed' },
        detail: 'active here, paused in the cloud',
      },
      {
        ...{ resource: 'server', id: serverId(1), kind: 'moved' },
        detail: 'from compute-2 to compute-1',
      },
      {
        ...{ resource: 'port', id: portId(1), kind: 'moved' },
        detail: 'from compute-2 to compute-1',
      },
      { resource: 'port', id: portId(2), kind: 'deleted', detail: '' },
    ]);
  });

  test('with a dry run makes no other walk due', async () => {
    mirror.lists.fill(2, 1);
    await mirror.run('walk');
    change(2, { 'OS-EXT-STS:vm_state': 'paused' });
    await requestWalk(mirror.deps, { dry_run: true, allow_deletions: false });
    await mirror.run('walk');
    expect(await mirror.run('walk')).toBe('idle');
    expect(rowOf(2)?.vm_state).toBe('active');
    mirror.pass(61);
    expect(await mirror.run('walk')).toBe('done');
    expect(rowOf(2)?.vm_state).toBe('paused');
  });

  test('begins a part again if its marker was deleted, and comes to an end', async () => {
    mirror.lists.fill(600, 1);
    expect(await runJob(mirror.deps, 'walk')).toBe('more');
    mirror.lists.servers.delete(walkOf()?.marker ?? '');
    expect(await mirror.run('walk')).toBe('done');
    expect(walkOf()).toMatchObject({ counts: { servers: { seen: 599, deleted: 1 } } });
    expect([...mirror.world.instances.values()].filter(({ deleted }) => !deleted)).toHaveLength(
      599,
    );
  });

  test('goes on where another process stopped', async () => {
    mirror.lists.fill(600, 1);
    await runJob(mirror.deps, 'walk');
    expect(walkOf()).toMatchObject({ phase: 'servers', counts: { servers: { seen: 500 } } });
    // A process takes the job and dies: the next ones wait until its lease has ended.
    const row = mirror.jobs.get('walk');
    const until = new Date(mirror.clock.at + 75_000).toISOString();
    if (row) mirror.jobs.set('walk', { ...row, leased_until: until });
    expect(await runJob(mirror.deps, 'walk')).toBe('busy');
    mirror.pass(2);
    expect(await mirror.run('walk')).toBe('done');
    expect(walkOf()?.counts).toMatchObject({ servers: { seen: 600 }, ports: { seen: 600 } });
  });

  test('on request replaces a scheduled one, and a second request joins it', async () => {
    mirror.lists.fill(600);
    await runJob(mirror.deps, 'walk');
    const asked = await requestWalk(mirror.deps, { dry_run: false, allow_deletions: false });
    expect(mirror.queued).toEqual([{ job: 'walk', seconds: 0 }]);
    expect(
      (await requestWalk(mirror.deps, { dry_run: false, allow_deletions: false })).walk_id,
    ).toBe(asked.walk_id);
    expect(await mirror.run('walk')).toBe('done');
    expect(walkOf()).toMatchObject({ walk_id: asked.walk_id, requested: true });
  });
});

describe('pages', () => {
  const limits = () =>
    mirror.cloud.requests
      .filter(({ path }) => /servers\/detail|\/ports$/.test(path))
      .map(({ query }) => Number(query.get('limit')));
  /** Nova's pages of servers take so many milliseconds for each server. */
  const slow = (ms: number, error?: Error) => {
    const { cloud } = mirror.deps;
    const serverPage: CloudReader['serverPage'] = async (from) => {
      mirror.clock.at += ms * from.limit;
      const page = await cloud.serverPage(from);
      if (error) throw error;
      return page;
    };
    return { cloud: { ...cloud, serverPage } };
  };

  test('are smaller while they take long, and larger again when they are fast', async () => {
    mirror.lists.fill(1_000);
    await mirror.run('walk', slow(40));
    expect(limits()).toEqual([500, 250, 250, 250, 250]);
    mirror.cloud.requests.length = 0;
    mirror.pass(61);
    await mirror.run('walk');
    expect(limits()).toEqual([500, 500, 500, 500]);
  });

  test('are smaller after a failure, and after a turn whose function ended first', async () => {
    mirror.lists.fill(10);
    expect(await mirror.run('changes', slow(0, new Error('no answer')))).toBe('failed');
    expect(mirror.jobs.get('changes')?.page_size).toBe(250);
    const job = mirror.jobs.get('changes');
    const past = new Date(mirror.clock.at - 1000).toISOString();
    if (job) mirror.jobs.set('changes', { ...job, leased_until: past, not_before: null });
    mirror.cloud.requests.length = 0;
    expect(await mirror.run('changes')).toBe('done');
    expect(limits()).toEqual([125]);
    expect(mirror.jobs.get('changes')).toMatchObject({ failures: 0, page_size: 250 });
  });
});

describe('a thing that no longer exists in the cloud', () => {
  test('is looked up while the turn has time; the next walk handles the rest', async () => {
    mirror.lists.fill(6);
    await mirror.run('walk');
    for (let n = 1; n <= 6; n++) mirror.lists.servers.delete(serverId(n));
    mirror.pass(61);
    const { cloud } = mirror.deps;
    const hasServer: CloudReader['hasServer'] = async (uuid) => {
      mirror.clock.at += 8_000;
      return cloud.hasServer(uuid);
    };
    await mirror.run('walk', { cloud: { ...cloud, hasServer } });
    expect(walkOf()?.counts.servers.deleted).toBe(3);
    mirror.pass(61);
    await mirror.run('walk');
    expect(walkOf()?.counts.servers.deleted).toBe(3);
    expect([1, 2, 3, 4, 5, 6].map((n) => rowOf(n)?.deleted)).not.toContain(false);
  });
});

describe('changes', () => {
  test('since a minute before the last listing are taken over, deletions included', async () => {
    mirror.lists.fill(3);
    await mirror.run('walk');
    await mirror.run('changes');
    mirror.pass(1);
    change(1, { 'OS-EXT-STS:vm_state': 'paused', 'OS-EXT-STS:power_state': 3 });
    mirror.lists.deleteServer(serverId(2), new Date(mirror.clock.at).toISOString());
    mirror.lists.servers.set(
      serverId(9),
      serverItem(9, 'compute-7', { updated: new Date(mirror.clock.at).toISOString() }),
    );
    mirror.pass(1);
    expect(await mirror.run('changes')).toBe('done');
    expect(rowOf(1)).toMatchObject({ vm_state: 'paused', host: 'compute-2' });
    expect(rowOf(2)).toMatchObject({ deleted: true });
    expect(rowOf(9)).toMatchObject({ host: 'compute-7' });
    expect(mirror.world.hosts.get('compute-7')).toMatchObject({ deleted: false });
  });

  test('a server that was deleted before Doctor knew it leaves a tombstone: a later, older event makes none', async () => {
    await mirror.run('changes');
    mirror.lists.fill(1);
    const made = naive(new Date(mirror.clock.at).toISOString());
    mirror.pass(1);
    mirror.lists.deleteServer(serverId(1), new Date(mirror.clock.at).toISOString());
    await mirror.run('changes');
    expect(rowOf(1)).toMatchObject({ deleted: true, host: null, vm_state: 'deleted' });
    const writes = mirror.world.writes.length;
    const created = {
      ...eventWith(
        ['project_id', 1, 'p'],
        ['instance_id', 1, serverId(1)],
        ['host', 1, 'compute-1'],
        ['state', 1, 'active'],
      ),
      ...{ event_type: 'compute.instance.create.end', generated: made },
    };
    expect(await mirrorEvent({ ...mirror.deps, skipped: () => {} }, created)).toBe(false);
    await mirror.run('changes');
    expect(mirror.world.writes.slice(writes)).toEqual([]);
  });

  test('nothing changed: one request, no row', async () => {
    mirror.lists.fill(3);
    await mirror.run('walk');
    await mirror.run('changes');
    const before = [mirror.cloud.requests.length, mirror.world.writes.length, mirror.calls.rows];
    mirror.pass(1);
    await mirror.run('changes');
    expect([mirror.cloud.requests.length, mirror.world.writes.length, mirror.calls.rows]).toEqual([
      ...[(before[0] ?? 0) + 1, before[1], before[2]],
    ]);
  });

  test('an error that a monitor holds stays, whatever else changes', async () => {
    mirror.lists.fill(1);
    await mirror.run('walk');
    const row = rowOf(1);
    if (row) mirror.world.instances.set(row.uuid, { ...row, vm_state: 'error' });
    mirror.held.add(holdsId(`server#${serverId(1)}`, 'server_error'));
    mirror.pass(1);
    change(1, { name: 'vm-new' });
    mirror.pass(1);
    await mirror.run('changes');
    expect(rowOf(1)).toMatchObject({ name: 'vm-new', vm_state: 'error' });
  });
});
