import { beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { nameId } from '../../../domain/ids.ts';
import {
  alice,
  aliceToken,
  aliceUnscoped,
  byName,
  type Keystone,
  keystone,
  project,
  self,
  start,
} from './keystone.ts';

let world: Keystone;
beforeEach(async () => {
  world = await keystone();
});

test.each(['/identity', '/identity/', '/'])('GET %s lists version 3', async (path) => {
  const { status, headers, body } = await world.ask({ path });
  expect(status).toBe(300);
  expect(headers).toMatchObject({ Location: self, Vary: 'X-Auth-Token' });
  expect(body).toMatchObject({
    versions: { values: [{ id: 'v3.14', status: 'stable', links: [{ rel: 'self', href: self }] }] },
  });
});

test.each(['/identity/v3', '/identity/v3/'])('GET %s shows version 3', async (path) => {
  const { status, body } = await world.ask({ path });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    version: { id: 'v3.14', status: 'stable', links: [{ rel: 'self', href: self }] },
  });
});

test('a login answers with the token of the default project', async () => {
  const { status, headers, body } = await world.login({ identity: byName('alice') });
  expect(status).toBe(201);
  expect(headers).toMatchObject({ Vary: 'X-Auth-Token' });
  expect(await world.tokens.verify(headers['X-Subject-Token'] ?? '')).toMatchObject({
    user: { name: 'alice' },
  });
  expect(body).toEqual({
    token: {
      methods: ['password'],
      audit_ids: [world.issued.at(-1)],
      issued_at: '2026-08-21T09:00:00.000000Z',
      expires_at: '2026-08-21T10:00:00.000000Z',
      user: {
        id: alice.id,
        name: 'alice',
        domain: { id: 'default', name: 'Default' },
        password_expires_at: null,
      },
      project: {
        id: nameId('project', 'tenant-a'),
        name: 'tenant-a',
        domain: { id: 'default', name: 'Default' },
      },
      is_domain: false,
      roles: ['member', 'reader'].map((name) => ({ id: nameId('role', name), name })),
      catalog: expect.any(Array),
    },
  });
});

const Catalog = z.object({
  token: z.object({
    catalog: z.array(
      z.object({
        id: z.string(),
        type: z.string(),
        name: z.string(),
        endpoints: z.array(
          z.object({
            id: z.string(),
            interface: z.string(),
            region: z.literal('RegionOne'),
            region_id: z.literal('RegionOne'),
            url: z.string(),
          }),
        ),
      }),
    ),
  }),
});

test('the catalogue has three interfaces of each service, under the public URL', async () => {
  const { catalog } = Catalog.parse((await world.login({ identity: byName('alice') })).body).token;
  const rows = catalog.flatMap(({ type, name, endpoints }) =>
    endpoints.map((endpoint) => [type, name, endpoint.interface, endpoint.url]),
  );
  const services = [
    ['identity', 'keystone', 'https://api.example/api/identity/v3'],
    ['compute', 'nova', 'https://api.example/api/compute/v2.1'],
    ['image', 'glance', 'https://api.example/api/image'],
    ['network', 'neutron', 'https://api.example/api/network'],
    ['alarming', 'aodh', 'https://api.example/api/alarming'],
    ['instance-ha', 'masakari', 'https://api.example/api/instance-ha/v1'],
    ['fault-management', 'doctor', 'https://api.example/api/doctor/v1'],
  ];
  expect(rows).toEqual(
    services.flatMap(([type, name, url]) =>
      ['public', 'internal', 'admin'].map((interfaceName) => [type, name, interfaceName, url]),
    ),
  );
  const ids = catalog.flatMap(({ id, endpoints }) => [id, ...endpoints.map((e) => e.id)]);
  expect(new Set(ids).size).toBe(7 * 4);
});

test('?nocatalog leaves the catalogue out', async () => {
  const { status, body } = await world.login({ identity: byName('alice') }, { nocatalog: [''] });
  expect(status).toBe(201);
  expect(body).not.toHaveProperty('token.catalog');
});

const byId = (id: string) => ({
  methods: ['password'],
  password: { user: { id, password: 'right' } },
});
const Token = z.object({
  token: z.object({
    user: z.object({ name: z.string() }),
    project: z.object({ name: z.string() }).optional(),
  }),
});

