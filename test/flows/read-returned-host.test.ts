/** The servers of a host that is up again in the cloud: read at once, not by the next walk. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readReturnedHost } from '../../flows/read-returned-host.ts';
import { serverId } from '../cloud/listings.ts';
import { type MirrorWorld, mirrorWorld } from './mirror-world.ts';

let mirror: MirrorWorld;
beforeEach(async () => {
  mirror = await mirrorWorld(['compute-1', 'compute-2']);
});
afterEach(() => mirror.cloud.stop());

const stateOf = (n: number) => mirror.world.instances.get(serverId(n))?.vm_state;
/** The cloud forces the second host down or up, as an administrator of Nova does. */
const force = (forced_down: boolean) => {
  const [, service] = mirror.lists.services;
  if (service) service.forced_down = forced_down;
};
/** What the cloud says of the host, in its servers. */
const showHost = (host_status: 'UP' | 'DOWN') => {
  for (const n of [1, 3]) {
    const found = mirror.lists.servers.get(serverId(n));
    if (!found) throw new Error(`no server ${n}`);
    Object.assign(found, { host_status });
  }
};
const read = (host: string) => readReturnedHost(mirror.deps, host);

test('a host that is up again has its servers active as soon as the cloud shows it up, with one request and none of other hosts', async () => {
  mirror.lists.fill(4);
  await mirror.run('walk');
  force(true);
  await mirror.run('services');
  mirror.pass(1);
  expect([stateOf(1), stateOf(2)]).toEqual(['stopped', 'active']);
  expect(await read('compute-2')).toBe('left');
  force(false);
  await mirror.run('services');
  expect(stateOf(1)).toBe('stopped');
  showHost('DOWN');
  mirror.pass(1);
  expect(await read('compute-2')).toBe('not yet');
  expect(stateOf(1)).toBe('stopped');
  showHost('UP');
  mirror.pass(1);
  const before = mirror.cloud.requests.length;
  expect(await read('compute-2')).toBe('done');
  expect(mirror.cloud.requests).toHaveLength(before + 1);
  expect([stateOf(1), stateOf(3)]).toEqual(['active', 'active']);
});

test('a host that Doctor does not have is left', async () => {
  expect(await read('unknown')).toBe('left');
  expect(mirror.cloud.requests).toEqual([]);
});
