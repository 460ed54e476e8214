import { describe, expect, test } from 'vitest';
import { createSurface } from '../../../adapters/http/surface.ts';
import { type Affected, placeOfFault } from '../../../domain/hosts/affected.ts';
import type { Fault } from '../../../domain/hosts/fault.ts';
import { isSameHost } from '../../../domain/hosts/host-name.ts';
import { withImpliedRoles } from '../../../domain/identity/access.ts';
import { unauthenticated } from '../../../domain/identity/identity.ts';
import { faultRoutes } from '../../../functions/doctor/faults.ts';
import { hostWith, id, minute } from '../../domain/rows.ts';
import { call, quiet } from '../call.ts';

const faultOf = (n: number, given: Partial<Fault> = {}): Fault => ({
  kind: 'host',
  host: `compute-${n}`,
  number: 1,
  fault_id: id(n),
  at: minute(n),
  reported_by: { user_id: 'monitor', user_name: 'm', project_id: 'services' },
  request_id: 'req-1',
  source: null,
  cleared_at: null,
  applied_to_cloud: null,
  ...given,
});
const touched = (fault: Fault, project_id: string, ...uuids: number[]): Affected => ({
  ...{ fault_id: fault.fault_id, at: fault.at, project_id },
  uuids: new Set(uuids.map(id)),
});

// 3 was cleared; 4 and 5 were raised at one moment; 5 touched nothing.
const all = [
  faultOf(1),
  faultOf(2, {
    applied_to_cloud: { change: 'down', state: 'failed', reason: 'no host', at: minute(3) },
  }),
  faultOf(3, { cleared_at: minute(9) }),
  faultOf(4),
  faultOf(5, { at: minute(4), host: 'compute-1', number: 2 }),
];
const affected = all
  .slice(0, 4)
  .flatMap((fault, n) => [
    touched(fault, 'a', 100 + n, 200 + n),
    ...(n === 1 ? [touched(fault, 'b', 300)] : []),
  ]);

const byPlace = (a: { at: string; fault_id: string }, b: { at: string; fault_id: string }) =>
  placeOfFault(a) < placeOfFault(b) ? 1 : -1;
type Between = { from: string; to: string };
const within = (row: { at: string; fault_id: string }, { from, to }: Between) =>
  placeOfFault(row) >= from && placeOfFault(row) <= to;

/** Pages of two, as an index would give them. */
async function* pages<T>(rows: readonly T[]) {
  for (let n = 0; n < rows.length; n += 2) yield rows.slice(n, n + 2);
}

const surface = createSurface({
  dialect: 'doctor',
  prefix: '/doctor',
  publicUrl: 'https://api.test/api',
  logger: quiet,
  authenticate: async ({ 'x-auth-token': name = '' }) => {
    const [role = '', project_id] = name.split('@');
    if (!role) throw unauthenticated();
    const roles = withImpliedRoles([role]);
    return { user_id: 'u', user_name: 'n', roles, ...(project_id ? { project_id } : {}) };
  },
  routes: faultRoutes({
    besideCloud: true,
    host: async (name) =>
      isSameHost(name, 'compute-1') ? hostWith({ host: 'compute-1' }) : undefined,
    faults: async (ids) => all.filter(({ fault_id }) => ids.includes(fault_id)),
    openFaults: (to) =>
      pages(all.filter((f) => f.cleared_at === null && within(f, to)).sort(byPlace)),
    allFaults: (to) => pages(all.filter((f) => within(f, to)).sort(byPlace)),
    faultsOfHost: (host) => pages(all.filter((f) => f.host === host).sort(byPlace)),
    faultsOfProject: (project, to) =>
      pages(
        affected
          .filter((row) => row.project_id === project && within(row, to))
          .sort(byPlace)
          .map(({ fault_id }) => fault_id),
      ),
    affectedBy: async (ids) => affected.filter(({ fault_id }) => ids.includes(fault_id)),
    firingsOfFault: async (fault, project) => ({
      places: [`${project ?? 'other'}#2026-01-01T00:00:00.000Z#event of ${fault}`],
      complete: true,
    }),
    affectedIn: async (project, ids) =>
      affected.filter((row) => row.project_id === project && ids.includes(row.fault_id)),
  }),
});

