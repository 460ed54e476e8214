import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runAsUser } from './api-stand-in.ts';

/** The requests to the cloud below, in their order: method, path and body; and their headers. */
let asked: [string, string, unknown][] = [];
let headers: IncomingMessage['headers'][] = [];
/** The answers by method and path; all other requests are refused. */
let answers: Record<string, unknown>;

const server = createServer(async (request, response) => {
  const { method = '', url = '' } = request;
  const body = await text(request);
  asked.push([method, url, body === '' ? undefined : JSON.parse(body)]);
  headers.push(request.headers);
  const answer = answers[`${method} ${url}`];
  response.writeHead(answer === undefined ? 404 : 200, {
    ...{ 'Content-Type': 'application/json', 'X-Subject-Token': 'the-token' },
    'x-openstack-request-id': 'req-1',
  });
  const refusal = { itemNotFound: { code: 404, message: 'It is not there.' } };
  response.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? refusal));
});

let url: string;
beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => {
  server.close();
});

const login = 'POST /identity/v3/auth/tokens';
beforeEach(() => {
  asked = [];
  headers = [];
  const endpoint = (name: string, region_id: string, to: string) => ({
    ...{ interface: name, region_id, url: `${url}${to}` },
  });
  const compute = [endpoint('public', 'R', '/nova'), endpoint('internal', 'R', '/inside')];
  const doctor = [endpoint('public', 'other', '/elsewhere'), endpoint('public', 'R', '/doctor')];
  answers = {
    [login]: {
      token: {
        catalog: [
          { type: 'compute', endpoints: compute },
          { type: 'fault-management', endpoints: doctor },
        ],
      },
    },
  };
});

/** Runs a command line as a user. */
const doctor = (line: string, given: Record<string, string | undefined> = {}) =>
  runAsUser(url, line, given);

const byName = {
  methods: ['password'],
  password: { user: { name: 'alice', domain: { id: 'default' }, password: 'secret' } },
};
const scope = { project: { name: 'tenant-a', domain: { id: 'default' } } };

test.each([
  { what: 'by name', env: {}, auth: { identity: byName, scope } },
  {
    what: 'by ids',
    env: { OS_USER_ID: 'u', OS_PROJECT_ID: 'p' },
    auth: {
      identity: { methods: ['password'], password: { user: { id: 'u', password: 'secret' } } },
      scope: { project: { id: 'p' } },
    },
  },
  {
    what: 'in domains by name',
    env: { OS_USER_DOMAIN_NAME: 'D', OS_PROJECT_DOMAIN_NAME: 'E' },
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: 'alice', domain: { name: 'D' }, password: 'secret' } },
      },
      scope: { project: { name: 'tenant-a', domain: { name: 'E' } } },
    },
  },
  {
    what: 'with a token',
    env: { OS_TOKEN: 't' },
    auth: { identity: { methods: ['token'], token: { id: 't' } }, scope },
  },
])('the login is made $what', async ({ env, auth }) => {
  answers['GET /doctor/hosts/h'] = { host: { host: 'h' } };
  const { status } = await doctor('host show h', env);
  expect(status).toBe(0);
  expect(asked[0]).toEqual(['POST', '/identity/v3/auth/tokens', { auth }]);
  expect(headers[1]).toMatchObject({ 'x-auth-token': 'the-token' });
});

test.each(['/identity', '/identity/', '/identity/v3', '/identity/v3/'])(
  'OS_AUTH_URL may end in %s',
  async (path) => {
    await doctor('host list', { OS_AUTH_URL: `${url}${path}` });
    expect(asked[0]?.[1]).toBe('/identity/v3/auth/tokens');
  },
);

/**
 * The usage in OPNFV Doctor's documents: `host-update [--status] [--maintenance]
 * [--report-host-down] <hostname>`.
 */
test.each([
  { line: '--status disable h', host: { status: 'disable' } },
  { line: 'h --maintenance enable', host: { maintenance_mode: 'enable' } },
  { line: '--report-host-down h', host: { host_down_reported: 'true' } },
  { line: '--down h', host: { host_down_reported: 'true' } },
  {
    line: '--status=enable --maintenance=disable --down h',
    host: { status: 'enable', maintenance_mode: 'disable', host_down_reported: 'true' },
  },
])('host-update $line asks for it in one request', async ({ line, host }) => {
  answers['PUT /nova/os-hosts/h'] = { host: { host: 'h', status: 'enabled' } };
  const { status, out } = await doctor(`host-update ${line}`);
  expect({ status, out }).toEqual({
    status: 0,
    out: 'Field   Value\nhost    h\nstatus  enabled\n',
  });
  expect(asked[1]).toEqual(['PUT', '/nova/os-hosts/h', { host }]);
  expect(headers[1]).toMatchObject({ 'openstack-api-version': 'compute 2.42' });
});

