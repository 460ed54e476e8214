import { beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Alarm } from '../../../domain/alarm.ts';
import { type AlarmChange, sortKeyOf } from '../../../domain/alarm-history.ts';
import { alarmSortKey } from '../../../domain/alarm-view.ts';
import { unauthenticated } from '../../../domain/identity.ts';
import { slices } from '../../../domain/slices.ts';
import { alarmingApi, type Deps } from '../../../functions/alarming/handler.ts';
import { type Call, call, quiet } from '../call.ts';

/** The rows, as the tables would hold them. */
const rows = new Map<string, Alarm>();
const history: AlarmChange[] = [];
const limits = new Map<string, number>();
/** How many pages were read of what an index shows. */
let pagesRead = 0;

/** Two a page, by time, as an index shows them. */
function* pagesOf<T>(
  all: readonly T[],
  keyOf: (one: T) => string,
  oldestFirst: boolean,
  after: string | undefined,
) {
  const sign = oldestFirst ? 1 : -1;
  const behind = (key: string) => after === undefined || key < after !== oldestFirst;
  const sorted = all
    .filter((one) => behind(keyOf(one)) && keyOf(one) !== after)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -sign : sign));
  for (const page of slices(sorted, 2)) {
    pagesRead += 1;
    yield page;
  }
}
/** Runs once, between the read and the write of a change: somebody else. */
let meanwhile: (() => void) | undefined;
let clock = 0;
let ids = 0;

beforeEach(() => {
  rows.clear();
  history.length = 0;
  limits.clear();
  meanwhile = undefined;
});

const unchanged = ({ alarm_id, revision }: Alarm): boolean => {
  const others = meanwhile;
  meanwhile = undefined;
  others?.();
  return rows.get(alarm_id)?.revision === revision;
};

const callers: Record<string, { project_id: string; roles: string[] }> = {
  admin: { project_id: 'ops', roles: ['admin', 'member', 'reader'] },
  member: { project_id: 'a', roles: ['member', 'reader'] },
  reader: { project_id: 'a', roles: ['reader'] },
  stranger: { project_id: 'b', roles: ['member', 'reader'] },
  roleless: { project_id: 'a', roles: [] },
};

const deps: Deps = {
  authenticate: async ({ 'x-auth-token': name = '' }) => {
    const caller = callers[name];
    if (!caller) throw unauthenticated();
    return { user_id: name, user_name: name, ...caller };
  },
  publicUrl: 'https://api.test/v1',
  logger: quiet,
  alarm: async (id) => rows.get(id),
  async *alarmsOf(scope, { oldestFirst = false, after }) {
    const inScope = [...rows.values()].filter(
      ({ alarm_id, name, project_id }) =>
        project_id === (scope.project_id ?? project_id) &&
        name === (scope.name ?? name) &&
        alarm_id === (scope.alarm_id ?? alarm_id),
    );
    yield* pagesOf(inScope, alarmSortKey, oldestFirst, after);
  },
  change: async (alarm_id, event_id) =>
    history.find((one) => one.alarm_id === alarm_id && one.event_id === event_id),
  async *changesOf(
    { alarm_id, on_behalf_of, from = '', to = '9' },
    { oldestFirst = false, after },
  ) {
    const inScope = history.filter(
      (one) =>
        one.alarm_id === (alarm_id ?? one.alarm_id) &&
        one.on_behalf_of === (on_behalf_of ?? one.on_behalf_of) &&
        one.timestamp >= from &&
        one.timestamp <= to,
    );
    yield* pagesOf(inScope, sortKeyOf, oldestFirst, after);
  },
  create: async (alarm, change) => {
    const others = meanwhile;
    meanwhile = undefined;
    if (others) {
      others();
      return 'overtaken';
    }
    const limit = limits.get(alarm.project_id) ?? -1;
    const count = [...rows.values()].filter((one) => one.project_id === alarm.project_id).length;
    if (limit >= 0 && count >= limit) return 'over quota';
    rows.set(alarm.alarm_id, alarm);
    history.push(change);
    return 'filed';
  },
  limitOf: async (project_id) => limits.get(project_id),
  setLimit: async (project_id, limit) => {
    limits.set(project_id, limit);
  },
  clearLimit: async (project_id) => {
    limits.delete(project_id);
  },
  projectQuota: -1,
  replace: async (from, to, change) => {
    if (!unchanged(from)) return false;
    rows.set(to.alarm_id, to);
    history.push(change);
    return true;
  },
  remove: async (alarm, change) => {
    if (!unchanged(alarm)) return false;
    rows.delete(alarm.alarm_id);
    history.push(change);
    return true;
  },
  now: () => new Date(Date.parse('2026-01-01T00:00:00.000Z') + ++clock).toISOString(),
  newId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
  acceptWithoutResource: true,
  actionTopics: [],
};
const api = alarmingApi(deps);