type Query = Readonly<Record<string, string | string[] | undefined>>;
const ask = (query: Query = {}, as = 'admin@a', path = '') =>
  call(surface, {
    path: `/doctor/v1/faults${path}`,
    query: Object.fromEntries(
      Object.entries(query).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, [value].flat()]],
      ),
    ),
    headers: as === '' ? {} : { 'X-Auth-Token': as },
  });
const listed = (body: unknown): string[] =>
  Object(body).faults.map(({ fault_id }: Fault) => fault_id);

test.each([
  { query: {}, ids: [5, 4, 2, 1] },
  { query: { status: 'open' }, ids: [5, 4, 2, 1] },
  { query: { status: 'all' }, ids: [5, 4, 3, 2, 1] },
  { query: { host: 'compute-1' }, ids: [5, 1] },
  { query: { host: 'COMPUTE-1' }, ids: [5, 1] },
  { query: { host: 'unknown' }, ids: [] },
  { query: { project_id: 'b' }, ids: [2] },
  { query: { project_id: 'a', host: 'compute-1' }, ids: [1] },
  { query: { project_id: 'a', status: 'all' }, ids: [4, 3, 2, 1] },
  { query: { since: minute(2) }, ids: [5, 4, 2] },
  { query: { until: minute(2) }, ids: [2, 1] },
  { query: { since: minute(2), until: '2026-01-01T00:04:00Z', status: 'all' }, ids: [5, 4, 3, 2] },
  { query: { since: minute(4), until: minute(2) }, ids: [] },
  { query: { host: 'compute-1', until: minute(2) }, ids: [1] },
  { query: { limit: '0' }, ids: [] },
  { query: { marker: id(4) }, ids: [2, 1] },
  { query: { marker: id(5), limit: '2' }, ids: [4, 2] },
  { query: { marker: id(3) }, ids: [2, 1] },
])('an administrator who asks for $query sees $ids', async ({ query, ids }) => {
  const { status, body } = await ask(query);
  expect(status).toBe(200);
  expect(listed(body)).toEqual(ids.map(id));
});

test.each([
  { query: {}, ids: [4, 2, 1], as: 'reader@a' },
  { query: { status: 'all', project_id: 'a' }, ids: [4, 3, 2, 1], as: 'reader@a' },
  { query: {}, ids: [2], as: 'member@b' },
  { query: {}, ids: [], as: 'member@c' },
])('$as who asks for $query sees $ids', async ({ query, ids, as }) => {
  const { status, body } = await ask(query, as);
  expect(status).toBe(200);
  expect(listed(body)).toEqual(ids.map(id));
});

test.each(['admin@a', 'reader@a'])('the links lead %s through every fault once', async (as) => {
  const seen: string[] = [];
  let query: Record<string, string> = { status: 'all', limit: '1' };
  for (let page = 0; page < 9; page++) {
    const { body } = await ask(query, as);
    seen.push(...listed(body));
    const { next } = Object(body);
    if (next === undefined) break;
    expect(next).toMatch(/^https:\/\/api\.test\/api\/doctor\/v1\/faults\?/);
    query = Object.fromEntries(new URL(next).searchParams);
  }
  const own = as === 'admin@a' ? [5, 4, 3, 2, 1] : [4, 3, 2, 1];
  expect(seen).toEqual(own.map(id));
});

test('an administrator sees host, reporter and how many instances of all projects', async () => {
  const { body } = await ask({}, 'admin@x', `/${id(2)}`);
  expect(body).toEqual({
    fault: {
      ...{ fault_id: id(2), status: 'open', raised_at: minute(2), cleared_at: null },
      ...{ kind: 'host', ports_affected: 0 },
      ...{ instances_affected: 3, host: 'compute-2', request_id: 'req-1', source: null },
      applied_to_cloud: { change: 'down', state: 'failed', reason: 'no host', at: minute(3) },
      reported_by: { user_id: 'monitor', user_name: 'm', project_id: 'services' },
      instances: [
        { id: id(101), project_id: 'a' },
        { id: id(201), project_id: 'a' },
        { id: id(300), project_id: 'b' },
      ],
    },
  });
  const list = await ask({ host: 'compute-2' });
  expect(Object(list.body).faults[0]).not.toHaveProperty('instances');
});