test('hosts are listed in columns, or in JSON with all fields', async () => {
  const service = { host: 'h', zone: 'nova', status: 'enabled', state: 'up', forced_down: false };
  answers['GET /nova/os-services?binary=nova-compute'] = { services: [service] };
  const { out } = await doctor('host list');
  const [heading, row] = out.split('\n');
  expect(heading).toMatch(/^Host +Zone +Status +State +Disabled reason +Updated at$/);
  expect(row).toMatch(/^h +nova +enabled +up$/);
  expect(JSON.parse((await doctor('host list -f json')).out)).toEqual([service]);
});

test('servers are listed through all pages, with their hosts where they are shown', async () => {
  const server = (id: string, more = {}) => ({ id, name: 'n', status: 'SHUTOFF', ...more });
  const next = `${url}/nova/servers/detail?marker=1`;
  answers['GET /nova/servers/detail?host=h&all_tenants=1'] = {
    servers: [server('1', { 'OS-EXT-SRV-ATTR:host': 'h' })],
    servers_links: [{ rel: 'next', href: next }],
  };
  answers['GET /nova/servers/detail?marker=1'] = { servers: [server('2')] };
  const { out, status } = await doctor('server list --all-projects --host h');
  expect(status).toBe(0);
  expect(out.split('\n').slice(0, 3)).toEqual([
    expect.stringMatching(/^ID +Name +Status +Project +Host$/),
    expect.stringMatching(/^1 +n +SHUTOFF +h$/),
    expect.stringMatching(/^2 +n +SHUTOFF$/),
  ]);
});

test('faults are listed through all pages', async () => {
  const path = '/doctor/faults?host=h&status=all';
  answers[`GET ${path}`] = {
    faults: [{ fault_id: '1', host: 'h', status: 'open', instances_affected: 2 }],
    next: `${url}/doctor/faults?marker=1`,
  };
  answers['GET /doctor/faults?marker=1'] = { faults: [{ fault_id: '2', status: 'cleared' }] };
  const { out } = await doctor('fault list --all --host h --format json');
  expect(JSON.parse(out)).toMatchObject([{ fault_id: '1' }, { fault_id: '2' }]);
});

test.each([
  ['server show a/b', '/nova/servers/a%2Fb', 'server'],
  ['fault show 1', '/doctor/faults/1', 'fault'],
  ['host show h', '/doctor/hosts/h', 'host'],
])('%s asks for %s', async (line, path, key) => {
  answers[`GET ${path}`] = { [key]: { name: 'a\nb\u001b[2J', list: [1] } };
  const { out } = await doctor(line);
  expect(out).toBe('Field  Value\nname   a b [2J\nlist   [1]\n');
});

const happened = (n: number) => ({ at: 't', what: 'maintenance_started', request_id: `req-${n}` });

test('the history of a host is listed, as many entries as are asked for', async () => {
  answers['GET /doctor/host-history/h?limit=5'] = { host: 'h', history: [happened(1)] };
  const { out } = await doctor('host history --limit 5 h');
  expect(out).toMatch(/maintenance_started .*req-1/);
});

test('a long history of a host is read page by page, no further than is asked for', async () => {
  const page = (from: number) => Array.from({ length: 200 }, (_, n) => happened(from + n));
  const next = (n: number) => ({ next: `/host-history/h?limit=200&marker=${n}` });
  answers['GET /doctor/host-history/h?limit=200'] = { history: page(1), ...next(1) };
  answers['GET /doctor/host-history/h?limit=200&marker=1'] = { history: page(201), ...next(2) };
  const { out } = await doctor('host history --limit 300 h');
  expect(out.match(/req-/g)).toHaveLength(300);
  expect(out).toContain('req-300');
  const pages = () => asked.filter(([, path]) => path.includes('host-history')).length;
  expect(pages()).toBe(2);
  await doctor('host history h');
  expect(pages()).toBe(3);
});

test('a history with an invalid number of entries is refused', async () => {
  const { status, err } = await doctor('host history --limit 0 h');
  expect(status).not.toBe(0);
  expect(err).toContain('--limit');
});

test.each(['--help', 'help', '-h', 'host --help'])('%s lists every command', async (line) => {
  const { status, out } = await doctor(line);
  expect(status).toBe(0);
  for (const name of ['host-update', 'host list', 'server show', 'fault list']) {
    expect(out).toContain(name);
  }
});

test('--help after a command prints its options, and sends no request', async () => {
  const { status, out } = await doctor('host-update --help');
  expect(status).toBe(0);
  expect(out).toContain('--report-host-down');
  expect(asked).toEqual([]);
});

