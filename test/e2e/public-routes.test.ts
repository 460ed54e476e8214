/**
 * Every route that needs no token, in every way in which clients and browsers request it. MiniStack
 * drops empty parts of a path, so with doubled slashes these tests show what the functions accept,
 * not what AWS's gateway does.
 */
import { describe, expect, test } from 'vitest';
import type { DialectName } from '../../adapters/http/dialects.ts';
import type { PublicRoute } from '../../adapters/http/public-route.ts';
import { openRoutes } from '../../functions/alarming/version.ts';
import { computeVersionRoutes as compute } from '../../functions/compute/versions.ts';
import { doctorVersionRoutes as doctor } from '../../functions/doctor/versions.ts';
import { discovery } from '../../functions/identity/handler.ts';
import { haVersionRoutes as instanceHa } from '../../functions/monitors/masakari/versions.ts';
import { networkVersionRoutes as network } from '../../functions/network/versions.ts';
import { readAccount } from '../../scripts/stack/accounts.ts';
import { request } from '../../scripts/stack/api.ts';
import { type Answer, apiUrl, attemptLogin, login } from '../stack/stack.ts';
import { expectStatus } from './cloud.ts';
import { refusals } from './dialects.ts';

const surfaces: Record<DialectName, readonly PublicRoute[]> = {
  identity: discovery,
  compute,
  network,
  alarming: openRoutes,
  doctor,
  'instance-ha': instanceHa,
};
const dialects = ['identity', 'compute', 'network', 'alarming', 'doctor', 'instance-ha'] as const;

type Document = { readonly dialect: DialectName; readonly path: string };

/** Every public document of every surface, and the root. */
const documents: readonly Document[] = [
  { dialect: 'identity', path: '' },
  ...dialects.flatMap((dialect) =>
    surfaces[dialect]
      .filter(({ method }) => method === 'GET')
      .map(({ path }) => ({ dialect, path: `/${dialect}${path === '/' ? '' : path}` })),
  ),
];

const ask = (method: string, path: string, headers = {}): Promise<Answer> =>
  request(`${apiUrl()}${path}`, method, { headers });

/** The headers of an answer that do not change from one request to the next. */
const lasting = ({ headers }: Answer): [string, string][] =>
  [...headers].filter(
    ([name]) => !/^(date|connection|content-length|x-.*(id|requestid))$/.test(name),
  );

test('the table has every public document', () => {
  expect(documents.map(({ path }) => path)).toEqual([
    ...['', '/identity', '/identity/v3', '/compute', '/compute/v2.1', '/network', '/network/v2.0'],
    ...['/alarming', '/alarming/healthcheck', '/doctor', '/doctor/v1'],
    ...['/instance-ha', '/instance-ha/v1'],
  ]);
});

describe.each(documents)('"$path" of $dialect', ({ dialect, path }) => {
  test('is shown to every caller, with doubled and trailing slashes too', async () => {
    const shown = await ask('GET', path);
    expect([200, 300]).toContain(shown.status);
    for (const other of [`${path}/`, `${path}//`, path.replaceAll('/', '//'), `${path}/?a=b`]) {
      const { status, body } = await ask('GET', other);
      expect({ other, status, body }).toEqual({ other, status: shown.status, body: shown.body });
    }
  });

  test('answers HEAD as GET, without the body', async () => {
    const [got, head] = [await ask('GET', path), await ask('HEAD', path)];
    expect(head.status).toBe(got.status);
    expect(head.body).toBeUndefined();
    expect(lasting(head)).toEqual(lasting(got));
  });

  test('refuses a preflight, and says by which setting, as no origin is allowed', async () => {
    const preflight = { origin: 'https://console.example', 'access-control-request-method': 'GET' };
    const answer = await ask('OPTIONS', path, preflight);
    expectStatus(answer, 403);
    expect(answer.body).toEqual(refusals[dialect](403, 'corsAllowedOrigins is empty'));
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('has no other method', async () => {
    const { token } = await login('tenant-a');
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const answer = await ask(method, path, { 'x-auth-token': token });
      expectStatus(answer, 405);
      expect(answer.headers.get('allow')).toBe('GET, HEAD');
    }
  });
});

test.each(['/identity/v3/auth/tokens/', '/identity//v3/auth//tokens', '//identity/v3/auth/tokens'])(
  'a login at %s works',
  async (path) => {
    const { username: name, password } = readAccount('tenant-a');
    expectStatus(await attemptLogin({ name, password, path }), 201);
  },
);

test('a login may come without a type of content', async () => {
  // `fetch` sets a Content-Type for a text, but not for bytes.
  const { username, password } = readAccount('tenant-a');
  const user = { name: username, domain: { name: 'Default' }, password };
  const body = { auth: { identity: { methods: ['password'], password: { user } } } };
  const { status } = await fetch(`${apiUrl()}/identity/v3/auth/tokens`, {
    method: 'POST',
    body: new TextEncoder().encode(JSON.stringify(body)),
  });
  expect(status).toBe(201);
});

describe('routes with a token', () => {
  test.each([
    '/compute/v2.1/servers',
    '/compute/v2.1/servers/detail',
    '/network/v2.0/ports',
    '/network/v2.0/ports.json',
    '/alarming/v2/alarms',
    '/doctor/v1/subscriptions',
  ])('%s is found with doubled and trailing slashes', async (path) => {
    const { token } = await login('tenant-a');
    for (const other of [path, `${path}/`, path.replaceAll('/', '//')]) {
      if (path.endsWith('.json') && other.endsWith('/')) continue;
      expectStatus(await ask('GET', other, { 'x-auth-token': token }), 200);
    }
  });
});
