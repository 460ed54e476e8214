/** Keystone is stopped, and comes back. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startService, stopService } from '../../scripts/openstack/box.ts';
import { keystoneLogin, type MadeUser, makeUser } from '../../scripts/openstack/keystone.ts';
import { request } from '../../scripts/stack/api.ts';
import { login, output } from '../stack/stack.ts';
import { admin, box } from './cloud.ts';

let alice: MadeUser;
beforeAll(async () => {
  alice = await makeUser(admin(), 'alice', 'member');
});
afterAll(() => alice.remove());

const alarmsOf = (token: string) =>
  request(`${output('ApiUrl')}/alarming/v2/alarms`, 'GET', { headers: { 'x-auth-token': token } });

test('without Keystone its tokens are a 503 with Retry-After, Doctor’s own users work, and it recovers', async () => {
  const { token } = await keystoneLogin(alice.cloud);
  await stopService(box(), 'keystone');
  try {
    const refused = await alarmsOf(token);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    const own = await login('tenant-a');
    await own.expect('GET', '/alarming/v2/alarms');
  } finally {
    await startService(box(), 'keystone');
  }
  await expect
    .poll(async () => (await alarmsOf(token)).status, { timeout: 60_000, interval: 500 })
    .toBe(200);
});