test.each([
  ['', 'Usage'],
  ['reboot', 'Usage'],
  ['host', 'Usage'],
  ['host-update', 'HOST is missing'],
  ['host-update h', 'is needed'],
  ['host-update --status on h', '--status is enable or disable'],
  ['host-update --maintenance h', 'HOST is missing'],
  ['host-update --maintenance=on h', '--maintenance is enable or disable'],
  ['host-update --status', '--status'],
  ['host-update --down h i', 'Unexpected argument: i'],
  ['host list h', 'Unexpected argument: h'],
  ['host list --unheard-of', '--unheard-of'],
  ['host list --format csv', '--format is table or json'],
  ['server show', 'ID is missing'],
])('“%s” is a wrong command line: status 2, and nothing is changed', async (line, message) => {
  const { status, out, err } = await doctor(line);
  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).toContain(message);
  expect(asked.filter(([, path]) => path !== '/identity/v3/auth/tokens')).toEqual([]);
});

test.each([
  [{ OS_AUTH_URL: undefined }, 'OS_AUTH_URL is not set'],
  [{ OS_PASSWORD: '' }, 'OS_PASSWORD is not set'],
  [{ OS_USERNAME: undefined }, 'OS_USERNAME or OS_USER_ID is not set'],
  [{ OS_PROJECT_NAME: undefined }, 'OS_PROJECT_NAME or OS_PROJECT_ID is not set'],
])('with an environment of %j the missing variable is named: status 2', async (env, message) => {
  const { status, err } = await doctor('host list', env);
  expect(status).toBe(2);
  expect(err).toContain(message);
});

test('a refusal is printed with its message, status and request id: status 1', async () => {
  const { status, out, err } = await doctor('host show h');
  expect({ status, out }).toEqual({ status: 1, out: '' });
  expect(err).toBe('doctor host show: It is not there. (HTTP 404) (Request-ID: req-1)\n');
});

test.each([
  ['http://127.0.0.1:1/v3', 'cannot be reached'],
  ['nonsense', 'cannot be reached'],
])('%s as OS_AUTH_URL %s: status 1', async (OS_AUTH_URL, message) => {
  const { status, err } = await doctor('host list', { OS_AUTH_URL });
  expect(status).toBe(1);
  expect(err).toContain(message);
});

test.each([
  ['no JSON', '<html>'],
  ['no such list', { other: [] }],
])('an answer that has %s is no answer of Doctor: status 1', async (_, answer) => {
  answers['GET /nova/os-services?binary=nova-compute'] = answer;
  const { status, err } = await doctor('host list');
  expect(status).toBe(1);
  expect(err).toContain("does not have the form of Doctor's answers");
});

test('a region without endpoint is reported: status 1', async () => {
  const { status, err } = await doctor('host list', { OS_REGION_NAME: 'nowhere' });
  expect(status).toBe(1);
  expect(err).toContain('no public endpoint of compute');
});

test('OS_INTERFACE picks the endpoint', async () => {
  answers['GET /inside/os-services?binary=nova-compute'] = { services: [] };
  expect((await doctor('host list', { OS_INTERFACE: 'internal' })).status).toBe(0);
});

test('conditions are listed with filters, page by page', async () => {
  const next = `${url}/doctor/conditions?port_id=p&marker=m`;
  answers['GET /doctor/conditions?state=raised&port_id=p'] = { conditions: [{ id: 'c1' }], next };
  answers['GET /doctor/conditions?port_id=p&marker=m'] = { conditions: [{ id: 'c2' }] };
  const { status, out } = await doctor('condition list --state raised --port p --format json');
  expect(status).toBe(0);
  expect(JSON.parse(out)).toEqual([{ id: 'c1' }, { id: 'c2' }]);
});

test('a condition is ended with a reason, and not without one', async () => {
  answers['DELETE /doctor/conditions/c1?reason=seen'] = { condition: { id: 'c1', held: false } };
  expect((await doctor('condition clear --reason seen c1')).status).toBe(0);
  expect((await doctor('condition clear c1')).status).toBe(2);
});

test('a setting of a source is changed, and the others stay as they are', async () => {
  const kept = { clear: 'hold', mapping: { x: 1 }, reporters: ['u1'] };
  const source = { name: 'a/b', fenced: false, stale_after: 60, ...kept };
  answers['GET /doctor/sources/a/b'] = { source };
  answers['PUT /doctor/sources/a/b'] = { source };
  expect((await doctor('source set --fenced true --stale-after never a/b')).status).toBe(0);
  const body = { ...kept, fenced: true, stale_after: null };
  expect(asked.at(-1)).toEqual(['PUT', '/doctor/sources/a/b', body]);
  expect((await doctor('source set --reporters u2,u3 a/b')).status).toBe(0);
  expect(asked.at(-1)?.[2]).toMatchObject({ ...kept, reporters: ['u2', 'u3'] });
  expect((await doctor('source set --reporters= a/b')).status).toBe(0);
  expect(asked.at(-1)?.[2]).toMatchObject({ reporters: [] });
  expect((await doctor('source set --mapping nonsense a/b')).status).toBe(2);
});

test('a source is deleted', async () => {
  answers['DELETE /doctor/sources/a/b'] = '';
  expect(await doctor('source delete a/b')).toMatchObject({ status: 0, err: '' });
});
