import { beforeEach, expect, test } from 'vitest';
import { admin } from '../../../domain/identity/identity.ts';
import { nameId } from '../../../domain/ids.ts';
import {
  adminToken,
  alice,
  aliceToken,
  homeless,
  type Keystone,
  keystone,
  monitor,
} from './keystone.ts';

let world: Keystone;
beforeEach(async () => {
  world = await keystone();
});

const get = (path: string, own: string, query: Record<string, string[]> = {}) =>
  world.ask({ path: `/identity/v3/${path}`, query, headers: { 'X-Auth-Token': own } });
const names = async (path: string, own: string, query: Record<string, string[]> = {}) => {
  const { body } = await get(path, own, query);
  return [...JSON.stringify(body).matchAll(/"name":"([^"]*)"/g)].map(([, name]) => name);
};
const [a, b] = ['tenant-a', 'tenant-b'].map((name) => nameId('project', name));

test('a project and a user are shown as Keystone shows them', async () => {
  const project = await get(`projects/${a}`, adminToken);
  expect(project).toMatchObject({ status: 200 });
  expect(project.body).toEqual({
    project: {
      ...{ id: a, name: 'tenant-a', description: '', domain_id: 'default', parent_id: 'default' },
      ...{ enabled: true, is_domain: false, tags: [], options: {} },
      links: { self: `https://api.example/api/identity/v3/projects/${a}` },
    },
  });
  const user = await get(`users/${alice.id}`, adminToken);
  expect(user.body).toEqual({
    user: {
      ...{ id: alice.id, name: 'alice', domain_id: 'default', default_project_id: a },
      ...{ enabled: true, password_expires_at: null, options: {} },
      links: { self: `https://api.example/api/identity/v3/users/${alice.id}` },
    },
  });
});

type Query = Record<string, string[]>;

test.each<{ path: string; query: Query; is: string[] }>([
  { path: 'projects', query: {}, is: ['admin', 'services', 'tenant-a', 'tenant-b'] },
  { path: 'projects', query: { name: ['tenant-b'] }, is: ['tenant-b'] },
  { path: 'projects', query: { name: ['admin'] }, is: ['admin'] },
  { path: 'projects', query: { name: ['unknown'] }, is: [] },
  { path: 'projects', query: { domain_id: ['other'] }, is: [] },
  { path: 'projects', query: { enabled: ['false'] }, is: [] },
  { path: 'projects', query: { is_domain: ['true'] }, is: [] },
  { path: 'users', query: {}, is: ['admin', 'alice', 'homeless', 'monitor'] },
  { path: 'users', query: { name: ['alice'], domain_id: ['default'] }, is: ['alice'] },
  { path: 'users', query: { name: ['unknown'] }, is: [] },
  { path: 'users', query: { domain_id: ['other'], name: ['alice'] }, is: [] },
  { path: 'users', query: { enabled: ['false'] }, is: [] },
  { path: `users/${alice.id}/projects`, query: {}, is: ['tenant-a', 'tenant-b'] },
  { path: 'auth/projects', query: {}, is: ['admin'] },
  { path: 'domains', query: {}, is: ['Default'] },
  { path: 'domains', query: { name: ['default'] }, is: ['Default'] },
  { path: 'domains', query: { name: ['other'] }, is: [] },
  { path: 'roles', query: { name: ['monitor'] }, is: ['monitor'] },
])('an admin finds $is in $path?$query', async ({ path, query, is }) => {
  expect(await names(path, adminToken, query)).toEqual(is);
});

test('a list has the links of one page', async () => {
  const { body } = await get('projects', adminToken);
  expect(body).toMatchObject({
    links: { next: null, previous: null, self: 'https://api.example/api/identity/v3/projects' },
  });
});

test.each<{ path: string; query: Query; status: number }>([
  { path: 'projects', query: { name: ['tenant-a'] }, status: 200 },
  { path: `projects/${a}`, query: {}, status: 200 },
  { path: 'users', query: { name: ['alice'] }, status: 200 },
  { path: `users/${alice.id}`, query: {}, status: 200 },
  { path: `users/${alice.id}/projects`, query: {}, status: 200 },
  { path: 'auth/projects', query: {}, status: 200 },
  { path: 'auth/catalog', query: {}, status: 200 },
  { path: 'domains/default', query: {}, status: 200 },
  { path: 'projects', query: {}, status: 403 },
  { path: 'projects', query: { name: ['tenant-b'] }, status: 403 },
  { path: `projects/${b}`, query: {}, status: 403 },
  { path: 'projects/unknown', query: {}, status: 403 },
  { path: 'users', query: {}, status: 403 },
  { path: 'users', query: { name: ['monitor'] }, status: 403 },
  { path: `users/${monitor.id}`, query: {}, status: 403 },
  { path: `users/${monitor.id}/projects`, query: {}, status: 403 },
  { path: 'roles', query: {}, status: 403 },
])('a member of tenant-a gets $status of $path?$query', async ({ path, query, status }) => {
  expect(await get(path, aliceToken, query)).toMatchObject({ status });
});

test.each(['projects/unknown', 'users/unknown', 'domains/unknown', 'roles/unknown'])(
  '%s is a 404 to an admin',
  async (path) => {
    const { status, body } = await get(path, adminToken);
    expect([status, body]).toMatchObject([404, { error: { title: 'Not Found' } }]);
  },
);

test("the deployment's own admin and project are found by id", async () => {
  const [own] = admin.projects;
  expect(await get(`users/${admin.id}`, adminToken)).toMatchObject({ status: 200 });
  expect(await get(`projects/${own?.id}`, adminToken)).toMatchObject({ status: 200 });
  const reader = nameId('role', 'reader');
  expect(await get(`roles/${reader}`, adminToken)).toMatchObject({
    body: { role: { id: reader, name: 'reader' } },
  });
});

test('a user with no project has no default one', async () => {
  const { body } = await get(`users/${homeless.id}`, adminToken);
  expect(body).not.toHaveProperty('user.default_project_id');
  expect(await names(`users/${homeless.id}/projects`, adminToken)).toEqual([]);
});
