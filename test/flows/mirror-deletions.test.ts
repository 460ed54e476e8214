/**
 * A walk through a cloud that shows less than it has: a service user that may not see the ports of all
 * projects, or a part of the cloud that is out. What Doctor has stays.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { walkWarnings } from '../../domain/mirror/walk-warnings.ts';
import { requestWalk } from '../../flows/request-walk.ts';
import { portId, portItem, serverId } from '../cloud/listings.ts';
import { type MirrorWorld, mirrorWorld } from './mirror-world.ts';

let mirror: MirrorWorld;
beforeEach(async () => {
  mirror = await mirrorWorld(['compute-1', 'compute-2']);
});
afterEach(() => mirror.cloud.stop());

const walkOf = () => {
  const walk = mirror.jobs.get('walk')?.walk;
  if (!walk) throw new Error('no walk');
  return walk;
};
const warnings = () => walkWarnings(walkOf()).join('\n');
/** Another walk, an hour later, or one that an administrator requests. */
async function walkAgain(asked?: { readonly allow_deletions: boolean }): Promise<void> {
  mirror.pass(61);
  if (asked) await requestWalk(mirror.deps, { dry_run: false, ...asked });
  expect(await mirror.run('walk')).toBe('done');
}
const portsLeft = () => [...mirror.ports.values()].filter(({ deleted }) => !deleted).length;
const serversLeft = () =>
  [...mirror.world.instances.values()].filter(({ deleted }) => !deleted).length;
/** Adds ports that belong to no server, such as those of routers, with numbers from 500 on. */
const routerPorts = (count: number) => {
  for (let n = 500; n < 500 + count; n++) {
    const owner = { device_owner: 'network:router_interface' };
    mirror.lists.ports.set(portId(n), { ...portItem(n, 'router', 'compute-1'), ...owner });
  }
};

describe('Neutron hides ports of other projects from the service user', () => {
  test('no port of a server that Nova shows with it is deleted, and the status says why', async () => {
    mirror.lists.fill(3, 2);
    await mirror.run('walk');
    expect(warnings()).toBe('');
    mirror.lists.ports.clear();
    await walkAgain();
    expect(portsLeft()).toBe(6);
    expect(walkOf().counts.ports).toMatchObject({ seen: 0, deleted: 0, held: 6 });
    expect(walkOf().differences[0]).toMatchObject({
      ...{ resource: 'port', kind: 'held', detail: expect.stringMatching(/Nova shows it/) },
    });
    expect(warnings()).toMatch(/^Neutron hides 6 ports .* ports of all projects\.$/);
    // It may see them again.
    mirror.lists.fill(3, 2);
    await walkAgain();
    expect([portsLeft(), warnings()]).toEqual([6, '']);
  });

  test('one hidden port stays, and one that was unplugged or deleted in Nova too is deleted', async () => {
    mirror.lists.fill(3, 2);
    await mirror.run('walk');
    for (const n of [1, 2, 5]) mirror.lists.ports.delete(portId(n));
    // The first port of server 1 is hidden, its second one was unplugged; server 3 is deleted.
    mirror.lists.showPorts(serverId(1), [1]);
    mirror.lists.servers.delete(serverId(3));
    mirror.lists.ports.delete(portId(6));
    await walkAgain();
    expect([1, 2, 3, 5, 6].map((n) => mirror.ports.get(portId(n))?.deleted)).toEqual([
      ...[false, true, false, true, true],
    ]);
    expect(warnings()).toMatch(/^Neutron hides 1 ports/);
  });

  test('from the first walk on: Nova shows more ports than Neutron', async () => {
    mirror.lists.fill(3, 2);
    mirror.lists.ports.clear();
    await mirror.run('walk');
    expect(warnings()).toMatch(/^Neutron hides 6 of 6 ports that Nova shows on its servers/);
    // It may see those of some projects.
    mirror.lists.fill(3, 2);
    for (const n of [1, 2, 3]) mirror.lists.ports.delete(portId(n));
    await walkAgain();
    expect(warnings()).toBe('');
    mirror.lists.ports.delete(portId(4));
    Object.assign(mirror.ports.get(portId(4)) ?? {}, { mirrored_revision: undefined });
    await walkAgain();
    expect(warnings()).toMatch(/^Neutron hides 4 of 6 ports/);
  });

  test('servers that Nova shows with the same port count once, and a hundred are enough', async () => {
    mirror.lists.fill(300, 1);
    await mirror.run('walk');
    for (let n = 2; n <= 300; n++) mirror.lists.showPorts(serverId(n), [1]);
    await walkAgain();
    expect([walkOf().sample.taken, warnings()]).toEqual([1, '']);
    mirror.lists.fill(300, 1);
    await walkAgain();
    expect(walkOf().sample).toEqual({ taken: 100, missing: [] });
  });

  test('ports that no server has are kept too, if they are more than ten and a tenth', async () => {
    routerPorts(11);
    await mirror.run('walk');
    mirror.lists.ports.clear();
    await walkAgain();
    expect(portsLeft()).toBe(11);
    expect(warnings()).toMatch(/^11 ports .* were kept.*--allow-deletions\.$/);
    await walkAgain({ allow_deletions: true });
    expect([portsLeft(), warnings()]).toEqual([0, '']);
  });

  test('ten ports are deleted, and so is a tenth of many', async () => {
    routerPorts(300);
    await mirror.run('walk');
    for (let n = 500; n < 530; n++) mirror.lists.ports.delete(portId(n));
    await walkAgain();
    expect([portsLeft(), warnings()]).toEqual([270, '']);
  });

  test('an administrator may have hidden ports deleted', async () => {
    mirror.lists.fill(3, 2);
    await mirror.run('walk');
    mirror.lists.ports.clear();
    await walkAgain({ allow_deletions: true });
    expect(portsLeft()).toBe(0);
  });
});

