/** Tokens that end before their time, credentials of programs and monitors, and wrong logins. */
import { randomUUID } from 'node:crypto';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { rotateSigningKey } from '../../adapters/identity/signing-keys.ts';
import { request } from '../../scripts/stack/api.ts';
import {
  type Answer,
  apiUrl,
  attemptLogin,
  clientConfig,
  loginAs,
  output,
  tokenIn,
} from '../stack/stack.ts';
import {
  at,
  type Cloud,
  expectStatus,
  logins,
  newHost,
  newName,
  newUser as newUserOf,
  userPassword as password,
  serviceOf,
} from './cloud.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await logins();
});

type Made = { readonly name: string; readonly token: string; readonly id: string };

/** Creates a user with a role in a new project, and logs the user in. */
const newUser = (...roles: string[]): Promise<Made> => newUserOf(cloud.admin, roles);

const change = (name: string, fields: object) =>
  cloud.admin.expect('PUT', `/doctor/v1/users/${name}`, {
    body: { password, projects: [{ name, roles: ['member'] }], ...fields },
  });

const ask = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, given: object = {}) =>
  request(`${apiUrl()}${path}`, method, given);
const withToken = (token: string) => ({ headers: { 'x-auth-token': token } });

const surfaces = [
  '/compute/v2.1/servers',
  '/network/v2.0/ports',
  '/alarming/v2/alarms',
  '/doctor/v1/faults',
  '/identity/v3/auth/projects',
];
const statuses = async (token: string) =>
  new Set(
    (await Promise.all(surfaces.map((path) => ask('GET', path, withToken(token))))).map(
      ({ status }) => status,
    ),
  );

const tokens = '/identity/v3/auth/tokens';
const subject = (own: string, token: string) => ({
  headers: { 'x-auth-token': own, 'x-subject-token': token },
});

test('a revoked token is refused by every surface, and unknown to validators', async () => {
  const { token } = await newUser('member');
  expect(await statuses(token)).toEqual(new Set([200]));
  expectStatus(await ask('DELETE', tokens, subject(token, token)), 204);
  expect(await statuses(token)).toEqual(new Set([401]));
  expectStatus(await ask('GET', tokens, subject(cloud.admin.token, token)), 404);
});

test('a token made of a revoked one is refused', async () => {
  const { token } = await newUser('member');
  const identity = { methods: ['token'], token: { id: token } };
  const rescoped = await ask('POST', tokens, { body: { auth: { identity } } });
  const second = rescoped.headers.get('x-subject-token') ?? '';
  expect(await statuses(second)).toEqual(new Set([200]));
  expectStatus(await ask('DELETE', tokens, subject(cloud.admin.token, token)), 204);
  expect(await statuses(second)).toEqual(new Set([401]));
});

test.each([
  { what: 'another password', fields: { password: 'another horse' }, status: 401 },
  { what: 'a role less', fields: { projects: [] }, status: 401 },
  { what: 'disabling', fields: { enabled: false }, status: 401 },
  { what: 'nothing new', fields: {}, status: 200 },
])('after a registration with $what a token is answered with $status', async (changed) => {
  const { name, token } = await newUser('member');
  await change(name, changed.fields);
  expect(await statuses(token)).toEqual(new Set([changed.status]));
});

test('a deleted user is gone at once, and a new one with the same name is another user', async () => {
  const { name, token } = await newUser('member');
  const path = `/doctor/v1/users/${name}`;
  expectStatus(await cloud.admin.call('DELETE', path), 204);
  expect(await statuses(token)).toEqual(new Set([401]));
  expectStatus(await cloud.admin.call('GET', path), 404);
  await change(name, {});
  expect(await statuses(token)).toEqual(new Set([401]));
  const again = await loginAs({ username: name, password, project: name });
  expect(await statuses(again.token)).toEqual(new Set([200]));
});

const Credential = z.object({
  application_credential: z.looseObject({ id: z.string(), secret: z.string() }),
});
const pathOf = (user: Made) => `/identity/v3/users/${user.id}/application_credentials`;
async function newCredential(user: Made, fields: object = {}) {
  const body = { application_credential: { name: newName('cred'), ...fields } };
  const answer = await ask('POST', pathOf(user), { ...withToken(user.token), body });
  expectStatus(answer, 201);
  return Credential.parse(answer.body).application_credential;
}
type Secret = { readonly id: string; readonly secret: string };
const loginWith = ({ id, secret }: Secret) => {
  const identity = { methods: ['application_credential'], application_credential: { id, secret } };
  return ask('POST', tokens, { body: { auth: { identity } } });
};

