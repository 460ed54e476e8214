/** The same commands, with other ways to log in: docs/wire/compute.md#auth-types. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cloud, logins, newHost, newInstance } from '../e2e/cloud.ts';
import { apiUrl } from '../stack/stack.ts';
import { envOf, openShells, type Shells } from './shells.ts';

let cloud: Cloud;
let host: string;
let shells: Shells;

beforeAll(async () => {
  shells = openShells();
  cloud = await logins();
  host = await newHost(cloud.admin);
  await newInstance(cloud.admin, { project_id: cloud.a.projectId, host });
});
afterAll(() => shells?.close());

const list = () => ['compute', 'service', 'list', '--host', host, '--format', 'json'];
const login = () => envOf('admin');
/** The environment without any login: only the address of the API. */
const reached = () => {
  const { PATH = '', HOME = '', LC_ALL = '' } = login();
  return { PATH, HOME, LC_ALL, OS_ENDPOINT: `${apiUrl()}/compute/v2.1` };
};
const run = (env: Record<string, string>, args: readonly string[]) =>
  shells.run('openstack', env, args);

test.each(['password', 'v3password'])('%s lists services', async (type) => {
  const { status, stdout } = await run({ ...login(), OS_AUTH_TYPE: type }, list());
  expect([status, JSON.parse(stdout)]).toMatchObject([0, [{ Host: host, State: 'up' }]]);
});

test('a wrong password is answered with a sentence', async () => {
  const { status, stderr } = await run({ ...login(), OS_PASSWORD: 'wrong' }, list());
  expect([status, stderr]).toEqual([1, expect.stringMatching(/HTTP 401/)]);
});

test('a token alone (token, v3token) lists services', async () => {
  const { OS_AUTH_URL = '', OS_PROJECT_NAME = '', OS_PROJECT_DOMAIN_NAME = '' } = login();
  const at = { ...reached(), OS_AUTH_URL, OS_PROJECT_NAME, OS_PROJECT_DOMAIN_NAME };
  for (const OS_AUTH_TYPE of ['token', 'v3token']) {
    const env = { ...at, OS_AUTH_TYPE, OS_TOKEN: cloud.admin.token };
    expect(await run(env, list())).toMatchObject({ status: 0 });
  }
});

test('admin_token sends its token to the endpoint, and lists services and hypervisors', async () => {
  const env = { ...reached(), OS_AUTH_TYPE: 'admin_token', OS_TOKEN: cloud.admin.token };
  const { status, stdout } = await run(env, list());
  expect([status, JSON.parse(stdout)]).toMatchObject([0, [{ Host: host }]]);
  const hypervisors = ['hypervisor', 'list', '--matching', host];
  expect(await run(env, hypervisors)).toMatchObject({ status: 0 });
  const down = ['compute', 'service', 'set', '--down', host, 'nova-compute'];
  expect(await run(env, down)).toMatchObject({ status: 0 });
  expect(await run(env, [...down.slice(0, 3), '--up', ...down.slice(4)])).toMatchObject({
    status: 0,
  });
});

test('admin_token lists servers once it is given the address of identity', async () => {
  const env = { ...reached(), OS_AUTH_TYPE: 'admin_token', OS_TOKEN: cloud.admin.token };
  const servers = ['server', 'list', '--all-projects', '--host', host];
  expect(await run(env, servers)).toMatchObject({
    ...{ status: 1, stderr: expect.stringMatching(/requires API version '3'/) },
  });
  const override = { OS_IDENTITY_ENDPOINT_OVERRIDE: `${apiUrl()}/identity/v3` };
  expect(await run({ ...env, ...override }, servers)).toMatchObject({ status: 0 });
});

test('none is no login: nothing is shown without a token', async () => {
  const env = { ...reached(), OS_AUTH_TYPE: 'none' };
  expect(await run(env, list())).toMatchObject({
    ...{ status: 1, stderr: expect.stringMatching(/401/) },
  });
});

test('nova takes a password, and a wrong one is answered with a sentence', async () => {
  expect(await shells.run('nova', login(), ['service-list'])).toMatchObject({ status: 0 });
  const wrong = { ...login(), OS_PASSWORD: 'wrong' };
  expect(await shells.run('nova', wrong, ['service-list'])).toMatchObject({
    ...{ status: 1, stderr: expect.stringMatching(/HTTP 401/) },
  });
});
