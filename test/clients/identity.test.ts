/** The unmodified `openstack` with projects, users, application credentials and revocation. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type Cloud, logins, newHost, newInstance, newName } from '../e2e/cloud.ts';
import { apiUrl } from '../stack/stack.ts';
import { envOf, openShells, type Shells, type Who } from './shells.ts';

let cloud: Cloud;
let server: string;
let user: string;
let shells: Shells;
const run = (who: Who, ...args: readonly string[]) => shells.run('openstack', envOf(who), args);
const shown = (who: Who, ...args: readonly string[]) => shells.shown(who, ...args);

beforeAll(async () => {
  shells = openShells();
  cloud = await logins();
  const host = await newHost(cloud.admin);
  user = z.object({ id: z.string() }).parse(await shown('admin', 'user', 'show', 'tenant-a')).id;
  const facts = { project_id: cloud.a.projectId, user_id: user, host };
  server = await newInstance(cloud.admin, facts);
});
afterAll(() => shells?.close());

/** The requests of a command, as `--debug` prints them: method, path and query, status. */
async function asked(who: Who, ...args: readonly string[]): Promise<string[]> {
  const { stderr, stdout } = await run(who, '--debug', ...args);
  const root = new URL(apiUrl()).pathname;
  const lines = `${stderr}${stdout}`.matchAll(/"(GET|POST|PUT|DELETE) (\S+) HTTP\/1\.1" (\d+)/g);
  return [...lines].map(([, method, path = '', status]) =>
    `${method} ${path.replace(root, '')} ${status}`
      .replaceAll(cloud.a.projectId, 'PROJECT')
      .replaceAll(user, 'USER'),
  );
}

const loggedIn = ['GET /identity/v3 200', 'POST /identity/v3/auth/tokens 201'];
const project = [
  'GET /identity/v3/projects/tenant-a 404',
  'GET /identity/v3/projects?name=tenant-a 200',
];
const theUser = ['GET /identity/v3/users/tenant-a 404', 'GET /identity/v3/users?name=tenant-a 200'];
/**
 * The requests of `server list`: the image service's versions, the named project or user, and then
 * the servers.
 */
const servers = (named: readonly string[], filter: string) => [
  'GET /image 200',
  ...named,
  'GET /compute/v2.1 200',
  `GET /compute/v2.1/servers/detail?${filter}&deleted=False&all_tenants=True 200`,
];

test.each([
  {
    command: ['server', 'list', '--project', 'tenant-a'],
    asks: servers(project, 'project_id=PROJECT'),
  },
  {
    command: ['server', 'list', '--user', 'tenant-a', '--all-projects'],
    asks: servers(theUser, 'user_id=USER'),
  },
  {
    command: ['port', 'list', '--project', 'tenant-a'],
    asks: [...project, expect.stringMatching(/^GET \/network\/v2\.0\/ports\?.*project_id=PROJECT/)],
  },
  { command: ['project', 'list'], asks: ['GET /identity/v3/projects 200'] },
  {
    command: ['project', 'show', 'tenant-a'],
    asks: [...project, 'GET /identity/v3/projects/PROJECT 200'],
  },
  { command: ['user', 'show', 'tenant-a'], asks: theUser },
  {
    command: ['project', 'list', '--user', 'tenant-a'],
    asks: [...theUser, 'GET /identity/v3/users/USER/projects 200'],
  },
  {
    command: ['application', 'credential', 'list', '--user', 'tenant-a'],
    asks: [...theUser, 'GET /identity/v3/users/USER/application_credentials 200'],
  },
  {
    command: ['project', 'show', 'tenant-a', '--domain', 'Default'],
    asks: ['GET /identity/v3/domains/Default 404', 'GET /identity/v3/domains?name=Default 200'],
  },
])('an admin’s $command first looks up the names, and then lists', async ({ command, asks }) => {
  const requests = await asked('admin', ...command);
  expect(requests.slice(0, 2)).toEqual(loggedIn);
  // Further requests are for columns of the command's table, such as flavors.
  expect(requests.slice(2, 2 + asks.length)).toEqual(asks);
});

test('a tenant’s project list asks for its own after a 403', async () => {
  expect((await asked('tenant-a', 'project', 'list')).slice(2)).toEqual([
    'GET /identity/v3/projects 403',
    'GET /identity/v3/users/USER/projects 200',
  ]);
});

const Rows = z.array(z.looseObject({ ID: z.string() }));
const ids = async (who: Who, ...args: readonly string[]) =>
  Rows.parse(await shown(who, ...args)).map(({ ID }) => ID);

test('servers and ports are listed by a project’s and a user’s name or id', async () => {
  for (const named of ['tenant-a', cloud.a.projectId]) {
    expect(await ids('admin', 'server', 'list', '--project', named)).toContain(server);
  }
  for (const named of ['tenant-a', user]) {
    expect(await ids('admin', 'server', 'list', '--all-projects', '--user', named)).toContain(
      server,
    );
  }
  expect(await ids('admin', 'server', 'list', '--project', 'tenant-b')).not.toContain(server);
});

