/** What a walk through a large cloud costs: requests to the cloud, reads and writes. */
import { expect, test } from 'vitest';
import { mirrorWorld } from './mirror-world.ts';

const [servers, portsEach] = [10_000, 3];
const hosts = Array.from({ length: 200 }, (_, n) => `compute-${n}`);

test('10,000 servers and 30,000 ports: pages of 500, a write for each new row, and none afterwards', async () => {
  const mirror = await mirrorWorld(hosts);
  mirror.lists.fill(servers, portsEach);
  const walk = async () => {
    const before = mirror.cloud.requests.length;
    Object.assign(mirror.calls, { rows: 0, hosts: 0, ports: 0, saves: 0 });
    expect(await mirror.run('walk')).toBe('done');
    return { requests: mirror.cloud.requests.length - before, ...mirror.calls };
  };
  const first = await walk();
  expect(mirror.world.instances.size).toBe(servers);
  expect(mirror.ports.size).toBe(servers * portsEach);
  // Services, hypervisors, 21 pages of servers, 60 of ports; and one login.
  expect(first.requests).toBe(2 + 21 + 60 + 1);
  const writes = mirror.world.writes.length;
  expect(writes).toBe(servers + hosts.length);
  mirror.pass(61);
  const again = await walk();
  expect(mirror.world.writes).toHaveLength(writes);
  // 5 batches of rows and 2 of hosts for each page of servers, 5 for each page of ports.
  expect(again).toMatchObject({ requests: 2 + 21 + 60, rows: 100, ports: 300 });
  // The job's row is written once for each page, and once for each turn. A turn every ten seconds:
  // less than 15 minutes.
  const pages = 1 + 21 + 60;
  expect((again.saves - pages) * 10).toBeLessThan(15 * 60);
  await mirror.cloud.stop();
}, 60_000);