test.each([
  { what: 'a user by id', auth: { identity: byId(alice.id) }, as: 'tenant-a' },
  { what: 'a user with no project', auth: { identity: byName('homeless') }, as: undefined },
  {
    what: 'scope "unscoped"',
    auth: { identity: byName('alice'), scope: 'unscoped' },
    as: undefined,
  },
  {
    what: 'scope {unscoped}',
    auth: { identity: byName('alice'), scope: { unscoped: {} } },
    as: undefined,
  },
  {
    what: 'a project by name',
    auth: { identity: byName('alice'), scope: project('tenant-b') },
    as: 'tenant-b',
  },
  {
    what: 'a project by id',
    auth: {
      identity: byName('alice'),
      scope: { project: { id: nameId('project', 'tenant-b') } },
    },
    as: 'tenant-b',
  },
  {
    what: 'the domain in small letters',
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: 'alice', domain: { name: 'default' }, password: 'right' } },
      },
    },
    as: 'tenant-a',
  },
  {
    what: 'a token',
    auth: { identity: { methods: ['token'], token: { id: aliceUnscoped } } },
    as: 'tenant-a',
  },
])('a login with $what is for project $as', async ({ auth, as }) => {
  const { status, body } = await world.login(auth);
  expect(status).toBe(201);
  expect(Token.parse(body).token.project?.name).toBe(as);
});

test('an unscoped token has no project, roles or catalogue', async () => {
  const { body } = await world.login({ identity: byName('alice'), scope: 'unscoped' });
  for (const key of ['project', 'is_domain', 'roles', 'catalog']) {
    expect(body).not.toHaveProperty(`token.${key}`);
  }
});

test('a rescoped token ends when the first one does and names it', async () => {
  const first = await world.login({ identity: byName('alice'), scope: 'unscoped' });
  const audit = world.issued.at(-1);
  world.clock.now = start + 600_000;
  const id = first.headers['X-Subject-Token'];
  const { body } = await world.login({
    identity: { methods: ['token'], token: { id } },
    scope: project('tenant-b'),
  });
  world.clock.now = start;
  expect(body).toMatchObject({
    token: {
      methods: ['token', 'password'],
      audit_ids: [world.issued.at(-1), audit],
      issued_at: '2026-08-21T09:10:00.000000Z',
      expires_at: '2026-08-21T10:00:00.000000Z',
      project: { name: 'tenant-b' },
    },
  });
});

const refusal = {
  error: {
    code: 401,
    title: 'Unauthorized',
    message: 'The request you have made requires authentication.',
  },
};
const elsewhere = {
  methods: ['password'],
  password: { user: { name: 'alice', domain: { name: 'Elsewhere' }, password: 'right' } },
};
const alices = (scope: unknown) => ({ identity: byName('alice'), scope });

test.each([
  { why: 'a wrong password', auth: { identity: byName('alice', 'wrong') } },
  { why: 'an unknown user', auth: { identity: byName('unknown') } },
  { why: 'an unknown user id', auth: { identity: byId('f'.repeat(32)) } },
  { why: 'an unknown domain', auth: { identity: elsewhere } },
  { why: 'a project of others', auth: alices(project('tenant-z')) },
  { why: 'an unknown project id', auth: alices({ project: { id: 'f'.repeat(32) } }) },
  {
    why: 'a project of another domain',
    auth: alices({ project: { name: 'tenant-a', domain: { id: 'other' } } }),
  },
  { why: 'a domain', auth: alices({ domain: { id: 'default' } }) },
  { why: 'the system', auth: { identity: byName('admin'), scope: { system: { all: true } } } },
  { why: 'a trust', auth: alices({ 'OS-TRUST:trust': { id: 'x' } }) },
  { why: 'a bad token', auth: { identity: { methods: ['token'], token: { id: 'bad' } } } },
])('a login with $why is the one 401', async ({ auth }) => {
  const { status, headers, body } = await world.login(auth);
  expect(status).toBe(401);
  expect(body).toEqual(refusal);
  expect(headers['WWW-Authenticate']).toBe('Keystone uri="https://api.example/api/identity"');
});

test('an expired token cannot be rescoped', async () => {
  world.clock.now = start + 3_600_000;
  const { status } = await world.login({
    identity: { methods: ['token'], token: { id: aliceToken } },
  });
  world.clock.now = start;
  expect(status).toBe(401);
});

