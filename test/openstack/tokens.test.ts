/** Users of a real Keystone use Doctor with their own tokens. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import {
  keystoneLogin,
  type MadeUser,
  makeCredential,
  makeUser,
} from '../../scripts/openstack/keystone.ts';
import { request } from '../../scripts/stack/api.ts';
import { output } from '../stack/stack.ts';
import { admin, doctor, openstack, register } from './cloud.ts';

let alice: MadeUser;
let bob: MadeUser;
beforeAll(async () => {
  [alice, bob] = await Promise.all([
    makeUser(admin(), 'alice', 'member'),
    makeUser(admin(), 'bob', 'member'),
  ]);
  await register();
});
afterAll(() => Promise.all([alice.remove(), bob.remove()]));

const alarms = (token: string, id = '') =>
  request(`${output('ApiUrl')}/alarming/v2/alarms${id && `/${id}`}`, 'GET', {
    headers: { 'x-auth-token': token },
  });
const statusOf = async (token: string): Promise<number> => (await alarms(token)).status;

test('the services are registered once, however often the command runs', async () => {
  const again = await doctor(
    ...([admin(), 'cloud', 'register', '-f', 'json', output('ApiUrl')] as const),
  );
  const Rows = z.array(z.object({ outcome: z.string() }));
  const outcomes = Rows.parse(JSON.parse(again.out)).map(({ outcome }) => outcome);
  expect(new Set(outcomes)).toEqual(new Set(['kept']));
  const services = await openstack(admin(), 'service', 'list', '-f', 'value', '-c', 'Type');
  const types = services.split('\n').filter((type) => type === 'alarming');
  expect(types).toHaveLength(1);
});

test('a tenant creates an alarm with only the cloud’s own openrc, and others do not see it', async () => {
  const id = await openstack(
    alice.cloud,
    ...['alarm', 'create', '--type', 'event', '--name', 'web-1 is off'],
    ...['--event-type', 'compute.instance.update', '-f', 'value', '-c', 'alarm_id'],
  );
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  const own = await keystoneLogin(alice.cloud);
  expect(await alarms(own.token, id)).toMatchObject({
    status: 200,
    body: { project_id: own.projectId, user_id: own.userId },
  });
  const other = await keystoneLogin(bob.cloud);
  expect((await alarms(other.token, id)).status).toBe(404);
  const all = await keystoneLogin(admin());
  expect((await alarms(all.token, id)).status).toBe(200);
  await openstack(alice.cloud, 'alarm', 'delete', id);
});

test('an application credential may do what its access rules allow', async () => {
  const user = await keystoneLogin(alice.cloud);
  const rule = { service: 'alarming', method: 'GET', path: '/v2/alarms' };
  const { id, secret } = await makeCredential(user, 'reads-alarms', [rule]);
  const { headers } = await request(`${alice.cloud.auth.auth_url}/auth/tokens`, 'POST', {
    body: {
      auth: {
        identity: {
          methods: ['application_credential'],
          application_credential: { id, secret },
        },
      },
    },
  });
  const token = headers.get('x-subject-token') ?? '';
  expect(await statusOf(token)).toBe(200);
  expect((await alarms(token, 'x')).status).toBe(401);
});

test('a revoked token is refused within a minute', async () => {
  const user = await keystoneLogin(alice.cloud);
  expect(await statusOf(user.token)).toBe(200);
  await user.expect('DELETE', '/auth/tokens');
  const until = Date.now() + 62_000;
  while ((await statusOf(user.token)) !== 401 && Date.now() < until) await sleep(1_000);
  expect(await statusOf(user.token)).toBe(401);
});

test.each(['garbage', `gAAAAA${'x'.repeat(180)}`])('a bad token is refused: %s', async (token) => {
  expect(await statusOf(token)).toBe(401);
});
