/** Keystone is stopped for a minute, and comes back. A fault is reported meanwhile. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { startService, stopService } from '../../scripts/openstack/box.ts';
import { keystoneLogin, type MadeUser, makeUser } from '../../scripts/openstack/keystone.ts';
import { request } from '../../scripts/stack/api.ts';
import { type Client, login, output } from '../stack/stack.ts';
import { admin, box, doctor, register } from './cloud.ts';
import { type CloudView, cloudAsAdmin } from './nova.ts';
import { outcomeOf, patience } from './own-doctor.ts';

/** It has no servers, and its compute process runs. */
const host = 'compute-3';
let alice: MadeUser;
let client: Client;
let cloud: CloudView;
beforeAll(async () => {
  alice = await makeUser(admin(), 'alice', 'member');
  await register();
  [client, cloud] = [await login('admin'), await cloudAsAdmin()];
  const { status, err } = await doctor(admin(), 'cloud', 'sync');
  expect(status, err).toBe(0);
});
afterAll(async () => {
  await force(false);
  await alice.remove();
});

const alarms = (token: string, method = 'GET', body?: object) =>
  request(`${output('ApiUrl')}/alarming/v2/alarms`, method, {
    ...{ headers: { 'x-auth-token': token }, body },
  });
const statusOf = async (token: string) => (await alarms(token)).status;
const force = (forced_down: boolean) =>
  client.expect('PUT', '/compute/v2.1/os-services/force-down', {
    headers: { 'X-OpenStack-Nova-API-Version': '2.11' },
    body: { host, binary: 'nova-compute', forced_down },
  });
const isDown = async () => (await cloud.services()).find((each) => each.host === host)?.forced_down;

const Alarms = z.array(z.object({ name: z.string() }));

test('without Keystone its tokens are a 503 with Retry-After, within a minute also those that were accepted before; Doctor’s own users work, and it recovers with nothing lost', async () => {
  const [known, unknown] = [await keystoneLogin(alice.cloud), await keystoneLogin(alice.cloud)];
  const event_rule = { event_type: 'compute.instance.update' };
  const body = { name: 'before', type: 'event', event_rule };
  expect((await alarms(known.token, 'POST', body)).status).toBe(201);
  await stopService(box(), 'keystone');
  try {
    const refused = await alarms(unknown.token);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    await force(true);
    const own = await login('tenant-a');
    await own.expect('GET', '/alarming/v2/alarms');
    await expect.poll(() => statusOf(known.token), { timeout: 75_000, interval: 1_000 }).toBe(503);
  } finally {
    await startService(box(), 'keystone');
  }
  const recovers = { timeout: 60_000, interval: 500 };
  for (const { token } of [known, unknown]) {
    await expect.poll(() => statusOf(token), recovers).toBe(200);
  }
  expect(Alarms.parse((await alarms(unknown.token)).body).map(({ name }) => name)).toContain(
    'before',
  );
  await expect.poll(isDown, patience).toBe(true);
  await expect
    .poll(() => outcomeOf(client, host), patience)
    .toMatchObject({ change: 'down', state: 'done' });
  await force(false);
  await expect.poll(isDown, patience).toBe(false);
  const mirror = async () => (await doctor(admin(), 'cloud', 'status')).status;
  await expect.poll(mirror, { ...patience, timeout: 180_000 }).toBe(0);
});