const Shown = z.looseObject({ alarm_id: z.string(), name: z.string(), state: z.string() });
const as = (name: string, method: string, path: string, body?: unknown, query = {}) =>
  call(api, {
    method,
    path: `/alarming${path}`,
    headers: { 'X-Auth-Token': name },
    body,
    query,
  } satisfies Call);

const least = { name: 'n', type: 'event', event_rule: {} };
async function filed(given: object = {}, name = 'member'): Promise<string> {
  const { status, body } = await as(name, 'POST', '/v2/alarms', { ...least, ...given });
  expect(status).toBe(201);
  return Shown.parse(body).alarm_id;
}
const refused = (faultstring: unknown) => ({
  error_message: { faultcode: 'Client', faultstring, debuginfo: null },
});

test.each(['', '/', '/v2', '/v2/'])(
  'the version document stands at "%s", without a token',
  async (path) => {
    const answer = await call(api, { path: `/alarming${path}` });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        versions: {
          values: [
            {
              id: 'v2',
              status: 'stable',
              updated: '2013-02-13T00:00:00Z',
              links: [
                { href: 'https://api.test/v1/alarming/v2', rel: 'self' },
                { href: 'https://docs.openstack.org/', rel: 'describedby', type: 'text/html' },
              ],
              'media-types': [
                {
                  base: 'application/json',
                  type: 'application/vnd.openstack.telemetry-v2+json',
                },
                { base: 'application/xml', type: 'application/vnd.openstack.telemetry-v2+xml' },
              ],
            },
          ],
        },
      },
    });
  },
);

test('an alarm is filed, shown under its Location, listed and deleted', async () => {
  const { status, headers, body } = await as('member', 'POST', '/v2/alarms/', least);
  const { alarm_id } = Shown.parse(body);
  const location = `https://api.test/v1/alarming/v2/alarms/${alarm_id}`;
  expect({ status, location: headers.Location }).toEqual({ status: 201, location });
  expect(headers['x-openstack-request-id']).toMatch(/^req-/);
  expect(body).toMatchObject({ time_constraints: [], state: 'insufficient data' });
  for (const path of [`/v2/alarms/${alarm_id}`, `/v2/alarms/${alarm_id}/`]) {
    expect(await as('reader', 'GET', path)).toMatchObject({ status: 200, body });
  }
  for (const path of ['/v2/alarms', '/v2/alarms/']) {
    expect(await as('reader', 'GET', path)).toMatchObject({ status: 200, body: [body] });
  }
  const deleted = await as('member', 'DELETE', `/v2/alarms/${alarm_id}`);
  expect(deleted).toMatchObject({ status: 204, body: undefined });
  expect(await as('member', 'DELETE', `/v2/alarms/${alarm_id}`)).toMatchObject({
    status: 404,
    body: refused(`Alarm ${alarm_id} not found`),
  });
  expect(history.map(({ type }) => type)).toEqual(['creation', 'deletion']);
});

test('the body that the command line sends is accepted as it is', async () => {
  const body = {
    name: 'n',
    type: 'event',
    description: 'd',
    state: 'ok',
    severity: 'moderate',
    enabled: true,
    alarm_actions: ['http://h/'],
    ok_actions: null,
    insufficient_data_actions: [],
    time_constraints: [
      { name: 'c', start: '0 1 * * *', duration: '100', description: '', timezone: 'UTC' },
    ],
    repeat_actions: true,
    event_rule: {
      event_type: 'compute.instance.update',
      query: [
        { field: 'traits.state', op: 'eq', type: 'string', value: 'error' },
        { field: 'traits.instance_id', op: 'eq', type: '', value: 'abc' },
      ],
    },
  };
  const { status, body: shown } = await as('member', 'POST', '/v2/alarms', body);
  expect(status).toBe(201);
  expect(shown).toMatchObject({ event_rule: body.event_rule, ok_actions: [], project_id: 'a' });
});