test('a tenant sees its own instances, and neither host nor reporter', async () => {
  const own = {
    ...{ fault_id: id(3), status: 'cleared', raised_at: minute(3), cleared_at: minute(9) },
    ...{ kind: 'host', ports_affected: 0 },
    ...{ instances_affected: 2, instances: [{ id: id(102) }, { id: id(202) }] },
  };
  expect((await ask({}, 'reader@a', `/${id(3)}`)).body).toEqual({ fault: own });
  const { body } = await ask({ status: 'all' }, 'reader@a');
  expect(Object(body).faults[1]).toEqual(own);
});

describe('refused', () => {
  test.each([
    { query: { status: 'closed' }, field: 'status' },
    { query: { status: ['all', 'open'] }, field: 'status' },
    { query: { host: 'a b' }, field: 'host' },
    { query: { host: '' }, field: 'host' },
    { query: { project_id: 'x'.repeat(256) }, field: 'project_id' },
    { query: { since: 'yesterday' }, field: 'since' },
    { query: { until: '2026-02-30T00:00:00Z' }, field: 'until' },
    { query: { limit: '-1' }, field: 'limit' },
    { query: { limit: '1e3' }, field: 'limit' },
    { query: { marker: 'x' }, field: 'marker' },
    { query: { marker: id(99) }, field: 'marker' },
    { query: { all_tenants: '1' }, field: 'all_tenants' },
    { query: { __proto: '1' }, field: '__proto' },
  ])('is $query, with the name of the key', async ({ query, field }) => {
    const { status, body } = await ask(query);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(field);
  });

  test.each([
    { query: { host: 'compute-1' }, as: 'member@a', status: 403 },
    { query: { project_id: 'b' }, as: 'member@a', status: 403 },
    { query: {}, as: 'service@a', status: 403 },
    { query: {}, as: 'reader', status: 403 },
    { query: {}, as: '', status: 401 },
    { query: { marker: id(1) }, as: 'reader@b', status: 400 },
    { query: {}, path: `/${id(1)}`, as: 'reader@b', status: 404 },
    { query: {}, path: `/${id(99)}`, as: 'admin@a', status: 404 },
    { query: {}, path: '/x', as: 'admin@a', status: 400 },
  ])('with $status is $as who asks for $path $query', async ({ query, as, path, status }) => {
    expect((await ask(query, as, path)).status).toBe(status);
  });
});

test('beside a cloud, administrators see the outcome there: pending while open, and no outcome of others', async () => {
  const { body } = await ask({ status: 'all' });
  const outcomes = Object(body).faults.map((fault: Fault) => fault.applied_to_cloud);
  const pending = (n: number) => ({
    change: 'down',
    state: 'pending',
    reason: null,
    at: minute(n),
  });
  const failed = { change: 'down', state: 'failed', reason: 'no host', at: minute(3) };
  expect(outcomes).toEqual([pending(4), pending(4), null, failed, pending(1)]);
  const one = await ask({}, 'admin@a', `/${id(2)}`);
  expect(one.body).toMatchObject({ fault: { applied_to_cloud: failed } });
});

test('no tenant sees the outcome in the cloud, which names hosts', async () => {
  const { body } = await ask({ status: 'all' }, 'reader@a');
  expect(JSON.stringify(body)).not.toContain('applied_to_cloud');
});

test('an administrator reads the story of a fault in all projects, a tenant in its own, without the host', async () => {
  const path = `/${id(2)}/story`;
  const whole = await ask({}, 'admin@a', path);
  expect(whole.status).toBe(200);
  const projects = Object(whole.body).story.projects.map(Object);
  expect(projects.map((each: { project_id: string }) => each.project_id)).toEqual([
    ...['a', 'b', 'other'],
  ]);
  const own = await ask({}, 'reader@b', path);
  expect(own.body).toMatchObject({
    story: { complete: true, projects: [{ project_id: 'b', events: 1, notifications: 1 }] },
  });
  expect(JSON.stringify(own.body)).not.toMatch(/compute-|reported_by|"a"/);
});

test.each([
  { path: `/${id(5)}/story`, as: 'member@c', status: 404 },
  { path: `/${id(77)}/story`, as: 'admin@a', status: 404 },
  { path: '/x/story', as: 'admin@a', status: 400 },
  { path: `/${id(2)}/story`, as: 'monitor@a', status: 403 },
])('the story $path is refused to $as with $status', async ({ path, as, status }) => {
  expect((await ask({}, as, path)).status).toBe(status);
});