test('a credential logs in with its roles, until it is deleted', async () => {
  const user = await newUser('member');
  const credential = await newCredential(user, { roles: [{ name: 'reader' }] });
  const answer = await loginWith(credential);
  expectStatus(answer, 201);
  expect(answer.body).toMatchObject({ token: { roles: [{ name: 'reader' }] } });
  const token = tokenIn(answer);
  expect(await statuses(token)).toEqual(new Set([200]));
  const alarm = { ...withToken(token), body: { name: 'n', type: 'event', event_rule: {} } };
  expectStatus(await ask('POST', '/alarming/v2/alarms', alarm), 403);
  const path = `${pathOf(user)}/${credential.id}`;
  expectStatus(await ask('DELETE', path, withToken(user.token)), 204);
  expect(await statuses(token)).toEqual(new Set([401]));
  expectStatus(await loginWith(credential), 401);
});

test('a secret that the caller chose works as well, and a wrong one does not', async () => {
  const credential = await newCredential(await newUser('member'), { secret: 'open sesame' });
  expect(credential.secret).toBe('open sesame');
  expectStatus(await loginWith(credential), 201);
  expectStatus(await loginWith({ ...credential, secret: 'open barley' }), 401);
});

test.each([
  { what: 'disabled, and enabled again', fields: [{ enabled: false }, { enabled: true }] },
  { what: 'without its role', fields: [{ projects: [] }] },
])('a credential gives nothing when its user is $what', async ({ fields }) => {
  const user = await newUser('member');
  const credential = await newCredential(user);
  const token = tokenIn(await loginWith(credential));
  for (const each of fields) await change(user.name, each);
  expectStatus(await loginWith(credential), 401);
  expect(await statuses(token)).toEqual(new Set([401]));
});

test('access rules bind a token on each surface', async () => {
  const rule = { service: 'compute', method: 'GET', path: '/v2.1/servers/**' };
  const servers = { ...rule, path: '/v2.1/servers' };
  const credential = await newCredential(await newUser('member'), {
    access_rules: [rule, servers],
  });
  const own = withToken(tokenIn(await loginWith(credential)));
  expectStatus(await ask('GET', '/compute/v2.1/servers', own), 200);
  expectStatus(await ask('GET', `/compute/v2.1/servers/${randomUUID()}`, own), 404);
  expectStatus(await ask('GET', '/compute/v2.1/flavors/detail', own), 401);
  for (const path of surfaces.slice(1)) expectStatus(await ask('GET', path, own), 401);
});