test('a port is made for a project by its name, and listed there', async () => {
  const network = newName('net');
  await shells.openstack('admin', 'network', 'create', network);
  const name = newName('port');
  const made = ['port', 'create', '--network', network, '--project', 'tenant-a', name];
  const port = z
    .looseObject({ id: z.string(), project_id: z.string() })
    .parse(await shown('admin', ...made));
  expect(port.project_id).toBe(cloud.a.projectId);
  for (const who of ['admin', 'tenant-a'] as const) {
    expect(await ids(who, 'port', 'list', '--project', 'tenant-a')).toContain(port.id);
  }
  await shells.openstack('admin', 'port', 'delete', port.id);
});

test('a tenant shows its own project and user, and no other', async () => {
  expect(await shown('tenant-a', 'project', 'show', 'tenant-a')).toMatchObject({
    id: cloud.a.projectId,
  });
  expect(await shown('tenant-a', 'user', 'show', 'tenant-a')).toMatchObject({ id: user });
  expect(await run('tenant-a', 'project', 'show', 'tenant-b')).toMatchObject({ status: 1 });
});

describe('application credentials', () => {
  const Secret = z.looseObject({ ID: z.string(), Secret: z.string() });
  const credential = ['application', 'credential'];
  const envWith = (id: string, secret: string) => {
    const { PATH = '', HOME = '', LC_ALL = '', OS_AUTH_URL = '' } = envOf('tenant-a');
    return {
      ...{ PATH, HOME, LC_ALL, OS_AUTH_URL, OS_REGION_NAME: 'RegionOne' },
      OS_IDENTITY_API_VERSION: '3',
      OS_AUTH_TYPE: 'v3applicationcredential',
      OS_APPLICATION_CREDENTIAL_SECRET: secret,
      OS_APPLICATION_CREDENTIAL_ID: id,
    };
  };

  test('are made, listed, shown, used and deleted', async () => {
    const name = newName('cred');
    const options = ['--role', 'reader', '--expiration', '2040-01-01T00:00:00'];
    const create = [...credential, 'create', name, ...options];
    const made = Secret.parse(await shown('tenant-a', ...create));
    expect(await ids('tenant-a', ...credential, 'list')).toContain(made.ID);
    expect(await ids('admin', ...credential, 'list', '--user', 'tenant-a')).toContain(made.ID);
    const one = await shown('tenant-a', ...credential, 'show', name);
    expect(one).toMatchObject({
      ...{ ID: made.ID, Name: name, Unrestricted: false },
      'Project ID': cloud.a.projectId,
      'Expires At': '2040-01-01T00:00:00.000000',
    });
    expect(one).not.toHaveProperty('Secret');
    const env = envWith(made.ID, made.Secret);
    const list = ['server', 'list', '--format', 'json'];
    const listed = await shells.run('openstack', env, list);
    expect([listed.status, listed.stdout]).toEqual([0, expect.stringContaining(server)]);
    expect(await shells.run('openstack', env, [...credential, 'create', 'x'])).toMatchObject({
      ...{ status: 1, stderr: expect.stringMatching(/403/) },
    });
    const { OS_APPLICATION_CREDENTIAL_ID: _, ...rest } = env;
    const byName = {
      ...{ OS_APPLICATION_CREDENTIAL_NAME: name, OS_USERNAME: 'tenant-a' },
      OS_USER_DOMAIN_NAME: 'Default',
    };
    const named = await shells.run('openstack', { ...rest, ...byName }, list);
    expect(named).toMatchObject({ status: 0 });
    await shells.openstack('tenant-a', ...credential, 'delete', name);
    expect(await shells.run('openstack', env, list)).toMatchObject({
      ...{ status: 1, stderr: expect.stringMatching(/401/) },
    });
  });

  test('with access rules do what these allow', async () => {
    const rules = [{ service: 'compute', method: 'GET', path: '/v2.1/servers/**' }];
    const name = newName('cred');
    const create = [...credential, 'create', name, '--access-rules', JSON.stringify(rules)];
    const made = Secret.parse(await shown('tenant-a', ...create));
    const [rule] = z
      .array(z.looseObject({ ID: z.string(), Path: z.string() }))
      .parse(await shown('tenant-a', 'access', 'rule', 'list'))
      .filter(({ Path }) => Path === '/v2.1/servers/**');
    expect(await shown('tenant-a', 'access', 'rule', 'show', rule?.ID ?? '')).toMatchObject({
      ...{ Service: 'compute', Method: 'GET' },
    });
    const env = envWith(made.ID, made.Secret);
    expect(await shells.run('openstack', env, ['server', 'list'])).toMatchObject({ status: 0 });
    expect(await shells.run('openstack', env, ['port', 'list'])).toMatchObject({ status: 1 });
    await shells.openstack('tenant-a', ...credential, 'delete', made.ID);
  });
});

test('a revoked token is invalid', async () => {
  const issue = ['token', 'issue', '-f', 'value', '-c', 'id'];
  const token = (await shells.openstack('tenant-a', ...issue)).trim();
  const headers = { 'x-auth-token': token };
  const mine = () => cloud.a.call('GET', '/compute/v2.1/servers', { headers });
  expect(await mine()).toMatchObject({ status: 200 });
  await shells.openstack('tenant-a', 'token', 'revoke', token);
  expect(await mine()).toMatchObject({ status: 401 });
});
