/** A real host of fifty servers fails: they are put in error in Nova, and evacuated by Nova. */

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startService, stopService } from '../../scripts/openstack/box.ts';
import { root } from '../../scripts/stack/state.ts';
import { type Client, login } from '../stack/stack.ts';
import { admin, box, doctor as doctorAs, openstack, register } from './cloud.ts';
import { type CloudView, cloudAsAdmin } from './nova.ts';
import { command, outcomeOf, patience, seenInDoctor } from './own-doctor.ts';

const host = 'compute-3';
const count = 50;
const name = `large-${randomUUID().slice(0, 8)}`;
let cloud: CloudView;
let doctor: Client;

const own = async () => (await cloud.servers()).filter((each) => each.name.startsWith(name));
const statuses = async () => [...new Set((await own()).map(({ status }) => status))];

beforeAll(async () => {
  await register();
  [cloud, doctor] = [await cloudAsAdmin(), await login('admin')];
  const many = ['--min', String(count), '--max', String(count), '--nic', 'none'];
  const boot = ['--flavor', 'tiny', '--image', 'blank', '--host', host, ...many];
  await openstack(admin(), '--os-compute-api-version', '2.74', 'server', 'create', ...boot, name);
});

const force = (forced_down: boolean) =>
  doctor.expect('PUT', '/compute/v2.1/os-services/force-down', {
    headers: { 'X-OpenStack-Nova-API-Version': '2.11' },
    body: { host, binary: 'nova-compute', forced_down },
  });

afterAll(async () => {
  await startService(box(), host);
  await doctor?.call('PUT', '/compute/v2.1/os-services/force-down', {
    headers: { 'X-OpenStack-Nova-API-Version': '2.11' },
    body: { host, binary: 'nova-compute', forced_down: false },
  });
  await deploy('');
  const ids = (await own()).map(({ id }) => id);
  if (ids.length > 0) await openstack(admin(), 'server', 'delete', ...ids);
}, 300_000);

/** Deploys Doctor again by the users' command, with these settings beside those of the run. */
const deploy = (more: string) =>
  promisify(execFile)('node', ['scripts/up.ts'], {
    cwd: root,
    env: { ...process.env, DOCTOR_SETTINGS: `${process.env.DOCTOR_SETTINGS} ${more}`.trim() },
  });

test('Nova has fifty servers on one host, and so has Doctor', async () => {
  await expect.poll(statuses, { ...patience, timeout: 240_000 }).toEqual(['ACTIVE']);
  expect(await own()).toHaveLength(count);
  const { status, err } = await doctorAs(admin(), 'cloud', 'sync');
  expect(status, err).toBe(0);
}, 400_000);

const applied = (change: 'down' | 'up') =>
  expect.poll(() => outcomeOf(doctor, host), patience).toMatchObject({ change, state: 'done' });

test('a fault does not change the host’s servers in Nova; deployed with cloudServersOnFault=error, it puts them all in error', async () => {
  await stopService(box(), host, 'KILL');
  await force(true);
  await applied('down');
  expect(await statuses()).toEqual(['ACTIVE']);
  await force(false);
  await applied('up');
  await deploy('cloudServersOnFault=error');
  const began = Date.now();
  await force(true);
  await expect.poll(statuses, patience).toEqual(['ERROR']);
  console.log(`${count} servers in error in Nova ${Date.now() - began} ms after the report`);
  await applied('down');
}, 600_000);

test('its servers, evacuated by Doctor, are active elsewhere, in Nova and in Doctor', async () => {
  const began = Date.now();
  const { status, out, err } = await command('host-evacuate', host);
  console.log(
    `${err}${out}\nthe host of ${count} servers and more evacuated in ${Date.now() - began} ms`,
  );
  expect(status).toBe(0);
  const moved = await own();
  expect(moved).toHaveLength(count);
  const seen = new Map((await seenInDoctor(doctor)).map((each) => [each.id, each]));
  for (const server of moved) {
    expect(server.status).toBe('ACTIVE');
    expect(server.host).not.toBe(host);
    expect(seen.get(server.id)).toMatchObject({
      ...{ status: 'ACTIVE', 'OS-EXT-SRV-ATTR:host': server.host },
    });
  }
}, 600_000);