test("somebody else's alarm is not there, on every route of one", async () => {
  const id = await filed();
  const calls = [
    as('stranger', 'GET', `/v2/alarms/${id}`),
    as('stranger', 'PUT', `/v2/alarms/${id}`, least),
    as('stranger', 'DELETE', `/v2/alarms/${id}`),
    as('stranger', 'GET', `/v2/alarms/${id}/state`),
    as('stranger', 'PUT', `/v2/alarms/${id}/state`, '"ok"'),
  ];
  for (const answer of await Promise.all(calls)) {
    expect(answer).toMatchObject({ status: 404, body: refused(`Alarm ${id} not found`) });
  }
  expect(await as('stranger', 'GET', '/v2/alarms')).toMatchObject({ body: [] });
  expect(await as('admin', 'GET', `/v2/alarms/${id}`)).toMatchObject({ status: 200 });
  expect(history).toHaveLength(1);
});

test('a reader may not write, and nobody without a role may read', async () => {
  const id = await filed();
  const body = refused('RBAC Authorization Failed');
  const calls = [
    as('reader', 'POST', '/v2/alarms', least),
    as('reader', 'PUT', `/v2/alarms/${id}`, least),
    as('reader', 'DELETE', `/v2/alarms/${id}`),
    as('reader', 'PUT', `/v2/alarms/${id}/state`, '"ok"'),
    as('roleless', 'GET', `/v2/alarms/${id}`),
    as('roleless', 'GET', '/v2/alarms'),
    as('roleless', 'POST', '/v2/query/alarms', {}),
    as('reader', 'GET', '/v2/alarms', undefined, { all_projects: ['true'] }),
  ];
  for (const answer of await Promise.all(calls))
    expect(answer).toMatchObject({ status: 403, body });
  expect(await as('nobody', 'GET', '/v2/alarms')).toMatchObject({ status: 401 });
});

test("a foreign project is a 401 in Aodh's words", async () => {
  const foreign = { ...least, project_id: 'b' };
  expect(await as('member', 'POST', '/v2/alarms', foreign)).toMatchObject({
    status: 401,
    body: refused('Not Authorized to access project b'),
  });
  const query = { 'q.field': ['project_id'], 'q.op': ['eq'], 'q.value': ['b'] };
  expect(await as('member', 'GET', '/v2/alarms', undefined, query)).toMatchObject({ status: 401 });
  expect(await as('admin', 'GET', '/v2/alarms', undefined, query)).toMatchObject({ status: 200 });
});

test('an administrator lists the own project, and all if asked', async () => {
  await filed();
  await filed({ name: 'raw', project_id: '' }, 'admin');
  expect(await as('admin', 'GET', '/v2/alarms')).toMatchObject({ body: [] });
  const all = { all_projects: ['true'] };
  expect(await as('admin', 'GET', '/v2/alarms', undefined, all)).toMatchObject({
    body: [{ name: 'raw' }, { name: 'n' }],
  });
});

test('a replaced alarm is what the body says, and a PUT of the same writes nothing', async () => {
  const id = await filed({ description: 'd', enabled: false });
  const { status, body } = await as('member', 'PUT', `/v2/alarms/${id}`, { ...least, name: 'm' });
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { alarm_id: id, name: 'm', enabled: true },
  });
  expect(await as('member', 'PUT', `/v2/alarms/${id}`, body)).toMatchObject({ status: 200, body });
  expect(history.map(({ type }) => type)).toEqual(['creation', 'rule change']);
});

