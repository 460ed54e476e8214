import { describe, expect, test } from 'vitest';
import { createSurface } from '../../../adapters/http/surface.ts';
import type { Silence } from '../../../domain/alarms/silence.ts';
import { withImpliedRoles } from '../../../domain/identity/access.ts';
import { silenceRoutes } from '../../../functions/operations/silences.ts';
import { id, minute } from '../../domain/rows.ts';
import { type Call, call, quiet } from '../call.ts';

/** Silences in memory, at most two of a project; `clock.at` is the minute. */
function world() {
  const rows = new Map<string, Silence>();
  const clock = { at: 1 };
  const silencing = {
    silence: async (silence_id: string) => rows.get(silence_id),
    addSilence: async (row: Silence, most: number) => {
      const its = [...rows.values()].filter(({ project_id }) => project_id === row.project_id);
      if (its.length >= most) return 'too many' as const;
      rows.set(row.silence_id, row);
      return 'written' as const;
    },
    changeSilence: async (_: Silence, after: Silence) => Boolean(rows.set(after.silence_id, after)),
    silencePage: async (
      project: string | undefined,
      { limit, marker }: { limit: number; marker: Silence | undefined },
    ) => {
      const all = [...rows.values()]
        .filter((row) => project === undefined || row.project_id === project)
        .reverse();
      const from = marker ? all.findIndex((row) => row.silence_id === marker.silence_id) + 1 : 0;
      return all.slice(from, from + limit);
    },
    silencesPerProject: 2,
    silenceLongestSeconds: 3600,
    newId: () => id(500 + rows.size),
    now: () => minute(clock.at),
  };
  const ask = (request: Call, { role = 'member', project_id = 'a' } = {}) => {
    const surface = createSurface({
      ...{ dialect: 'doctor', prefix: '/doctor', publicUrl: '', logger: quiet },
      authenticate: async () => ({
        ...{ user_id: 'u', user_name: 'u', project_id, roles: withImpliedRoles([role]) },
      }),
      routes: silenceRoutes({ silencing }),
    });
    return call(surface, { ...request, path: `/doctor/v1/silences${request.path}` });
  };
  const post = (body: unknown, as = {}) => ask({ method: 'POST', path: '', body }, as);
  return { ask, post, rows, clock };
}

const body = { ends_at: minute(31), reason: 'new disks' };

test('a silence is made, shown, and ended at once', async () => {
  const { post, ask, clock } = world();
  const made = await post({ ...body, matchers: { resource_id: ['vm-1'] } });
  const silence = {
    ...{ id: id(500), project_id: 'a', matchers: { resource_id: ['vm-1'] } },
    ...{ starts_at: minute(1), ends_at: minute(31), reason: 'new disks' },
    ...{ created_by: 'u', created_at: minute(1), status: 'active' },
  };
  expect(made).toMatchObject({ status: 201, body: { silence } });
  expect((await ask({ path: `/${id(500)}` })).body).toEqual({ silence });
  clock.at = 2;
  const ended = await ask({ method: 'DELETE', path: `/${id(500)}` });
  expect(ended.status).toBe(204);
  const shown = { ...silence, ends_at: minute(2), status: 'expired' };
  expect((await ask({ path: '' })).body).toEqual({ silences: [shown] });
  clock.at = 3;
  expect((await ask({ method: 'DELETE', path: `/${id(500)}` })).status).toBe(204);
  expect((await ask({ path: '' })).body).toEqual({ silences: [shown] });
});

test('a repeat with the same id makes one silence, and changes its end and its reason', async () => {
  const { post, rows, clock } = world();
  const own = { ...body, id: id(5).toUpperCase() };
  expect((await post(own)).status).toBe(201);
  clock.at = 2;
  expect(await post(own)).toMatchObject({ status: 200, body: { silence: { id: id(5) } } });
  expect(rows.get(id(5))?.revision).toBe(1);
  const longer = await post({ ...own, ends_at: minute(50), reason: 'more disks' });
  expect(longer).toMatchObject({
    status: 200,
    body: { silence: { starts_at: minute(1), ends_at: minute(50), reason: 'more disks' } },
  });
  expect(await post({ ...own, matchers: { resource_id: ['vm-2'] } })).toMatchObject({
    status: 409,
  });
  expect(await post(own, { project_id: 'b' })).toMatchObject({ status: 409 });
  clock.at = 50;
  expect(await post({ ...own, ends_at: minute(60) })).toMatchObject({ status: 409 });
  expect(rows.size).toBe(1);
});

