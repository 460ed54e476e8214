import { expect, test } from 'vitest';
import { createSurface } from '../../../adapters/http/surface.ts';
import type { Caller } from '../../../domain/identity/access.ts';
import { accountOf, admin, type User } from '../../../domain/identity/identity.ts';
import { nameId } from '../../../domain/ids.ts';
import { userRoutes } from '../../../functions/doctor/users.ts';
import { type Call, call, quiet } from '../call.ts';

type World = {
  /** How often another writer changes the user first. */
  rivals: number;
  /** Generations that ended the tokens of those before them. */
  ended: string[];
  /** Projects that were made. */
  projects: string[];
  /** Ids given out. */
  ids: number;
};

function setUp(roles: readonly string[] = ['admin']) {
  const rows = new Map<string, User>();
  const world: World = { rivals: 0, ended: [], projects: [], ids: 0 };
  const caller: Caller = { user_id: 'u', user_name: 'n', project_id: 'p', roles };
  const surface = createSurface({
    dialect: 'doctor',
    prefix: '/doctor',
    publicUrl: '',
    logger: quiet,
    authenticate: async () => caller,
    routes: userRoutes({
      account: async (id) => {
        if (id === admin.id) return admin;
        const row = rows.get(id);
        return row;
      },
      users: {
        get: async (id) => rows.get(id),
        change: async ({ before, after, endsTokens }) => {
          if (world.rivals > 0) {
            world.rivals -= 1;
            return false;
          }
          expect(rows.get(after.id)).toEqual(before);
          rows.set(after.id, after);
          if (endsTokens) world.ended.push(after.generation);
          return true;
        },
        remove: async (user) => rows.delete(user.id),
      },
      makeProjects: async (made) => {
        world.projects.push(...made.map(({ name }) => name));
      },
      hashPassword: async (password) => `hash of ${password}`,
      isPassword: async (password, hash) => hash === `hash of ${password}`,
      newId: () => `id-${world.ids++}`,
    }),
  });
  return { rows, world, ask: (request: Call) => call(surface, request) };
}

const path = '/doctor/v1/users/alice';
/** The generation and incarnation of a user made when so many ids were given out. */
const made = (n: number) => ({ generation: `id-${n}`, incarnation: `id-${n + 1}` });
const shownAdmin = { id: admin.id, name: 'admin', projects: admin.projects, enabled: true };
const registration = {
  password: 'alice-secret',
  projects: [{ name: 'tenant-a', roles: ['member'] }],
};
const alice = accountOf('alice', [{ name: 'tenant-a', roles: ['member'] }]);

test('a user is created, then replaced, and shown without the password', async () => {
  const { rows, ask } = setUp();
  expect(await ask({ method: 'PUT', path, body: registration })).toMatchObject({
    status: 201,
    body: { id: alice.id, name: 'alice', projects: alice.projects, enabled: true },
  });
  expect([...rows.values()]).toEqual([
    { ...alice, ...made(0), password_hash: 'hash of alice-secret' },
  ]);

  const changed = { ...registration, projects: [] };
  const replaced = await ask({ method: 'PUT', path, body: changed });
  expect(replaced).toMatchObject({ status: 200 });
  expect(replaced.body).toEqual({ id: alice.id, name: 'alice', projects: [], enabled: true });

  const shown = await ask({ path });
  expect(shown).toMatchObject({ status: 200 });
  expect(shown.body).toEqual({
    id: nameId('user', 'alice'),
    name: 'alice',
    projects: [],
    enabled: true,
  });
});

test('a name may be escaped in the path', async () => {
  const { ask } = setUp();
  const put = await ask({
    method: 'PUT',
    path: '/doctor/v1/users/a%40example.org',
    body: registration,
  });
  expect(put).toMatchObject({ status: 201, body: { name: 'a@example.org' } });
});

test('an unknown user is a 404', async () => {
  const { ask } = setUp();
  expect(await ask({ path })).toMatchObject({ status: 404, body: { error: { code: 404 } } });
});

test('the admin is shown and cannot be replaced', async () => {
  const { rows, ask } = setUp();
  const own = '/doctor/v1/users/admin';
  expect(await ask({ path: own })).toMatchObject({ status: 200, body: shownAdmin });
  expect(await ask({ method: 'PUT', path: own, body: registration })).toMatchObject({
    status: 409,
  });
  expect(rows.size).toBe(0);
});

test.each([['member', 'reader'], ['service'], []])('roles %s may do neither', async (...roles) => {
  const { rows, ask } = setUp(roles);
  expect(await ask({ method: 'PUT', path, body: registration })).toMatchObject({ status: 403 });
  expect(await ask({ path })).toMatchObject({ status: 403 });
  expect(rows.size).toBe(0);
});

const projects = (...given: unknown[]) => ({ ...registration, projects: given });
const member = ['member'];