test('a change that lost a race is decided again on what is there', async () => {
  const id = await filed();
  meanwhile = () => {
    const stored = rows.get(id);
    if (stored) rows.set(id, { ...stored, state: 'alarm', revision: 2 });
  };
  const answer = await as('member', 'PUT', `/v2/alarms/${id}/state`, '"ok"');
  expect(answer).toMatchObject({ status: 200, body: 'ok' });
  expect(rows.get(id)).toMatchObject({
    state: 'ok',
    revision: 3,
    left_alarm_at: expect.any(String),
  });

  meanwhile = () => rows.delete(id);
  expect(await as('member', 'DELETE', `/v2/alarms/${id}`)).toMatchObject({ status: 404 });
  expect(history.map(({ type }) => type)).toEqual(['creation', 'state transition']);
});

test('a state is read and set as a bare JSON string', async () => {
  const id = await filed();
  const path = `/v2/alarms/${id}/state`;
  expect(await as('reader', 'GET', path)).toMatchObject({ status: 200, body: 'insufficient data' });
  expect(await as('member', 'PUT', path, '"alarm"')).toMatchObject({ status: 200, body: 'alarm' });
  expect(await as('reader', 'GET', path)).toMatchObject({ body: 'alarm' });
});

test.each([
  ['{}', 'state invalid'],
  ['null', 'state invalid'],
  ['"unknown"', 'state invalid'],
  ['["ok"]', 'state invalid'],
  [undefined, 'Missing argument: "state"'],
])('a state of %s is refused: %s', async (body, message) => {
  const id = await filed();
  const answer = await as('member', 'PUT', `/v2/alarms/${id}/state`, body);
  expect(answer).toMatchObject({ status: 400, body: refused(message) });
});

test('an alarm is found by its name, as the command line does', async () => {
  const id = await filed({ name: 'mine' });
  await filed({ name: 'other' });
  const query = (name: string) => ({ filter: JSON.stringify({ '=': { name } }) });
  const found = await as('reader', 'POST', '/v2/query/alarms', query('mine'));
  expect(found).toMatchObject({ status: 200, body: [{ alarm_id: id }] });
  expect(await as('stranger', 'POST', '/v2/query/alarms', query('mine'))).toMatchObject({
    body: [],
  });
});

test.each([
  ['POST', '/v2/alarms', 400],
  ['PUT', '/v2/alarms/ID', 400],
  ['PUT', '/v2/alarms/ID/state', 400],
  ['POST', '/v2/query/alarms', 400],
])('%s %s refuses what is no body of it, and keeps nothing', async (method, path, status) => {
  const id = await filed();
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  for (const body of ['{', 'null', '[]', '5', '"x"', deep, `"${'x'.repeat(1_000_000)}"`]) {
    const answer = await as('member', method, path.replace('ID', id), body);
    expect(answer).toMatchObject({ status, body: refused(expect.any(String)) });
    expect(JSON.stringify(answer.body).length).toBeLessThan(1_000);
  }
  expect(history).toHaveLength(1);
});

test('what cannot be answered is refused in the shape of Aodh', async () => {
  const id = await filed();
  expect(await as('member', 'GET', '/v2/alarms/unknown')).toMatchObject({
    status: 404,
    body: refused('Alarm unknown not found'),
  });
  expect(await as('member', 'GET', `/v2/alarms/${'x'.repeat(5_000)}`)).toMatchObject({
    status: 404,
  });
  expect(await as('member', 'PATCH', `/v2/alarms/${id}`)).toMatchObject({
    status: 405,
    headers: { Allow: 'DELETE, GET, PUT' },
    body: refused(expect.any(String)),
  });
  expect(await as('member', 'GET', '/v2/query/alarms')).toMatchObject({ status: 405 });
  const extra = await as('member', 'GET', `/v2/alarms/${id}`, undefined, { x: ['1'] });
  expect(extra).toMatchObject({ status: 400, body: refused('Unknown argument: "x"') });
  const form = { 'X-Auth-Token': 'member', 'Content-Type': 'text/plain' };
  expect(
    await call(api, { method: 'POST', path: '/alarming/v2/alarms', headers: form, body: '{}' }),
  ).toMatchObject({ status: 415, body: refused('Unknown mimetype: text/plain') });
});