describe('who may silence what', () => {
  test.each([
    { role: 'reader', matchers: {}, status: 403 },
    { role: 'member', matchers: { host: ['compute-1'] }, status: 403 },
    { role: 'member', matchers: { project_id: ['b'] }, status: 403 },
    { role: 'member', matchers: { project_id: ['a'] }, status: 201 },
    { role: 'admin', matchers: { host: ['compute-1'] }, status: 201 },
    { role: 'admin', matchers: { project_id: ['b'] }, status: 201 },
  ])('a $role with $matchers: $status', async ({ role, matchers, status }) => {
    const { post } = world();
    expect((await post({ ...body, matchers }, { role })).status).toBe(status);
  });

  test('a project sees its own silences only, and administrators see all', async () => {
    const { post, ask, rows } = world();
    await post({ ...body, matchers: { host: ['compute-1'] } }, { role: 'admin' });
    await post(body);
    const [ofHost, own] = [...rows.keys()];
    for (const path of [`/${ofHost}`, `/${id(99)}`]) {
      for (const method of ['GET', 'DELETE'] as const) {
        expect((await ask({ method, path })).status).toBe(404);
      }
    }
    expect((await ask({ path: `/${own}` }, { project_id: 'b' })).status).toBe(404);
    expect((await ask({ path: '' }, { project_id: 'b' })).body).toEqual({ silences: [] });
    expect((await ask({ path: '' })).body).toMatchObject({ silences: [{ id: own }] });
    const query = { all_projects: ['true'] };
    expect((await ask({ path: '', query })).status).toBe(403);
    expect((await ask({ path: '', query }, { role: 'admin' })).body).toMatchObject({
      silences: [{ id: own }, { id: ofHost, project_id: null }],
    });
  });
});

test.each([
  { odd: { ends_at: undefined }, field: 'ends_at' },
  { odd: { ends_at: minute(1) }, field: 'ends_at' },
  { odd: { ends_at: 'tomorrow' }, field: 'ends_at' },
  { odd: { ends_at: minute(62) }, field: 'ends_at' },
  { odd: { starts_at: minute(31) }, field: 'ends_at' },
  { odd: { starts_at: minute(99), ends_at: minute(100) }, field: 'starts_at' },
  { odd: { reason: '' }, field: 'reason' },
  { odd: { id: 'x' }, field: 'id' },
  { odd: { matchers: { resource_id: [] } }, field: 'matchers' },
  { odd: { matchers: { severity: ['low'] } }, field: 'matchers' },
  {
    odd: { matchers: { alarm_id: ['x'] } },
    field: 'matchers.alarm_id.0. Must be the id of an alarm.',
  },
  { odd: { comment: 'c' }, field: 'comment' },
])('$odd is refused with the name of the field', async ({ odd, field }) => {
  const { post, rows } = world();
  const refused = await post({ ...body, ...odd });
  expect(refused.status).toBe(400);
  expect(JSON.stringify(refused.body)).toContain(field);
  expect(rows.size).toBe(0);
});

test('a project has a limit of silences that have not ended', async () => {
  const { post } = world();
  await post(body);
  await post(body);
  expect(await post(body)).toMatchObject({ status: 403 });
  expect((await post(body, { project_id: 'b' })).status).toBe(201);
});

test('a list is read in pages', async () => {
  const { post, ask } = world();
  await post(body);
  await post(body);
  const first = await ask({ path: '', query: { limit: ['1'] } });
  expect(first.body).toMatchObject({
    silences: [{ id: id(501) }],
    next: expect.stringContaining(`marker=${id(501)}`),
  });
  const second = await ask({ path: '', query: { limit: ['1'], marker: [id(501)] } });
  expect(second.body).toMatchObject({ silences: [{ id: id(500) }] });
  expect((await ask({ path: '', query: { marker: [id(9)] } })).status).toBe(400);
  expect((await ask({ path: '', query: { status: ['active'] } })).status).toBe(400);
});