describe('a monitor', () => {
  let monitor: Made;
  let host: string;
  let own: { headers: Record<string, string> };
  beforeAll(async () => {
    [monitor, host] = await Promise.all([newUser('monitor'), newHost(cloud.admin)]);
    own = withToken(monitor.token);
  });
  const versioned = (version: string, body?: object) => ({
    headers: { ...own.headers, ...at(version) },
    ...(body && { body }),
  });

  test('reports faults of hosts by every route, and their end', async () => {
    const { id } = await serviceOf(cloud.admin, host);
    const byName = { host, binary: 'nova-compute', forced_down: true };
    const services = '/compute/v2.1/os-services';
    expectStatus(await ask('PUT', `${services}/force-down`, versioned('2.11', byName)), 200);
    const up = versioned('2.53', { forced_down: false });
    expectStatus(await ask('PUT', `${services}/${id}`, up), 200);
    const old = versioned('2.1', { host_down_reported: true });
    expectStatus(await ask('PUT', `/compute/v2.1/os-hosts/${host}`, old), 200);
    expectStatus(await ask('PUT', `${services}/${id}`, up), 200);
    const body = { data_plane_status: 'DOWN' };
    const plane = `/doctor/v1/hosts/${host}/data-plane-status`;
    expectStatus(await ask('PUT', plane, { ...own, body }), 200);
    expectStatus(await ask('POST', '/doctor/v1/events', { ...own, body: [] }), 202);
  });

  test('reads hosts', async () => {
    for (const path of ['os-services', 'os-hypervisors', 'os-hypervisors/detail']) {
      expectStatus(await ask('GET', `/compute/v2.1/${path}`, versioned('2.53')), 200);
    }
    expectStatus(await ask('GET', `/compute/v2.1/os-hosts/${host}`, versioned('2.1')), 200);
    expectStatus(await ask('GET', `/doctor/v1/hosts/${host}`, own), 200);
  });

  test('does nothing else', async () => {
    const { id } = await serviceOf(cloud.admin, host);
    const disable = { status: 'disabled' };
    const service = `/compute/v2.1/os-services/${id}`;
    const named = { host, binary: 'nova-compute' };
    const answers = [
      await ask('PUT', service, versioned('2.53', disable)),
      await ask('PUT', service, versioned('2.53', { ...disable, forced_down: true })),
      await ask('PUT', '/compute/v2.1/os-services/disable', versioned('2.1', named)),
      await ask(
        'PUT',
        `/compute/v2.1/os-hosts/${host}`,
        versioned('2.1', { maintenance_mode: 'enable' }),
      ),
      await ask('DELETE', service, versioned('2.53')),
      await ask('GET', '/compute/v2.1/os-hypervisors?with_servers=true', versioned('2.53')),
      await ask('GET', `/compute/v2.1/os-hypervisors/${host}/servers`, versioned('2.1')),
      await ask('GET', '/compute/v2.1/servers', own),
      await ask('GET', '/network/v2.0/ports', own),
      await ask('GET', '/doctor/v1/faults', own),
      await ask('PUT', `/doctor/v1/hosts/${host}`, { ...own, body: {} }),
      await ask('POST', `/doctor/v1/hosts/${host}/heartbeat`, { ...own, body: {} }),
      await ask('GET', `/doctor/v1/users/${monitor.name}`, own),
      await ask('GET', '/alarming/v2/alarms', own),
      await ask('GET', '/identity/v3/users', own),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 403));
    const after = await serviceOf(cloud.admin, host);
    expect(after).toMatchObject({ status: 'enabled' });
  });

  test('sends events with the credential in its configuration, until that is deleted', async () => {
    const { id, secret } = await newCredential(monitor);
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    const post = (authorization: string) =>
      ask('POST', '/doctor/v1/events', { headers: { authorization }, body: [] });
    const all = [
      basic(`${id}:${secret}`),
      `Bearer ${id}:${secret}`,
      `Bearer ${monitor.token}`,
      basic(`${monitor.name}:${password}`),
    ];
    for (const each of all) expectStatus(await post(each), 202);
    expectStatus(await post(basic(`${id}:wrong`)), 401);
    expectStatus(await post(`Bearer ${id}:wrong`), 401);
    const elsewhere = { headers: { authorization: all[0] } };
    expectStatus(await ask('GET', '/compute/v2.1/os-services', elsewhere), 401);
    const path = `${pathOf(monitor)}/${id}`;
    expectStatus(await ask('DELETE', path, withToken(monitor.token)), 204);
    for (const each of all.slice(0, 2)) expectStatus(await post(each), 401);
    expectStatus(await post(basic(`${monitor.name}:${password}`)), 202);
  });
});

const attempt = (name: string, given: string) => attemptLogin({ name, password: given });

test('after ten wrong logins a user is refused, others are not, and the answer does not reveal who exists', async () => {
  const [{ name }, other] = await Promise.all([newUser('member'), newUser('member')]);
  const seen: unknown[] = [];
  for (const who of [name, newName('unknown')]) {
    const answers: Answer[] = [];
    for (let n = 0; n < 10; n++) answers.push(await attempt(who, 'wrong'));
    answers.push(await attempt(who, password));
    seen.push(answers.map(({ status, body }) => ({ status, body })));
  }
  expect(seen[0]).toEqual(seen[1]);
  expect(seen[0]).toEqual(
    Array.from({ length: 11 }, () => expect.objectContaining({ status: 401 })),
  );
  expectStatus(await attempt(other.name, password), 201);
});

test('a right login forgets the wrong ones before it', async () => {
  const { name } = await newUser('member');
  for (let round = 0; round < 2; round++) {
    for (let n = 0; n < 9; n++) expectStatus(await attempt(name, 'wrong'), 401);
    expectStatus(await attempt(name, password), 201);
  }
});

test('a rotation of the signing key ends no token', async () => {
  const { name, token } = await newUser('member');
  const secrets = new SecretsManagerClient(clientConfig());
  const now = Math.floor(Date.now() / 1000);
  const rotate = () =>
    rotateSigningKey(secrets, output('SigningSecretArn'), { now, compromised: false });
  const { newest } = await rotate();
  expect(newest.signs_from).toBeGreaterThan(now);
  expect(await rotate()).toEqual({ made: false, newest });
  expect(await statuses(token)).toEqual(new Set([200]));
  const again = await loginAs({ username: name, password, project: name });
  expect(await statuses(again.token)).toEqual(new Set([200]));
  secrets.destroy();
});