test.each([
  ['letters', 'd', 250],
  ['letters of three bytes', '\u20ac', 120],
  ['quotes', '"', 100],
])(
  'a list of %s too large for one answer is refused, and can be had in parts',
  async (...given) => {
    const [, character, count] = given;
    const description = character.repeat(1024);
    const alarm_actions = Array.from({ length: 5 }, (_, n) => `http://h/${n}/${'x'.repeat(2000)}`);
    const time_constraints = Array.from({ length: 12 }, (_, n) => {
      return { name: `${n}`, start: '0 0 * * *', duration: 1, description };
    });
    for (let n = 0; n < count; n++) await filed({ description, alarm_actions, time_constraints });
    expect(await as('member', 'GET', '/v2/alarms')).toMatchObject({ status: 413 });
    const part = await as('member', 'GET', '/v2/alarms', undefined, { limit: ['50'] });
    expect(part).toMatchObject({ status: 200 });
    expect(part.body).toHaveLength(50);
  },
);

const Views = z.array(z.looseObject({ alarm_id: z.string() }));
const idsIn = (body: unknown) => Views.parse(body).map(({ alarm_id }) => alarm_id);

describe('pages of a list', () => {
  let all: string[];
  beforeEach(async () => {
    all = [];
    for (const name of ['c', 'a', 'b', 'a', 'c', 'b', 'd']) all.push(await filed({ name }));
    await filed({}, 'stranger');
    pagesRead = 0;
  });
  const list = async (query: Record<string, string[]>, who = 'member') =>
    as(who, 'GET', '/v2/alarms', undefined, query);
  const walked = async (sort: string[], query: Record<string, string[]> = {}) => {
    const walk: string[] = [];
    for (;;) {
      const marker = walk.slice(-1);
      const { body } = await list({ ...query, sort, limit: ['2'], marker });
      walk.push(...idsIn(body));
      if (idsIn(body).length < 2) return walk;
    }
  };

  test.each([
    [[]],
    [['timestamp:desc']],
    [['timestamp:asc']],
    [['name']],
    [['name:desc', 'state']],
  ])('sorted by %j are the list in parts', async (sort) => {
    const { body } = await list({ sort });
    expect(idsIn(body).sort()).toEqual(all.toSorted());
    expect(await walked(sort)).toEqual(idsIn((await list({ sort })).body));
  });

  test('by time are read no further than the page', async () => {
    expect(idsIn((await list({ limit: ['3'] })).body)).toEqual(all.slice(-3).reverse());
    expect(pagesRead).toBe(2);
    const { body } = await list({ sort: ['timestamp'], limit: ['2'], marker: all.slice(1, 2) });
    expect(idsIn(body)).toEqual(all.slice(2, 4));
    expect(pagesRead).toBe(3);
  });

  test('go on behind a marker that a filter leaves out', async () => {
    const query = { 'q.field': ['name'], 'q.value': ['c'] };
    const { body } = await list({ ...query, marker: all.slice(3, 4) });
    expect(idsIn(body)).toEqual(all.slice(0, 1));
    expect(await walked(['timestamp'], query)).toEqual([all[0], all[4]]);
  });

  test.each(['unknown', '00000000-0000-4000-8000-000000009999'])(
    'behind the marker %s are refused',
    async (marker) => {
      expect(await list({ marker: [marker] })).toMatchObject({
        status: 400,
        body: refused(expect.stringContaining('marker')),
      });
    },
  );

  test("are not shown behind somebody else's alarm", async () => {
    const marker = all.slice(0, 1);
    expect(await list({ marker }, 'stranger')).toMatchObject({ status: 400 });
    expect(await list({ marker, all_projects: ['true'] }, 'admin')).toMatchObject({ status: 200 });
  });
});

const Changes = z.array(z.looseObject({ type: z.string(), event_id: z.string() }));
const typesIn = (body: unknown) => Changes.parse(body).map(({ type }) => type);

