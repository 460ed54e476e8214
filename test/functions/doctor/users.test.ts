import { expect, test } from 'vitest';
import { createSurface } from '../../../adapters/http/surface.ts';
import type { Caller } from '../../../domain/identity/access.ts';
import { accountOf, admin, type User } from '../../../domain/identity/identity.ts';
import { nameId } from '../../../domain/ids.ts';
import { userRoutes } from '../../../functions/doctor/users.ts';
import { type Call, call, quiet } from '../call.ts';

function setUp(roles: readonly string[] = ['admin']) {
  const rows = new Map<string, User>();
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
        return row && { id: row.id, name: row.name, projects: row.projects };
      },
      putUser: async (user) => {
        const outcome = rows.has(user.id) ? 'replaced' : 'created';
        rows.set(user.id, user);
        return outcome;
      },
      hashPassword: async (password) => `hash of ${password}`,
    }),
  });
  return { rows, ask: (request: Call) => call(surface, request) };
}

const path = '/doctor/v1/users/alice';
const registration = {
  password: 'alice-secret',
  projects: [{ name: 'tenant-a', roles: ['member'] }],
};
const alice = accountOf('alice', [{ name: 'tenant-a', roles: ['member'] }]);

test('a user is created, then replaced, and shown without the password', async () => {
  const { rows, ask } = setUp();
  expect(await ask({ method: 'PUT', path, body: registration })).toMatchObject({
    status: 201,
    body: alice,
  });
  expect([...rows.values()]).toEqual([{ ...alice, password_hash: 'hash of alice-secret' }]);

  const changed = { ...registration, projects: [] };
  const replaced = await ask({ method: 'PUT', path, body: changed });
  expect(replaced).toMatchObject({ status: 200 });
  expect(replaced.body).toEqual({ id: alice.id, name: 'alice', projects: [] });

  const shown = await ask({ path });
  expect(shown).toMatchObject({ status: 200 });
  expect(shown.body).toEqual({ id: nameId('user', 'alice'), name: 'alice', projects: [] });
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
  expect(await ask({ path: own })).toMatchObject({ status: 200, body: admin });
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
