import { beforeAll, describe, expect, test } from 'vitest';
import type { DialectName } from '../../adapters/http/dialects.ts';
import { type CallOptions, request } from '../../scripts/stack/api.ts';
import { type Answer, apiUrl } from '../stack/stack.ts';
import {
  at,
  type Cloud,
  eventAlarm,
  expectStatus,
  logins,
  newHost,
  newInstance,
  newName,
} from './cloud.ts';
import { refusals } from './dialects.ts';

let cloud: Cloud;

beforeAll(async () => {
  cloud = await logins();
});

/** A request without a token. */
const anonymous = (method: string, path: string, options?: CallOptions): Promise<Answer> =>
  request(`${apiUrl()}${path}`, method, options);

/** Every URL of the stack in an answer. */
const linksIn = (body: unknown): string[] => [
  ...new Set(JSON.stringify(body).match(/http:\/\/localhost:[^"]+/g) ?? []),
];

describe('version documents', () => {
  test.each([
    { path: '/', status: 300, leads: '/identity/v3/' },
    { path: '/identity', status: 300, leads: '/identity/v3/' },
    { path: '/identity/', status: 300, leads: '/identity/v3/' },
    { path: '/identity/v3', status: 200, leads: '/identity/v3/' },
    { path: '/compute', status: 200, leads: '/compute/v2.1/' },
    { path: '/compute/', status: 200, leads: '/compute/v2.1/' },
    { path: '/compute/v2.1', status: 200, leads: '/compute/v2.1/' },
    { path: '/image', status: 200, leads: '/image/v2/' },
    { path: '/image/versions', status: 200, leads: '/image/v2/' },
    { path: '/network', status: 200, leads: '/network/v2.0/' },
    { path: '/network/', status: 200, leads: '/network/v2.0/' },
    { path: '/instance-ha', status: 200, leads: '/instance-ha/v1/' },
    { path: '/instance-ha/v1', status: 200, leads: '/instance-ha/v1/' },
    { path: '/doctor', status: 200, leads: '/doctor/v1/' },
    { path: '/doctor/v1', status: 200, leads: '/doctor/v1/' },
  ])('$path needs no token, and its links lead on', async ({ path, status, leads }) => {
    const answer = await anonymous('GET', path);
    expectStatus(answer, status);
    const links = linksIn(answer.body);
    expect(links).toEqual([`${apiUrl()}${leads}`]);
    for (const link of links) expectStatus(await request(link, 'GET'), 200);
  });

  test.each(['/alarming', '/alarming/'])(
    '%s needs no token; its link leads nowhere, as in Aodh',
    async (path) => {
      const answer = await anonymous('GET', path);
      expectStatus(answer, 200);
      const links = linksIn(answer.body);
      expect(links).toEqual([`${apiUrl()}/alarming/v2`]);
      expectStatus(await cloud.a.call('GET', '/alarming/v2'), 404);
      expectStatus(await anonymous('GET', '/alarming/v2'), 401);
    },
  );

  test('the list of identity versions names the current one in Location', async () => {
    const { headers } = await anonymous('GET', '/identity');
    expect(headers.get('location')).toBe(`${apiUrl()}/identity/v3/`);
    expect(headers.get('vary')).toBe('X-Auth-Token');
  });

  test('compute says which microversions it has', async () => {
    const { body } = await anonymous('GET', '/compute/v2.1/');
    expect(body).toMatchObject({
      version: { id: 'v2.1', status: 'CURRENT', version: '2.94', min_version: '2.1' },
    });
  });
});

describe('links', () => {
  test('every URL of the catalogue answers', async () => {
    const { admin } = cloud;
    const { body } = await admin.expect('GET', '/identity/v3/auth/tokens', {
      headers: { 'x-subject-token': admin.token },
    });
    const links = linksIn(body);
    expect(links.length).toBe(7);
    for (const link of links) expectStatus(await request(link, 'GET'), 200);
  });

  test("a server's links lead to it", async () => {
    const { admin, a } = cloud;
    const host = await newHost(admin);
    const name = newName('linked');
    const id = await newInstance(admin, { project_id: a.projectId, host, name });
    const list = await a.expect('GET', `/compute/v2.1/servers?name=${name}`);
    const links = linksIn(list.body);
    expect(links).toHaveLength(2);
    for (const link of links) {
      const { body } = await a.expect('GET', link.replace(apiUrl(), ''));
      expect(body).toMatchObject({ server: { id } });
    }
  });

  test('pages of servers follow each other to an empty one, and each server is on one', async () => {
    const { admin, a } = cloud;
    const host = await newHost(admin);
    const ids = new Set<string>();
    for (let n = 0; n < 5; n += 1) {
      ids.add(await newInstance(admin, { project_id: a.projectId, host }));
    }
    const seen: string[] = [];
    let path = `/compute/v2.1/servers/detail?all_tenants=1&host=${host}&limit=2`;
    for (let page = 0; path !== '' && page < 10; page += 1) {
      const { body } = await admin.expect('GET', path, { headers: at('2.94') });
      const { servers, servers_links: [next] = [] } = Object(body);
      seen.push(...servers.map((server: { id: string }) => server.id));
      path = next ? next.href.replace(apiUrl(), '') : '';
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen)).toEqual(ids);
  });

  test('the Location of a new alarm is its URL', async () => {
    const { a } = cloud;
    const made = await a.expect('POST', '/alarming/v2/alarms', { body: eventAlarm([]) });
    const location = made.headers.get('location') ?? '';
    const shown = await request(location, 'GET', { headers: { 'x-auth-token': a.token } });
    expectStatus(shown, 200);
    expect(shown.body).toEqual(made.body);
    const gone = await request(location, 'DELETE', { headers: { 'x-auth-token': a.token } });
    expectStatus(gone, 204);
  });
});

describe('headers', () => {
  test.each([
    { path: '/compute/v2.1', asked: '2.1', status: 200 },
    { path: '/compute/v2.1/os-services', asked: '2.53', status: 200 },
    { path: '/compute/v2.1/servers/nothing', asked: '2.94', status: 404 },
    { path: '/compute/v2.1/servers?limit=x', asked: '2.75', status: 400 },
    { path: '/compute/v2.1/nothing', asked: '2.11', status: 404 },
    { path: '/compute/v2.1/servers', asked: '2.95', status: 406 },
    { path: '/compute/v2.1/servers', asked: '3.0', status: 406 },
  ])('$status at $asked carries the microversion', async ({ path, asked, status }) => {
    const { headers, ...answer } = await cloud.admin.call('GET', path, { headers: at(asked) });
    expectStatus({ headers, ...answer }, status);
    expect(headers.get('openstack-api-version')).toBe(`compute ${asked}`);
    expect(headers.get('x-openstack-nova-api-version')).toBe(asked);
    expect(headers.get('vary')).toBe('OpenStack-API-Version, X-OpenStack-Nova-API-Version');
    if (status >= 400) expect(answer.body).toEqual(refusals.compute(status));
  });

  test('the error for a microversion names the supported ones', async () => {
    const { body } = await cloud.admin.call('GET', '/compute/v2.1/servers', {
      headers: at('2.100'),
    });
    const message =
      'Version 2.100 is not supported by the API. Minimum is 2.1 and maximum is 2.94.';
    expect(body).toEqual({ computeFault: { code: 406, message } });
  });

  test.each(['2', '2.01', 'two', '2.1.1', '-2.1'])('microversion %s is malformed', async (text) => {
    const answer = await cloud.admin.call('GET', '/compute/v2.1/servers', { headers: at(text) });
    expectStatus(answer, 400);
    expect(answer.body).toEqual(refusals.compute(400));
    expect(answer.headers.get('openstack-api-version')).toBe('compute 2.1');
  });

  const asks: { ask: Record<string, string>; used: string }[] = [
    { ask: { 'OpenStack-API-Version': 'compute latest' }, used: '2.94' },
    { ask: { 'OpenStack-API-Version': 'placement 1.2, compute 2.20' }, used: '2.20' },
    { ask: { 'OpenStack-API-Version': 'placement 1.2' }, used: '2.1' },
    { ask: { 'X-OpenStack-Nova-API-Version': '2.11' }, used: '2.11' },
    { ask: {}, used: '2.1' },
  ];
  test.each(asks)('$ask means $used', async ({ ask: headers, used }) => {
    const answer = await cloud.admin.expect('GET', '/compute/v2.1/servers?limit=0', { headers });
    expect(answer.headers.get('x-openstack-nova-api-version')).toBe(used);
  });

  test.each(['/identity/v3', '/compute/v2.1/servers', '/alarming/v2/alarms', '/doctor/v1/nothing'])(
    '%s has a request id of its own each time',
    async (path) => {
      const answers = [await cloud.a.call('GET', path), await cloud.a.call('GET', path)];
      const ids = answers.map(({ headers }) => headers.get('x-openstack-request-id'));
      expect(ids[0]).toMatch(/^req-[0-9a-f-]{36}$/);
      expect(answers[0]?.headers.get('x-compute-request-id')).toBe(ids[0]);
      expect(ids[1]).not.toBe(ids[0]);
    },
  );
});

type Path = {
  readonly dialect: DialectName;
  readonly path: string;
  readonly allow: string;
  /** The methods that need no token, if there are any. */
  readonly open?: readonly string[];
  /** Whether HTTP Basic is taken. */
  readonly basic?: boolean;
  /** The microversion that has these methods, if not all have them. */
  readonly version?: string;
};

/** Headers with which a document is requested without a token. */
const document = ['GET', 'HEAD'];

/** Paths of each surface, with the methods that they have. */
const paths: readonly Path[] = [
  {
    dialect: 'identity',
    path: '/identity/v3/auth/tokens',
    allow: 'DELETE, GET, HEAD, POST',
    open: ['POST'],
  },
  { dialect: 'identity', path: '/identity/v3/users', allow: 'GET' },
  {
    ...{ dialect: 'identity', path: '/identity/v3/users/x/application_credentials' },
    allow: 'GET, POST',
  },
  { dialect: 'identity', path: '/identity/v3', allow: 'GET, HEAD', open: document },
  { dialect: 'compute', path: '/compute/v2.1', allow: 'GET, HEAD', open: document },
  { dialect: 'compute', path: '/compute/v2.1/servers', allow: 'GET, POST' },
  // DELETE is taken as that of a server with this name, and is answered with 404.
  { dialect: 'compute', path: '/compute/v2.1/servers/detail', allow: 'DELETE, GET, PUT' },
  { dialect: 'compute', path: '/compute/v2.1/servers/x', allow: 'DELETE, GET, PUT' },
  { dialect: 'compute', path: '/compute/v2.1/servers/x/action', allow: 'POST' },
  { dialect: 'compute', path: '/compute/v2.1/servers/x/metadata', allow: 'GET, POST, PUT' },
  { dialect: 'compute', path: '/compute/v2.1/servers/x/metadata/y', allow: 'DELETE, GET, PUT' },
  { dialect: 'compute', path: '/compute/v2.1/servers/x/os-instance-actions', allow: 'GET' },
  { dialect: 'compute', path: '/compute/v2.1/flavors/detail', allow: 'GET' },
  { dialect: 'compute', path: '/compute/v2.1/os-availability-zone', allow: 'GET' },
  { dialect: 'compute', path: '/compute/v2.1/os-services', allow: 'GET' },
  {
    dialect: 'compute',
    path: '/compute/v2.1/os-services/1',
    allow: 'DELETE, PUT',
    version: '2.53',
  },
  { dialect: 'alarming', path: '/alarming', allow: 'GET, HEAD', open: document },
  { dialect: 'alarming', path: '/alarming/v2/alarms', allow: 'GET, POST' },
  { dialect: 'alarming', path: '/alarming/v2/alarms/x', allow: 'DELETE, GET, PUT' },
  { dialect: 'alarming', path: '/alarming/v2/alarms/x/state', allow: 'GET, PUT' },
  { dialect: 'alarming', path: '/alarming/v2/alarms/x/history', allow: 'GET' },
  { dialect: 'alarming', path: '/alarming/v2/query/alarms', allow: 'POST' },
  { dialect: 'alarming', path: '/alarming/v2/query/alarms/history', allow: 'POST' },
  { dialect: 'alarming', path: '/alarming/v2/capabilities', allow: 'GET' },
  { dialect: 'alarming', path: '/alarming/v2/metrics', allow: 'GET' },
  { dialect: 'alarming', path: '/alarming/v2/quotas', allow: 'GET, POST' },
  { dialect: 'alarming', path: '/alarming/v2/quotas/x', allow: 'DELETE' },
  { dialect: 'alarming', path: '/alarming/healthcheck', allow: 'GET, HEAD', open: document },
  { dialect: 'doctor', path: '/doctor/v1/events', allow: 'POST', basic: true },
  { dialect: 'doctor', path: '/doctor/v1/hosts/x', allow: 'GET, PUT' },
  { dialect: 'doctor', path: '/doctor/v1/servers/x', allow: 'DELETE, GET, PUT' },
  { dialect: 'doctor', path: '/doctor/v1/users/x', allow: 'DELETE, GET, PUT' },
];
const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];

describe('a method that a path does not have', () => {
  test.each(paths)('is a 405 with Allow on $path', async (row) => {
    const { dialect, path, allow, version = '2.1' } = row;
    const absent = methods.filter((method) => !allow.split(', ').includes(method));
    for (const method of absent) {
      const answer = await cloud.admin.call(method, path, { headers: at(version) });
      expectStatus(answer, 405);
      expect(answer.headers.get('allow')).toBe(allow);
      if (method !== 'HEAD') expect(answer.body).toEqual(refusals[dialect](405));
    }
  });
});

describe('without a good token', () => {
  const tokens = [undefined, '', 'nonsense', 'x'.repeat(4_000), 'a.b.c'];
  test.each(paths)('$path answers a 401 as Keystone does', async ({ path, open, basic }) => {
    for (const [n, method] of methods.entries()) {
      if (open?.includes(method)) continue;
      const token = tokens[n % tokens.length];
      const options = token === undefined ? {} : { headers: { 'x-auth-token': token } };
      const answer = await anonymous(method, path, options);
      expectStatus(answer, 401);
      const challenges = [
        `Keystone uri="${apiUrl()}/identity"`,
        ...(basic ? ['Basic realm="doctor", charset="UTF-8"'] : []),
      ];
      expect(answer.headers.get('www-authenticate')).toBe(challenges.join(', '));
      if (method !== 'HEAD') expect(answer.body).toEqual(refusals.identity(401));
    }
  });

  test('a token is validated by HEAD too, without a body', async () => {
    const { a } = cloud;
    const answer = await a.call('HEAD', '/identity/v3/auth/tokens', {
      headers: { 'x-subject-token': a.token },
    });
    expectStatus(answer, 200);
    expect(answer.headers.get('x-subject-token')).toBe(a.token);
    expect(answer.body).toBeUndefined();
  });

  test('a token with a changed signature is refused', async () => {
    const { token } = cloud.a;
    const touched = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`;
    const headers = { 'x-auth-token': touched };
    expectStatus(await anonymous('GET', '/compute/v2.1/servers', { headers }), 401);
    const subject = { 'x-subject-token': touched };
    const validation = await cloud.admin.call('GET', '/identity/v3/auth/tokens', {
      headers: subject,
    });
    expectStatus(validation, 404);
    expect(validation.body).toEqual(refusals.identity(404));
  });
});

describe('an unknown path', () => {
  test.each([
    { dialect: 'identity', path: '/identity/v3/groups' },
    { dialect: 'identity', path: '/identity/v2.0/tokens' },
    { dialect: 'compute', path: '/compute/v2.1/nothing' },
    { dialect: 'compute', path: '/compute/v2.1/servers/x/nothing' },
    { dialect: 'compute', path: '/compute/v2/servers' },
    { dialect: 'alarming', path: '/alarming/v2/nothing' },
    { dialect: 'alarming', path: '/alarming/v2' },
    { dialect: 'alarming', path: '/alarming/v1/alarms' },
    { dialect: 'doctor', path: '/doctor/v1/nothing' },
    { dialect: 'doctor', path: '/doctor/v1/servers//' },
    { dialect: 'doctor', path: '/doctor/v1/hosts/a/b' },
  ] as const)('$path is a 404 with a token, a 401 without', async ({ dialect, path }) => {
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
      const answer = await cloud.admin.call(method, path);
      expectStatus(answer, 404);
      expect(answer.body).toEqual(refusals[dialect](404));
      expectStatus(await anonymous(method, path), 401);
    }
  });

  test('outside of every surface has a body that each dialect can read', async () => {
    for (const path of ['/nothing', '/doctorx', '/placement/allocations']) {
      const answer = await anonymous('GET', path);
      expectStatus(answer, 404);
      expect(answer.body).toMatchObject({
        error: { code: 404, title: 'Not Found', message: expect.any(String) },
        NeutronError: { type: 'HTTPNotFound', message: expect.any(String), detail: '' },
        error_message: { faultcode: 'Client', faultstring: expect.any(String), debuginfo: null },
      });
    }
  });
});