describe('the history of an alarm', () => {
  let id: string;
  beforeEach(async () => {
    id = await filed({ severity: 'critical' });
    await as('member', 'PUT', `/v2/alarms/${id}`, { ...least, name: 'm' });
    await as('member', 'PUT', `/v2/alarms/${id}/state`, '"alarm"');
  });
  const historyOf = async (query: Record<string, string[]> = {}, who = 'reader') =>
    as(who, 'GET', `/v2/alarms/${id}/history`, undefined, query);
  const search = async (filter?: unknown, who = 'reader', more = {}) =>
    as(who, 'POST', '/v2/query/alarms/history', {
      ...(filter !== undefined && { filter: JSON.stringify(filter) }),
      ...more,
    });

  test('is shown newest first, without the severity', async () => {
    const { status, body } = await historyOf();
    expect(status).toBe(200);
    expect(body).toEqual([
      expect.objectContaining({
        type: 'state transition',
        detail: '{"state":"alarm","state_reason":"Manually set via API"}',
      }),
      expect.objectContaining({ type: 'rule change' }),
      {
        event_id: expect.any(String),
        alarm_id: id,
        type: 'creation',
        detail: expect.stringContaining('"rule":{"event_type":"*","query":[]}'),
        user_id: 'member',
        project_id: 'a',
        on_behalf_of: 'a',
        timestamp: expect.stringMatching(/^2026-01-01T00:00:00\.\d{6}$/),
      },
    ]);
  });

  test.each<[Record<string, string[]>, string[]]>([
    [{ 'q.field': ['type'], 'q.value': ['creation'] }, ['creation']],
    [{ 'q.field': ['severity'], 'q.value': ['critical'] }, ['creation']],
    [{ 'q.field': ['user_id'], 'q.value': ['nobody'] }, []],
    [{ 'q.field': ['timestamp'], 'q.op': ['lt'], 'q.value': ['2026-01-01T00:00:00'] }, []],
    [{ sort: ['timestamp:asc'], limit: ['2'] }, ['creation', 'rule change']],
    [{ sort: ['type'] }, ['creation', 'rule change', 'state transition']],
    [{ sort: ['severity:desc', 'type'], limit: ['1'] }, ['creation']],
    [{ limit: ['1'] }, ['state transition']],
  ])('is narrowed by %j', async (query, types) => {
    expect(typesIn((await historyOf(query)).body)).toEqual(types);
  });

  test('goes on behind a marker', async () => {
    const [newest] = Changes.parse((await historyOf()).body);
    const marker = [newest?.event_id ?? ''];
    expect(typesIn((await historyOf({ marker, limit: ['1'] })).body)).toEqual(['rule change']);
    expect(await historyOf({ marker: ['unknown'] })).toMatchObject({ status: 400 });
  });

  test.each<Record<string, string[]>>([
    { 'q.field': ['alarm_id'], 'q.value': ['x'] },
    { 'q.field': ['on_behalf_of'], 'q.value': ['x'] },
    { 'q.field': ['timestamp'], 'q.value': ['2026-01-01T00:00:00'] },
    { 'q.field': ['timestamp'], 'q.op': ['lt'], 'q.value': ['x'] },
    { 'q.field': ['search_offset'], 'q.value': ['5'] },
    { 'q.field': ['type'], 'q.op': ['lt'], 'q.value': ['x'] },
    { sort: ['detail'] },
    { all_projects: ['true'] },
  ])('refuses %j', async (query) => {
    const answer = await historyOf(query);
    expect(answer).toMatchObject({ status: 400, body: refused(expect.any(String)) });
  });

  test('is gone with the alarm, and can be searched for all the same', async () => {
    await as('member', 'DELETE', `/v2/alarms/${id}`);
    expect(await historyOf()).toMatchObject({ status: 404 });
    const of = { '=': { alarm_id: id } };
    const { body } = await search(of);
    expect(typesIn(body)).toEqual(['deletion', 'state transition', 'rule change', 'creation']);
    expect(body).toMatchObject([{ detail: '{"state":"alarm"}', user_id: 'member' }, {}, {}, {}]);
    expect((await search(of, 'stranger')).body).toEqual([]);
    expect(typesIn((await search(of, 'admin')).body)).toHaveLength(4);
  });

  test('is searched by any of its fields, in any order', async () => {
    const other = await filed();
    expect(typesIn((await search()).body)).toHaveLength(4);
    const created = { and: [{ '=': { type: 'creation' } }, { '!=': { alarm_id: other } }] };
    expect(Changes.parse((await search(created)).body)).toMatchObject([{ alarm_id: id }]);
    const since = { '>': { timestamp: '2036-01-01T00:00:00' } };
    expect((await search(since)).body).toEqual([]);
    const state = await search({ '=~': { detail: '"state":"alarm"' } });
    expect(typesIn(state.body)).toEqual(['state transition']);
    const orderby = JSON.stringify([{ type: 'asc' }, { timestamp: 'desc' }]);
    const sorted = await search(undefined, 'reader', { orderby, limit: 3 });
    expect(typesIn(sorted.body)).toEqual(['creation', 'creation', 'rule change']);
  });

  test("shows a tenant what was done on behalf of its project, an administrator's doing too", async () => {
    await as('admin', 'PUT', `/v2/alarms/${id}/state`, '"ok"');
    const [newest] = Changes.parse((await historyOf()).body);
    expect(newest).toMatchObject({ user_id: 'admin', project_id: 'ops', on_behalf_of: 'a' });
    expect(await search({ '=': { on_behalf_of: 'ops' } })).toMatchObject({ status: 401 });
    expect(await search({ '=': { on_behalf_of: 'a' } }, 'admin')).toMatchObject({ status: 200 });
  });

  test("does not show a tenant what was filed on the administrator's behalf", async () => {
    id = await filed({ project_id: 'a' }, 'admin');
    expect((await historyOf()).body).toEqual([]);
    expect(typesIn((await historyOf({}, 'admin')).body)).toEqual(['creation']);
  });
});

