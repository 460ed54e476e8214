import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, request } from '../../scripts/stack/api.ts';
import { type Answer, apiUrl, attemptLogin, tokenIn } from '../stack/stack.ts';
import {
  at,
  type Cloud,
  eventAlarm,
  expectStatus,
  forceDown,
  logins,
  newAlarm,
  newName,
  newUser,
  stopped,
  userPassword,
} from './cloud.ts';
import { refusals } from './dialects.ts';

let cloud: Cloud;
/** Users in tenant A's project with one role each, and a user's token without a project. */
let reader: Client;
let service: Client;
let unscoped: string;
let alarm: string;

const userWith = async (role: string): Promise<Client> =>
  (await newUser(cloud.admin, [role], 'tenant-a')).client;

async function unscopedToken(): Promise<string> {
  const name = newName('unknown');
  const body = { password: userPassword, projects: [] };
  await cloud.admin.expect('PUT', `/doctor/v1/users/${name}`, { body });
  const answer = await attemptLogin({ name, password: userPassword, scope: 'unscoped' });
  expectStatus(answer, 201);
  expect(answer.body).not.toHaveProperty('token.project');
  return tokenIn(answer);
}

beforeAll(async () => {
  cloud = await logins();
  [reader, service, unscoped, alarm] = await Promise.all([
    userWith('reader'),
    userWith('service'),
    unscopedToken(),
    newAlarm(cloud.a, eventAlarm(stopped(randomUUID()))),
  ]);
});

describe('a reader', () => {
  test("reads the project's alarms and servers", async () => {
    expectStatus(await reader.call('GET', `/alarming/v2/alarms/${alarm}`), 200);
    const { body } = await reader.expect('GET', '/alarming/v2/alarms');
    expect(JSON.stringify(body)).toContain(alarm);
    expectStatus(await reader.call('GET', '/compute/v2.1/servers/detail'), 200);
  });

  test('changes nothing', async () => {
    const path = `/alarming/v2/alarms/${alarm}`;
    for (const answer of [
      await reader.call('POST', '/alarming/v2/alarms', { body: eventAlarm([]) }),
      await reader.call('PUT', path, { body: eventAlarm([]) }),
      await reader.call('PUT', `${path}/state`, { body: '"ok"' }),
      await reader.call('DELETE', path),
    ]) {
      expectStatus(answer, 403);
      expect(answer.body).toEqual(refusals.alarming(403, 'RBAC'));
    }
    expect((await reader.expect('GET', `${path}/state`)).body).toBe('insufficient data');
    expectStatus(await forceDown(reader, 'unknown'), 403);
  });
});

test('a service registers, says that hosts run and sends events; it reports no fault and reads no alarm', async () => {
  const host = newName('cmp');
  expectStatus(await service.call('PUT', `/doctor/v1/hosts/${host}`, { body: {} }), 201);
  const beat = `/doctor/v1/hosts/${host}/heartbeat`;
  expectStatus(await service.call('POST', beat, { body: {} }), 204);
  expectStatus(await service.call('POST', '/doctor/v1/events', { body: [] }), 202);
  expectStatus(await forceDown(service, host), 403);
  expectStatus(await service.call('GET', '/alarming/v2/alarms'), 403);
  expectStatus(await service.call('GET', `/doctor/v1/users/${host}`), 403);
});

test.each([
  { dialect: 'compute', method: 'GET', path: '/compute/v2.1/servers' },
  { dialect: 'compute', method: 'GET', path: `/compute/v2.1/servers/${randomUUID()}` },
  { dialect: 'compute', method: 'GET', path: '/compute/v2.1/os-services' },
  { dialect: 'compute', method: 'GET', path: '/compute/v2.1/os-migrations' },
  { dialect: 'alarming', method: 'GET', path: '/alarming/v2/alarms' },
  { dialect: 'alarming', method: 'POST', path: '/alarming/v2/alarms', body: eventAlarm([]) },
  { dialect: 'alarming', method: 'POST', path: '/alarming/v2/query/alarms', body: {} },
  { dialect: 'alarming', method: 'POST', path: '/alarming/v2/query/alarms/history', body: {} },
  { dialect: 'alarming', method: 'GET', path: '/alarming/v2/quotas' },
  { dialect: 'doctor', method: 'POST', path: '/doctor/v1/events', body: [] },
  { dialect: 'doctor', method: 'PUT', path: '/doctor/v1/hosts/h', body: {} },
  { dialect: 'doctor', method: 'GET', path: '/doctor/v1/faults' },
] as const)('a token for no project is refused on $method $path', async (asked) => {
  const { dialect, method, path, ...rest } = asked;
  const headers = { 'x-auth-token': unscoped, ...(dialect === 'compute' ? at('2.94') : {}) };
  const answer: Answer = await request(`${apiUrl()}${path}`, method, { ...rest, headers });
  expectStatus(answer, 403);
  expect(answer.body).toEqual(refusals[dialect](403));
});