describe('Nova shows few servers, as while one of its cells is out', () => {
  test('servers that Nova lists as deleted are no such servers', async () => {
    mirror.lists.fill(30);
    await mirror.run('walk');
    await mirror.run('changes');
    mirror.pass(1);
    const at = new Date(mirror.clock.at).toISOString();
    for (let n = 1; n <= 20; n++) mirror.lists.deleteServer(serverId(n), at);
    for (let n = 21; n <= 23; n++) mirror.lists.servers.delete(serverId(n));
    await walkAgain({ allow_deletions: false });
    expect([serversLeft(), warnings()]).toEqual([7, '']);
  });

  test('more than ten and a tenth are kept, without a request for each; a walk that allows it deletes them', async () => {
    mirror.lists.fill(30);
    await mirror.run('walk');
    for (let n = 1; n <= 11; n++) mirror.lists.servers.delete(serverId(n));
    const requests = mirror.cloud.requests.length;
    await walkAgain();
    expect(serversLeft()).toBe(30);
    // Services, hypervisors, servers, what Nova has deleted lately, ports.
    expect(mirror.cloud.requests.length - requests).toBe(5);
    expect(walkOf().counts.servers).toMatchObject({ deleted: 0, held: 11 });
    expect(warnings()).toMatch(/^11 servers .* were kept/);
    await walkAgain({ allow_deletions: true });
    expect([serversLeft(), warnings()]).toEqual([19, '']);
  });

  test('pages count together: a part of a walk deletes no more than a tenth', async () => {
    mirror.lists.fill(1_200);
    await mirror.run('walk');
    // 40 of the first page, 60 of the second, 40 of the third.
    const gone = [...numbers(1_161, 1_200), ...numbers(501, 560), ...numbers(1, 40)];
    for (const n of gone) mirror.lists.servers.delete(serverId(n));
    await walkAgain();
    expect(walkOf().counts.servers).toMatchObject({ deleted: 100, held: 40 });
  });

  test('hosts without servers are kept, too', async () => {
    await mirror.cloud.stop();
    mirror = await mirrorWorld(numbers(1, 12).map((n) => `compute-${n}`));
    await mirror.run('walk');
    mirror.lists.services.splice(1);
    await walkAgain();
    const left = () => [...mirror.world.hosts.values()].filter(({ deleted }) => !deleted).length;
    expect(left()).toBe(12);
    expect(warnings()).toMatch(/^11 hosts .* were kept/);
    await walkAgain({ allow_deletions: true });
    expect(left()).toBe(1);
  });
});

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n);