describe('quotas', () => {
  const quota = (limit: number, project_id = 'a') => ({
    project_id,
    quotas: [{ resource: 'alarms', limit }],
  });
  const set = async (body: unknown, who = 'admin') => as(who, 'POST', '/v2/quotas', body);

  test('are unlimited until they are set, and looking at them changes nothing', async () => {
    const answer = { status: 200, body: quota(-1) };
    expect(await as('reader', 'GET', '/v2/quotas')).toMatchObject(answer);
    expect(await as('reader', 'GET', '/v2/quotas/')).toMatchObject(answer);
    await filed();
    expect(limits.size).toBe(0);
  });

  test("are shown of the caller's project, to administrators of any", async () => {
    await set(quota(5));
    const of = (who: string, project_id: string) =>
      as(who, 'GET', '/v2/quotas', undefined, { project_id: [project_id], other: ['x'] });
    expect(await of('member', 'a')).toMatchObject({ status: 200, body: quota(5) });
    expect(await of('admin', 'a')).toMatchObject({ status: 200, body: quota(5) });
    expect(await of('stranger', 'a')).toMatchObject({
      status: 401,
      body: refused('Not Authorized to access project a'),
    });
  });

  test('refuse one alarm too many, of whichever user, and keep nothing of it', async () => {
    expect(await set(quota(1))).toMatchObject({ status: 201, body: quota(1) });
    const id = await filed();
    expect(await as('member', 'POST', '/v2/alarms', least)).toMatchObject({
      status: 403,
      body: refused('Alarm quota exceeded for user member on project a'),
    });
    expect(history).toHaveLength(1);
    await filed({}, 'stranger');
    await as('member', 'DELETE', `/v2/alarms/${id}`);
    await filed();
  });

  test('end with their deletion, which may be repeated', async () => {
    await set(quota(0));
    expect(await as('admin', 'DELETE', '/v2/quotas/a')).toMatchObject({ status: 204 });
    expect(await as('admin', 'DELETE', '/v2/quotas/a')).toMatchObject({ status: 204 });
    await filed();
  });

  test('may be posted without a limit, which changes none', async () => {
    await set(quota(3));
    expect(await set({ project_id: 'a' })).toMatchObject({ status: 201, body: quota(3) });
    expect(await set({ project_id: 'a', quotas: [] })).toMatchObject({ body: quota(3) });
  });

  test.each([
    [quota(-2), 'quotas.0.limit'],
    [quota(1.5), 'quotas.0.limit'],
    [{ project_id: 'a', quotas: [{ resource: 'volumes', limit: 1 }] }, 'quotas.0.resource'],
    [{ project_id: 'a', quotas: [{ resource: 'alarms' }] }, 'quotas.0.limit'],
    [{ project_id: 'a', quotas: null }, 'quotas'],
    [{ quotas: [] }, 'project_id'],
    [{ project_id: '' }, 'project_id'],
    [{ project_id: 'a', more: 1 }, 'more'],
    ['"x"', 'data'],
    [undefined, 'body'],
  ])('are refused as %j', async (body, field) => {
    expect(await set(body)).toMatchObject({
      status: 400,
      body: refused(expect.stringContaining(field)),
    });
    expect(limits.size).toBe(0);
  });

  test('are set by administrators only, and nowhere read by id', async () => {
    expect(await set(quota(5), 'member')).toMatchObject({
      status: 403,
      body: refused('RBAC Authorization Failed'),
    });
    expect(await as('member', 'DELETE', '/v2/quotas/a')).toMatchObject({ status: 403 });
    const long = 'x'.repeat(256);
    expect(await as('admin', 'GET', '/v2/quotas', undefined, { project_id: [long] })).toMatchObject(
      {
        ...{
          status: 400,
          body: { error_message: { faultstring: expect.stringContaining('project_id') } },
        },
      },
    );
    limits.set(long, 1);
    limits.set(long.slice(1), 1);
    expect(await as('admin', 'DELETE', `/v2/quotas/${long}`)).toMatchObject({ status: 204 });
    expect(limits.get(long.slice(1))).toBe(1);
    expect(await as('admin', 'GET', '/v2/quotas/a')).toMatchObject({
      status: 405,
      headers: { Allow: 'DELETE' },
    });
  });
});

