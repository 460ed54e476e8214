import { expect, test } from 'vitest';
import { createSurface } from '../../../adapters/http/surface.ts';
import { withImpliedRoles } from '../../../domain/identity/access.ts';
import { webhookKeyRoutes } from '../../../functions/doctor/webhook-key.ts';
import { call, quiet } from '../call.ts';

const ask = (role: string, query: Record<string, string[]> = {}) => {
  const surface = createSurface({
    ...{ dialect: 'doctor', prefix: '/doctor', publicUrl: '', logger: quiet },
    authenticate: async () => ({
      ...{ user_id: 'u', user_name: 'u', project_id: 'a', roles: withImpliedRoles([role]) },
    }),
    routes: webhookKeyRoutes({ webhookKey: async (project_id) => `key of ${project_id}` }),
  });
  return call(surface, { path: '/doctor/v1/webhook-key', query });
};

test.each(['member', 'admin'])('a %s reads the key of the own project', async (role) => {
  const body = { project_id: 'a', key: 'key of a' };
  expect(await ask(role)).toMatchObject({ status: 200, body });
  expect(await ask(role, { project_id: ['a'] })).toMatchObject({ status: 200, body });
});

test.each(['reader', 'service'])('a %s does not', async (role) => {
  expect((await ask(role)).status).toBe(403);
});

test.each(['b', ''])('only an administrator reads the key of project %j', async (project_id) => {
  expect((await ask('member', { project_id: [project_id] })).status).toBe(403);
  expect(await ask('admin', { project_id: [project_id] })).toMatchObject({
    ...{ status: 200, body: { project_id, key: `key of ${project_id}` } },
  });
});

test.each<Record<string, string[]>>([
  { project: ['a'] },
  { project_id: ['a', 'b'] },
  { project_id: ['x'.repeat(256)] },
])('%o is refused', async (query) => {
  expect((await ask('admin', query)).status).toBe(400);
});
