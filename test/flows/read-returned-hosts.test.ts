/** The servers of hosts that are up again in the cloud are read at once, not by the next walk. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newJob } from '../../domain/mirror/cloud-job.ts';
import { mostReturned } from '../../domain/mirror/returned-host.ts';
import { noteReturnedHost } from '../../flows/read-returned-hosts.ts';
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
/** The cloud's states of the host's servers. */
const showHost = (host_status: 'UP' | 'DOWN') => {
  for (const n of [1, 3]) {
    const found = mirror.lists.servers.get(serverId(n));
    if (!found) throw new Error(`no server ${n}`);
    Object.assign(found, { host_status });
  }
};
const note = (host: string) => noteReturnedHost(mirror.deps, host);
const waiting = () =>
  mirror.jobs.get('returned')?.returned.map(({ host, attempts }) => [host, attempts]);
const pass = (seconds: number) => mirror.pass(seconds / 60);
const requests = () => mirror.cloud.requests.length;

/** The second host was down, and Doctor has it up again. Its servers are 1 and 3. */
async function returned() {
  mirror.lists.fill(4);
  await mirror.run('walk');
  force(true);
  await mirror.run('services');
  mirror.pass(1);
  expect([stateOf(1), stateOf(2)]).toEqual(['stopped', 'active']);
  force(false);
  await mirror.run('services');
  expect(stateOf(1)).toBe('stopped');
}

test('the servers of a host that is up again are active as soon as the cloud shows the host up, with one request and none for other hosts', async () => {
  await returned();
  showHost('DOWN');
  mirror.pass(1);
  await note('compute-2');
  expect(await mirror.run('returned')).toBe('done');
  expect([stateOf(1), waiting()]).toEqual(['stopped', [['compute-2', 1]]]);
  expect(mirror.queued).toEqual([{ job: 'returned', seconds: 10 }]);
  expect(await mirror.run('returned')).toBe('idle');
  showHost('UP');
  pass(10);
  const before = requests();
  expect(await mirror.run('returned')).toBe('done');
  expect(requests()).toBe(before + 1);
  expect([stateOf(1), stateOf(3), waiting()]).toEqual(['active', 'active', []]);
  expect(mirror.queued).toHaveLength(1);
});

test('a host that the cloud does not show up is read seven times in ten minutes, and left to the walk then', async () => {
  await returned();
  showHost('DOWN');
  await note('compute-2');
  const seconds: (number | undefined)[] = [];
  for (;;) {
    mirror.queued.length = 0;
    expect(await mirror.run('returned')).toBe('done');
    const next = mirror.queued[0]?.seconds;
    if (next === undefined) break;
    seconds.push(next);
    pass(next);
  }
  expect(seconds).toEqual([10, 20, 40, 80, 160, 300]);
  expect(waiting()).toEqual([]);
});

test('a host that Doctor does not have, or that is down again, is not read', async () => {
  mirror.lists.fill(2);
  await mirror.run('walk');
  force(true);
  await mirror.run('services');
  const before = requests();
  for (const host of ['unknown', 'compute-2']) await note(host);
  expect(await mirror.run('returned')).toBe('done');
  expect([requests(), waiting()]).toEqual([before, []]);
});

test('a host of many servers is read page by page', async () => {
  mirror.lists.fill(1_100);
  await mirror.run('walk');
  await note('compute-2');
  const before = requests();
  expect(await mirror.run('returned')).toBe('done');
  expect(requests()).toBe(before + 2);
});

describe('a host that is up again while it is read', () => {
  test('is read once more', async () => {
    await returned();
    const { cloud } = mirror.deps;
    let reads = 0;
    const serverPage: typeof cloud.serverPage = async (from) => {
      reads += 1;
      const page = await cloud.serverPage(from);
      if (reads === 1) await note('compute-2');
      return page;
    };
    await note('compute-2');
    expect(await mirror.run('returned', { cloud: { ...cloud, serverPage } })).toBe('done');
    expect([reads, waiting()]).toEqual([2, []]);
  });

  test('is in the list once', async () => {
    for (const host of ['compute-2', 'COMPUTE-2', 'compute-1']) await note(host);
    expect(waiting()?.map(([host]) => host)).toEqual(['COMPUTE-2', 'compute-1']);
  });
});

test('a host whose servers cannot be read delays others by a pause, and is tried after them', async () => {
  mirror.lists.fill(4);
  await mirror.run('walk');
  const { cloud } = mirror.deps;
  const read: string[] = [];
  const serverPage: typeof cloud.serverPage = async (from) => {
    read.push(from.host ?? '');
    if (from.host === 'compute-1') throw new Error('odd');
    return cloud.serverPage(from);
  };
  for (const host of ['compute-1', 'compute-2']) await note(host);
  const given = { cloud: { ...cloud, serverPage } };
  expect(await mirror.run('returned', given)).toBe('failed');
  expect(mirror.jobs.get('returned')).toMatchObject({
    failures: 1,
    last_error: { message: 'odd' },
  });
  expect(await mirror.run('returned', given)).toBe('busy');
  pass(10);
  expect(await mirror.run('returned', given)).toBe('failed');
  expect(read).toEqual(['compute-1', 'compute-2', 'compute-1']);
  expect(waiting()).toEqual([['compute-1', 2]]);
});

test('a list without room leaves further hosts to the walk', async () => {
  const due_at = mirror.deps.now();
  const hosts = Array.from({ length: mostReturned }, (_, n) => ({
    host: `h-${n}`,
    attempts: 0,
    due_at,
    marker: null,
  }));
  mirror.jobs.set('returned', { ...newJob('returned'), returned: hosts });
  expect([await note('compute-1'), await note('h-7')]).toEqual([false, true]);
  expect(waiting()).toHaveLength(mostReturned);
});

test('a process that lost the job writes nothing', async () => {
  await returned();
  const { cloud } = mirror.deps;
  const serverPage: typeof cloud.serverPage = async (from) => {
    const job = mirror.jobs.get('returned');
    if (job) mirror.jobs.set('returned', { ...job, version: job.version + 1, leased_until: null });
    return cloud.serverPage(from);
  };
  await note('compute-2');
  expect(await mirror.run('returned', { cloud: { ...cloud, serverPage } })).toBe('overtaken');
  expect(waiting()).toEqual([['compute-2', 0]]);
});