test('what the service can do is told, also under the path that the command line asks', async () => {
  for (const path of ['/v2/capabilities', '/v2/capabilities/']) {
    expect(await as('reader', 'GET', path)).toMatchObject({
      status: 200,
      body: {
        api: { 'alarms:query:complex': true, 'alarms:history:query:simple': true },
        alarm_storage: { 'storage:production_ready': true },
      },
    });
  }
});

test('a sign of life needs no token and has no body', async () => {
  const { status, headers, body } = await call(api, { path: '/alarming/healthcheck' });
  expect({ status, body, type: headers['Content-Type'] }).toEqual({
    status: 200,
    body: undefined,
    type: 'text/plain',
  });
});

test('an alarm that was filed at the same moment as others is tried again', async () => {
  meanwhile = () => {};
  await filed();
  expect(history).toHaveLength(1);
});

describe('metrics', () => {
  const metrics = async (who: string, query: Record<string, string[]> = {}) =>
    as(who, 'GET', '/v2/metrics', undefined, query);

  test('tell how often events took an alarm into each state', async () => {
    const id = await filed();
    const alarm = rows.get(id);
    if (alarm) rows.set(id, { ...alarm, transitions: { alarm: 2, ok: 1 } });
    await filed({}, 'stranger');
    const counts = { ok: 1, alarm: 2, 'insufficient data': 0 };
    expect(await metrics('reader')).toMatchObject({
      status: 200,
      body: { evaluation_results: [{ alarm_id: id, project_id: 'a', state_counters: counts }] },
    });
    const all = await metrics('admin', { all_projects: ['true'] });
    expect(all.body).toMatchObject({ evaluation_results: [{}, {}] });
  });

  test('are refused with arguments that are none, and of all projects but to administrators', async () => {
    expect(await metrics('reader', { all_projects: ['true'] })).toMatchObject({ status: 403 });
    const odd: Record<string, string[]>[] = [
      { all_projects: ['maybe'] },
      { limit: ['1'] },
      { 'q.field': ['name'], 'q.value': ['n'] },
    ];
    for (const query of odd) expect(await metrics('admin', query)).toMatchObject({ status: 400 });
  });
});

test('the history shows what became of calls', async () => {
  const id = await filed();
  const [created] = history;
  const outcome = {
    action: 'https://h/',
    result: 'delivered',
    attempts: 2,
    status: 200,
    reason: '',
  } as const;
  if (created) {
    const at = created.timestamp;
    history.push({ ...created, event_id: 'm', webhooks: { w: { ...outcome, at } } });
  }
  const { body } = await as('reader', 'GET', `/v2/alarms/${id}/history`);
  expect(body).toContainEqual(
    expect.objectContaining({
      event_id: 'm',
      webhooks: [{ ...outcome, at: expect.stringMatching(/^2026-01-01T00:00:00\.\d{6}$/) }],
    }),
  );
  expect(JSON.stringify(body)).not.toContain('"webhooks":[]');
});