test.each([
  { methods: ['totp'], totp: { id: 'x', secret: 'y' } },
  { methods: [] },
  { methods: ['totp', 'password'], password: byName('alice').password },
])('methods $methods are refused with the list of those that there are', async (identity) => {
  const { status, headers, body } = await world.login({ identity });
  expect(status).toBe(401);
  expect(headers['WWW-Authenticate']).toBe('Keystone uri="https://api.example/api/identity"');
  expect(body).toEqual({
    error: {
      ...refusal.error,
      identity: { methods: ['password', 'token', 'application_credential'] },
    },
  });
});

const users = (user: unknown) => ({
  auth: { identity: { methods: ['password'], password: { user } } },
});
const long = 'x'.repeat(100_000);
const domain = { name: 'Default' };

test.each([
  { names: 'auth', body: {} },
  { names: 'auth', body: { auth: null } },
  { names: 'auth', body: { auth: 'x' } },
  { names: 'auth.identity', body: { auth: {} } },
  { names: 'auth.identity', body: { auth: { identity: [] } } },
  { names: 'auth.identity.methods', body: { auth: { identity: {} } } },
  { names: 'auth.identity.methods', body: { auth: { identity: { methods: 'password' } } } },
  { names: 'auth.identity.methods.0', body: { auth: { identity: { methods: [1] } } } },
  { names: 'auth.identity.password', body: { auth: { identity: { methods: ['password'] } } } },
  { names: 'auth.identity.token', body: { auth: { identity: { methods: ['token'] } } } },
  {
    names: 'auth.identity.token.id',
    body: { auth: { identity: { methods: ['token'], token: { id: 7 } } } },
  },
  {
    names: 'auth.identity.token.id',
    body: { auth: { identity: { methods: ['token'], token: { id: long } } } },
  },
  { names: 'auth.identity.password.user', body: users(undefined) },
  { names: 'auth.identity.password.user', body: users({ password: 'right' }) },
  { names: 'auth.identity.password.user', body: users({ name: '', id: '', password: 'right' }) },
  { names: 'auth.identity.password.user.domain', body: users({ name: 'a', password: 'b' }) },
  {
    names: 'auth.identity.password.user.domain',
    body: users({ name: 'a', domain: {}, password: 'b' }),
  },
  { names: 'auth.identity.password.user.name', body: users({ name: 1, domain, password: 'b' }) },
  { names: 'auth.identity.password.user.name', body: users({ name: long, domain, password: 'b' }) },
  { names: 'auth.identity.password.user.password', body: users({ name: 'a', domain }) },
  { names: 'auth.identity.password.user.password', body: users({ id: 'a', password: long }) },
  { names: 'auth.scope', body: { auth: alices('everything') } },
  { names: 'auth.scope', body: { auth: alices(null) } },
  { names: 'auth.scope', body: { auth: alices({}) } },
  { names: 'auth.scope', body: { auth: alices({ ...project('tenant-a'), unscoped: {} }) } },
  { names: 'auth.scope.project', body: { auth: alices({ project: {} }) } },
  { names: 'auth.scope.project', body: { auth: alices({ project: 'tenant-a' }) } },
  { names: 'auth.scope.project.domain', body: { auth: alices({ project: { name: 'tenant-a' } }) } },
  { names: 'auth.scope.domain', body: { auth: alices({ domain: {} }) } },
])('a login that is wrong at $names is a 400 that names it', async ({ names, body }) => {
  const answer = await world.ask({ method: 'POST', path: '/identity/v3/auth/tokens', body });
  expect(answer).toMatchObject({
    status: 400,
    body: { error: { code: 400, title: 'Bad Request' } },
  });
  expect(JSON.stringify(answer.body)).toContain(`${names}. `);
  expect(JSON.stringify(answer.body).length).toBeLessThan(500);
});

test.each([
  { what: 'malformed JSON', body: '{"auth":' },
  { what: 'a list', body: [] },
  { what: 'a text', body: '"auth"' },
  { what: 'null', body: 'null' },
  { what: 'nothing', body: undefined },
])('a login with $what as body is a 400', async ({ body }) => {
  const answer = await world.ask({ method: 'POST', path: '/identity/v3/auth/tokens', body });
  expect(answer).toMatchObject({ status: 400, body: { error: { title: 'Bad Request' } } });
});