test.each([
  { names: 'password', body: { projects: [] } },
  { names: 'password', body: { ...registration, password: 'seven77' } },
  { names: 'password', body: { ...registration, password: 'x'.repeat(129) } },
  { names: 'password', body: { ...registration, password: 12345678 } },
  { names: 'projects', body: { password: 'alice-secret' } },
  { names: 'projects', body: { ...registration, projects: {} } },
  { names: 'projects', body: projects({ name: 'a', roles: member }, { name: 'a', roles: member }) },
  { names: 'projects.0.name', body: projects({ roles: member }) },
  { names: 'projects.0.name', body: projects({ name: 'x'.repeat(65), roles: member }) },
  { names: 'projects.0.roles', body: projects({ name: 'a', roles: [] }) },
  { names: 'projects.0.roles.0', body: projects({ name: 'a', roles: ['root'] }) },
  { names: 'projects.0.id', body: projects({ name: 'a', roles: member, id: 'x' }) },
  { names: 'email', body: { ...registration, email: 'a@example.org' } },
])('a registration that is wrong at $names is a 400 that names it', async ({ names, body }) => {
  const { rows, ask } = setUp();
  const answer = await ask({ method: 'PUT', path, body });
  expect(answer).toMatchObject({ status: 400, body: { error: { title: 'Bad Request' } } });
  expect(JSON.stringify(answer.body)).toContain(names);
  expect(rows.size).toBe(0);
});

test.each([undefined, '', '{', '[]', 'null'])('a body of %j is a 400', async (body) => {
  const { rows, ask } = setUp();
  expect(await ask({ method: 'PUT', path, body })).toMatchObject({ status: 400 });
  expect(rows.size).toBe(0);
});

test.each(['-x', 'a%20b', 'a:b', 'x'.repeat(65), '%E0%A4%A'])(
  '%s is no name: 400',
  async (name) => {
    const { ask } = setUp();
    const bad = `/doctor/v1/users/${name}`;
    expect(await ask({ method: 'PUT', path: bad, body: registration })).toMatchObject({
      status: 400,
    });
    expect(await ask({ path: bad })).toMatchObject({ status: 400 });
  },
);

test('the same registration again changes nothing and ends no token', async () => {
  const { rows, world, ask } = setUp();
  await ask({ method: 'PUT', path, body: registration });
  const before = rows.get(alice.id);
  expect(await ask({ method: 'PUT', path, body: registration })).toMatchObject({ status: 200 });
  expect(rows.get(alice.id)).toBe(before);
  expect(world.ended).toEqual(['id-0']);
});

const roles = (...given: string[]) => [{ name: 'tenant-a', roles: given }];

test.each([
  { what: 'another password', change: { password: 'another-secret' }, ends: true },
  { what: 'a role less', change: { projects: roles('reader') }, ends: true },
  { what: 'no project', change: { projects: [] }, ends: true },
  { what: 'disabling', change: { enabled: false }, ends: true },
  { what: 'a role more', change: { projects: roles('member', 'service') }, ends: false },
])('a registration with $what ends the tokens: $ends', async ({ change, ends }) => {
  const { rows, world, ask } = setUp();
  await ask({ method: 'PUT', path, body: registration });
  const body = { ...registration, ...change };
  expect(await ask({ method: 'PUT', path, body })).toMatchObject({ status: 200 });
  expect(world.ended).toHaveLength(ends ? 2 : 1);
  expect(rows.get(alice.id)?.generation === 'id-0').toBe(!ends);
});

test('disabling ends credentials, and a registration that does not say so does not enable', async () => {
  const { rows, ask } = setUp();
  await ask({ method: 'PUT', path, body: registration });
  await ask({ method: 'PUT', path, body: { ...registration, enabled: false } });
  expect(rows.get(alice.id)).toMatchObject({ enabled: false, incarnation: 'id-3' });
  await ask({ method: 'PUT', path, body: { ...registration, projects: [] } });
  expect(rows.get(alice.id)).toMatchObject({ enabled: false, incarnation: 'id-3' });
  const enabled = await ask({ method: 'PUT', path, body: { ...registration, enabled: true } });
  expect(enabled.body).toMatchObject({ enabled: true });
});

test('a user is deleted, and is unknown then', async () => {
  const { rows, ask } = setUp();
  await ask({ method: 'PUT', path, body: registration });
  expect(await ask({ method: 'DELETE', path })).toMatchObject({ status: 204 });
  expect(rows.size).toBe(0);
  expect(await ask({ method: 'DELETE', path })).toMatchObject({ status: 404 });
  const own = '/doctor/v1/users/admin';
  expect(await ask({ method: 'DELETE', path: own })).toMatchObject({ status: 409 });
});

test('a change that meets others is tried again, and is a 409 in the end', async () => {
  const { world, ask } = setUp();
  world.rivals = 3;
  expect(await ask({ method: 'PUT', path, body: registration })).toMatchObject({ status: 201 });
  world.rivals = 4;
  const body = { ...registration, projects: [] };
  expect(await ask({ method: 'PUT', path, body })).toMatchObject({ status: 409 });
});

test('a registration creates the projects that it names', async () => {
  const { world, ask } = setUp();
  await ask({ method: 'PUT', path, body: registration });
  expect(world.projects).toEqual(['tenant-a']);
});
