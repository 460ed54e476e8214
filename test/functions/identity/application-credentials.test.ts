import { beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { nameId } from '../../../domain/ids.ts';
import {
  adminToken,
  alice,
  aliceToken,
  aliceUnscoped,
  byName,
  type Keystone,
  keystone,
  monitor,
  monitorToken,
  project,
} from './keystone.ts';

let world: Keystone;
beforeEach(async () => {
  world = await keystone();
});

const path = `/identity/v3/users/${alice.id}/application_credentials`;
const send = (method: string, where: string, own: string, body?: unknown) =>
  world.ask({ method, path: where, headers: { 'X-Auth-Token': own }, body });
const create = (fields: object, own = aliceToken) =>
  send('POST', path, own, { application_credential: fields });

const Made = z.object({
  application_credential: z.looseObject({ id: z.string(), secret: z.string() }),
});
const made = async (fields: object, own = aliceToken) => {
  const { status, body } = await create(fields, own);
  expect([status, body]).toMatchObject([201, {}]);
  return Made.parse(body).application_credential;
};
const withId = ({ id, secret }: { id: string; secret: string }) => ({
  identity: { methods: ['application_credential'], application_credential: { id, secret } },
});

test('a credential is shown whole once, and without its secret from then on', async () => {
  const { status, body } = await create({ name: 'backup', description: 'nightly' });
  expect(status).toBe(201);
  const shown = {
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    name: 'backup',
    description: 'nightly',
    user_id: alice.id,
    project_id: nameId('project', 'tenant-a'),
    system: null,
    unrestricted: false,
    expires_at: null,
    roles: ['member', 'reader'].map((name) => ({
      ...{ id: nameId('role', name), name, domain_id: null, description: null, options: {} },
    })),
    links: { self: expect.stringContaining(path) },
  };
  expect(body).toEqual({ application_credential: { ...shown, secret: 'generated' } });
  const { id } = Made.parse(body).application_credential;
  const one = await send('GET', `${path}/${id}`, aliceToken);
  expect([one.status, one.body]).toEqual([200, { application_credential: shown }]);
  const list = await send('GET', path, aliceToken);
  expect([list.status, list.body]).toEqual([
    200,
    {
      application_credentials: [shown],
      links: { next: null, previous: null, self: `https://api.example/api${path}` },
    },
  ]);
});

test('a list by name has only that credential', async () => {
  await made({ name: 'one' });
  await made({ name: 'two' });
  const query = { name: ['two'] };
  const { body } = await world.ask({ path, query, headers: { 'X-Auth-Token': aliceToken } });
  expect(body).toMatchObject({ application_credentials: [{ name: 'two' }] });
  const none = { name: ['three'] };
  const empty = await world.ask({ path, query: none, headers: { 'X-Auth-Token': aliceToken } });
  expect(empty.body).toMatchObject({ application_credentials: [] });
});

test.each([
  { how: 'by id', auth: withId },
  {
    how: 'by name and user id',
    auth: ({ secret }: { secret: string }) => ({
      identity: {
        methods: ['application_credential'],
        application_credential: { name: 'c', user: { id: alice.id }, secret },
      },
    }),
  },
  {
    how: 'by name and user name',
    auth: ({ secret }: { secret: string }) => ({
      identity: {
        methods: ['application_credential'],
        application_credential: {
          ...{ name: 'c', secret },
          user: { name: 'alice', domain: { name: 'Default' } },
        },
      },
    }),
  },
])('a login $how is for the project and roles of the credential', async ({ auth }) => {
  const credential = await made({ name: 'c', roles: [{ name: 'reader' }], secret: 'given' });
  const { status, body } = await world.login(auth(credential));
  expect(status).toBe(201);
  expect(body).toMatchObject({
    token: {
      methods: ['application_credential'],
      user: { id: alice.id },
      project: { name: 'tenant-a' },
      roles: [{ name: 'reader' }],
      application_credential: { id: credential.id, name: 'c', restricted: true },
      catalog: expect.any(Array),
    },
  });
});

const wrong = { id: '1'.padStart(32, '0'), secret: 'wrong' };
test.each([
  { why: 'a wrong secret', auth: () => withId(wrong) },
  { why: 'an unknown id', auth: () => withId({ id: 'f'.repeat(32), secret: 'generated' }) },
  {
    why: 'a scope',
    auth: (id: string) => ({ ...withId({ id, secret: 'generated' }), scope: project('tenant-a') }),
  },
  {
    why: 'the scope unscoped',
    auth: (id: string) => ({ ...withId({ id, secret: 'generated' }), scope: 'unscoped' }),
  },
])('a login with $why is the one 401', async ({ auth }) => {
  const { id } = await made({ name: 'c' });
  const { status, body } = await world.login(auth(id));
  expect([status, body]).toMatchObject([
    401,
    { error: { message: 'The request you have made requires authentication.' } },
  ]);
});

test.each([
  { what: 'neither id nor name', given: { secret: 'x' } },
  { what: 'a name without its user', given: { name: 'c', secret: 'x' } },
  { what: 'no secret', given: { id: 'c' } },
  { what: 'nothing', given: undefined },
])('a login with $what is a 400', async ({ given }) => {
  const { status } = await world.login({
    identity: { methods: ['application_credential'], application_credential: given },
  });
  expect(status).toBe(400);
});

test('a token ends with its credential, which gives none after its end', async () => {
  const credential = await made({ name: 'c', expires_at: '2026-08-21T09:30:00' });
  const { body } = await world.login(withId(credential));
  expect(body).toMatchObject({ token: { expires_at: '2026-08-21T09:30:00.000000Z' } });
  world.clock.now = Date.parse('2026-08-21T09:30:00Z');
  expect(await world.login(withId(credential))).toMatchObject({ status: 401 });
});

test('tokens die with their credential', async () => {
  const credential = await made({ name: 'c' });
  const token = await world.tokenOf(withId(credential));
  expect(await send('GET', path, token)).toMatchObject({ status: 200 });
  const where = `${path}/${credential.id}`;
  expect(await send('DELETE', where, aliceToken)).toMatchObject({ status: 204 });
  expect(await send('GET', path, token)).toMatchObject({ status: 401 });
  expect(await world.login(withId(credential))).toMatchObject({ status: 401 });
  expect(await send('DELETE', where, aliceToken)).toMatchObject({ status: 404 });
});

test.each([
  { what: 'is disabled', change: { enabled: false } },
  { what: 'was made anew', change: { incarnation: 'another' } },
  { what: 'lost a role', change: { projects: [{ ...alice.projects[0], roles: ['reader'] }] } },
  { what: 'lost the project', change: { projects: [] } },
])('a credential gives no token when its user $what', async ({ change }) => {
  const credential = await made({ name: 'c' });
  const [first] = alice.projects;
  const projects = first ? [{ ...first, roles: ['reader' as const] }] : [];
  world.users.set(alice.id, { ...alice, ...('projects' in change ? { projects } : change) });
  expect(await world.login(withId(credential))).toMatchObject({ status: 401 });
});

test('a restricted credential makes and deletes none, an unrestricted one does', async () => {
  const restricted = await made({ name: 'restricted' });
  const own = await world.tokenOf(withId(restricted));
  expect(await create({ name: 'x' }, own)).toMatchObject({ status: 403 });
  const where = `${path}/${restricted.id}`;
  expect(await send('DELETE', where, own)).toMatchObject({ status: 403 });
  expect(await send('GET', where, own)).toMatchObject({ status: 200 });
  const free = await made({ name: 'free', unrestricted: true });
  const token = await world.tokenOf(withId(free));
  expect(await create({ name: 'x' }, token)).toMatchObject({ status: 201 });
  expect(await send('DELETE', where, token)).toMatchObject({ status: 204 });
});

test('a credential has no more roles than the token that makes it', async () => {
  const reader = await made({ name: 'r', unrestricted: true, roles: [{ name: 'reader' }] });
  const token = await world.tokenOf(withId(reader));
  expect(await create({ name: 'x', roles: [{ name: 'member' }] }, token)).toMatchObject({
    status: 400,
  });
  expect(await create({ name: 'x', roles: [{ name: 'admin' }] })).toMatchObject({ status: 400 });
  const byId = { id: nameId('role', 'member') };
  expect(await create({ name: 'x', roles: [byId] })).toMatchObject({ status: 201 });
  expect(await create({ name: 'y', roles: [{ name: 'root' }] })).toMatchObject({ status: 404 });
});

test('a token made of one keeps its project and roles, and takes no scope', async () => {
  const credential = await made({ name: 'c', roles: [{ name: 'reader' }] });
  const id = await world.tokenOf(withId(credential));
  const identity = { methods: ['token'], token: { id } };
  const { status, body } = await world.login({ identity });
  expect([status, body]).toMatchObject([
    201,
    {
      token: {
        methods: ['token', 'application_credential'],
        project: { name: 'tenant-a' },
        roles: [{ name: 'reader' }],
        application_credential: { id: credential.id },
      },
    },
  ]);
  for (const scope of [project('tenant-b'), project('tenant-a'), 'unscoped']) {
    expect(await world.login({ identity, scope })).toMatchObject({ status: 403 });
  }
});

const rule = { service: 'identity', method: 'GET', path: '/v3/users/**' } as const;

test('a token makes the requests that its rules allow, and no other', async () => {
  const token = await world.tokenOf(withId(await made({ name: 'c', access_rules: [rule] })));
  expect(await send('GET', path, token)).toMatchObject({ status: 200 });
  expect(await send('GET', '/identity/v3/auth/catalog', token)).toMatchObject({ status: 401 });
  expect(await create({ name: 'x' }, token)).toMatchObject({ status: 401 });
});

test('an empty list of rules means no rules', async () => {
  const token = await world.tokenOf(withId(await made({ name: 'c', access_rules: [] })));
  expect(await send('GET', '/identity/v3/auth/catalog', token)).toMatchObject({ status: 200 });
});

test('a token with rules is shown to those who enforce them', async () => {
  const token = await world.tokenOf(withId(await made({ name: 'c', access_rules: [rule] })));
  const shown = (version?: string) =>
    world.ask({
      path: '/identity/v3/auth/tokens',
      headers: {
        ...{ 'X-Auth-Token': adminToken, 'X-Subject-Token': token },
        ...(version && { 'OpenStack-Identity-Access-Rules': version }),
      },
    });
  for (const version of [undefined, '0', 'x']) {
    expect(await shown(version)).toMatchObject({ status: 404 });
  }
  for (const version of ['1', '1.0', '2']) {
    const { status, body } = await shown(version);
    expect([status, body]).toMatchObject([
      200,
      {
        token: { application_credential: { access_rules: [{ ...rule, id: expect.any(String) }] } },
      },
    ]);
  }
});

const Rules = z.object({ access_rules: z.array(z.looseObject({ id: z.string() })) });

test('rules are listed and shown, and can be named by id; one in use is not deleted', async () => {
  const rules = `/identity/v3/users/${alice.id}/access_rules`;
  await made({ name: 'c', access_rules: [rule] });
  const { access_rules } = Rules.parse((await send('GET', rules, aliceToken)).body);
  const [{ id } = { id: '' }] = access_rules;
  expect(access_rules).toMatchObject([rule]);
  const one = await send('GET', `${rules}/${id}`, aliceToken);
  expect([one.status, one.body]).toMatchObject([200, { access_rule: { ...rule, id } }]);
  expect(await made({ name: 'd', access_rules: [{ id }] })).toMatchObject({
    access_rules: [{ ...rule, id }],
  });
  expect(await create({ name: 'e', access_rules: [{ id: 'x' }] })).toMatchObject({ status: 404 });
  expect(await send('DELETE', `${rules}/${id}`, aliceToken)).toMatchObject({ status: 403 });
  expect(await send('DELETE', `${rules}/x`, aliceToken)).toMatchObject({ status: 404 });
  expect(await send('GET', rules, monitorToken)).toMatchObject({ status: 403 });
});

test.each([
  { who: 'the user', own: aliceToken, see: 200, make: 201, end: 204 },
  { who: 'an admin', own: adminToken, see: 200, make: 403, end: 204 },
  { who: 'another user', own: monitorToken, see: 403, make: 403, end: 403 },
])('$who sees ($see), makes ($make) and deletes ($end)', async ({ own, see, make, end }) => {
  const { id } = await made({ name: 'c' });
  expect(await send('GET', path, own)).toMatchObject({ status: see });
  expect(await send('GET', `${path}/${id}`, own)).toMatchObject({ status: see });
  expect(await create({ name: 'd' }, own)).toMatchObject({ status: make });
  expect(await send('DELETE', `${path}/${id}`, own)).toMatchObject({ status: end });
});

test('a second credential with a name is a 409, one above the limit a 403, one without a project a 403', async () => {
  await made({ name: 'one' });
  expect(await create({ name: 'one' })).toMatchObject({ status: 409 });
  expect(await create({ name: 'x' }, aliceUnscoped)).toMatchObject({ status: 403 });
  await made({ name: 'two' });
  await made({ name: 'three' });
  expect(await create({ name: 'four' })).toMatchObject({ status: 403 });
});

test('an unknown user is a 404 to an admin', async () => {
  const unknown = '/identity/v3/users/unknown/application_credentials';
  expect(await send('GET', unknown, adminToken)).toMatchObject({ status: 404 });
  const others = `/identity/v3/users/${monitor.id}/application_credentials`;
  expect(await send('GET', others, adminToken)).toMatchObject({ status: 200 });
});

test.each([
  { names: 'application_credential', fields: undefined },
  { names: 'application_credential.name', fields: {} },
  { names: 'application_credential.name', fields: { name: '' } },
  { names: 'application_credential.name', fields: { name: 'x'.repeat(256) } },
  { names: 'application_credential.secret', fields: { name: 'c', secret: 7 } },
  { names: 'application_credential.secret', fields: { name: 'c', secret: '' } },
  { names: 'expires_at', fields: { name: 'c', expires_at: 'tomorrow' } },
  { names: 'expires_at', fields: { name: 'c', expires_at: '2026-08-21T09:00:00' } },
  { names: 'application_credential.roles', fields: { name: 'c', roles: 'reader' } },
  { names: 'application_credential.roles.0', fields: { name: 'c', roles: [{}] } },
  { names: 'application_credential.unrestricted', fields: { name: 'c', unrestricted: 'no' } },
  { names: 'application_credential.access_rules', fields: { name: 'c', access_rules: {} } },
  {
    names: 'application_credential.access_rules.0',
    fields: { name: 'c', access_rules: [{ ...rule, method: 'LOOK' }] },
  },
])('a credential that is wrong at $names is a 400 that names it', async ({ names, fields }) => {
  const { status, body } = await send('POST', path, aliceToken, { application_credential: fields });
  expect([status, body]).toMatchObject([400, { error: { title: 'Bad Request' } }]);
  expect(JSON.stringify(body)).toContain(names);
  expect(world.stored.size).toBe(0);
});

test('a field that is null, as OSC sends it, counts as missing', async () => {
  const nothing = { secret: null, expires_at: null, description: null, unrestricted: false };
  expect(await create({ name: 'c', roles: [], access_rules: [], ...nothing })).toMatchObject({
    status: 201,
    body: { application_credential: { secret: 'generated', description: null } },
  });
});

test('a disabled user does not log in', async () => {
  world.users.set(alice.id, { ...alice, enabled: false });
  expect(await world.login({ identity: byName('alice') })).toMatchObject({ status: 401 });
});
