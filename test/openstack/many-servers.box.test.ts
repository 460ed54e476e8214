/**
 * A walk through 2,000 servers of a real Nova. They are rows in its database that only its API
 * shows.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { root } from '../../scripts/stack/state.ts';
import { login } from '../stack/stack.ts';
import { admin, box, doctor, register } from './cloud.ts';

const count = 2_000;
const run = promisify(execFile);

/** Makes as many copies of a server; 0 deletes them. */
const copies = (of: number) =>
  run(join(box().state, 'venv/bin/python'), [
    join(root, 'test/openstack/clone_servers.py'),
    join(box().state, 'etc/nova/nova.conf'),
    String(of),
  ]);

/** The requests for servers that Nova has logged: how long each took, in seconds. */
const requests = () =>
  readFileSync(join(box().state, 'log/nova-api.log'), 'utf8')
    .split('\n')
    .flatMap((line) => /"GET \/v2\.1\/servers\S*".* time: ([\d.]+)/.exec(line)?.[1] ?? [])
    .map(Number);

const Differences = z.array(z.looseObject({ resource: z.string(), kind: z.string() }));
const Counts = z.object({
  ...{ created: z.int(), deleted: z.int(), failed: z.int(), held: z.int() },
});
const Status = z.object({
  cloud: z.object({ walk: z.object({ counts: z.object({ servers: Counts }) }) }),
});

/** A walk, and what it cost. */
async function walk(...options: readonly string[]) {
  const [before, began] = [requests().length, Date.now()];
  const { status, out, err } = await doctor(admin(), 'cloud', 'sync', ...options, '-f', 'json');
  expect(status, err).toBe(0);
  const seconds = Math.round((Date.now() - began) / 100) / 10;
  const asked = requests().slice(before);
  const slowest = Math.max(0, ...asked);
  console.log(
    `a walk took ${seconds} s and ${asked.length} requests for servers, the longest ${slowest} s`,
  );
  return Differences.parse(JSON.parse(out));
}

/** The last walk's counts of servers. */
async function counts() {
  const { body } = await (await login('admin')).expect('GET', '/doctor/v1/cloud');
  return Status.parse(body).cloud.walk.counts.servers;
}

/** Doctor's answers for the first copy, one in the middle, and the last one. */
async function statuses(): Promise<number[]> {
  const doctorAdmin = await login('admin');
  const found: number[] = [];
  for (const n of [1, count / 2, count]) {
    const id = `c0d1e000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    found.push((await doctorAdmin.call('GET', `/compute/v2.1/servers/${id}`)).status);
  }
  return found;
}

beforeAll(async () => {
  await register();
  // Copies that an interrupted run left.
  await copies(0);
  await walk('--allow-deletions');
});
afterAll(() => copies(0));

test('2,000 servers are taken over by one walk, and the next one changes nothing', async () => {
  await copies(count);
  await walk();
  expect(await counts()).toEqual({ created: count, deleted: 0, failed: 0, held: 0 });
  expect(await statuses()).toEqual([200, 200, 200]);
  expect(await walk()).toEqual([]);
}, 900_000);

test('when they no longer exist in the cloud, a walk keeps them and says so, and walks that allow it delete them in Doctor', async () => {
  await copies(0);
  const cautious = await doctor(admin(), 'cloud', 'sync', '-f', 'json');
  expect([cautious.status, cautious.err]).toEqual([
    1,
    expect.stringContaining(`${count} servers that the cloud does not show were kept`),
  ]);
  expect(await counts()).toMatchObject({ deleted: 0, held: count });
  expect(await statuses()).toEqual([200, 200, 200]);
  let deleted = 0;
  for (let walks = 0; walks < 12 && deleted < count; walks++) {
    await walk('--allow-deletions');
    deleted += (await counts()).deleted;
  }
  expect(deleted).toBe(count);
  expect(await walk()).toEqual([]);
  expect(await statuses()).toEqual([404, 404, 404]);
}, 900_000);
