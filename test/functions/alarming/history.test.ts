import { beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type AlarmingWorld, alarmingWorld, least, refused } from './surface.ts';

let world: AlarmingWorld;
beforeEach(() => {
  world = alarmingWorld();
});

const Changes = z.array(z.looseObject({ type: z.string(), event_id: z.string() }));
const typesIn = (body: unknown) => Changes.parse(body).map(({ type }) => type);

describe('the history of an alarm', () => {
  let id: string;
  beforeEach(async () => {
    id = await world.filed({ severity: 'critical' });
    await world.as('member', 'PUT', `/v2/alarms/${id}`, { ...least, name: 'm' });
    await world.as('member', 'PUT', `/v2/alarms/${id}/state`, '"alarm"');
  });
  const historyOf = async (query: Record<string, string[]> = {}, who = 'reader') =>
    world.as(who, 'GET', `/v2/alarms/${id}/history`, undefined, query);
  const search = async (filter?: unknown, who = 'reader', more = {}) =>
    world.as(who, 'POST', '/v2/query/alarms/history', {
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
    [{ 'q.field': ['user_id'], 'q.value': ['unknown'] }, []],
    [{ 'q.field': ['timestamp'], 'q.op': ['lt'], 'q.value': ['2026-01-01T00:00:00'] }, []],
    [{ sort: ['timestamp:asc'], limit: ['2'] }, ['creation', 'rule change']],
    [{ sort: ['type'] }, ['creation', 'rule change', 'state transition']],
    [{ sort: ['severity:desc', 'type'], limit: ['1'] }, ['creation']],
    [{ limit: ['1'] }, ['state transition']],
  ])('is narrowed by %j', async (query, types) => {
    expect(typesIn((await historyOf(query)).body)).toEqual(types);
  });

  test('continues after a marker', async () => {
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

  test('is not found by a deleted alarm, but can still be searched', async () => {
    await world.as('member', 'DELETE', `/v2/alarms/${id}`);
    expect(await historyOf()).toMatchObject({ status: 404 });
    const of = { '=': { alarm_id: id } };
    const { body } = await search(of);
    expect(typesIn(body)).toEqual(['deletion', 'state transition', 'rule change', 'creation']);
    expect(body).toMatchObject([{ detail: '{"state":"alarm"}', user_id: 'member' }, {}, {}, {}]);
    expect((await search(of, 'memberOfB')).body).toEqual([]);
    expect(typesIn((await search(of, 'admin')).body)).toHaveLength(4);
  });

  test('is searched by any field, in any order', async () => {
    const other = await world.filed();
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

  test("shows a tenant all changes of its project's alarms, also those of an administrator", async () => {
    await world.as('admin', 'PUT', `/v2/alarms/${id}/state`, '"ok"');
    const [newest] = Changes.parse((await historyOf()).body);
    expect(newest).toMatchObject({ user_id: 'admin', project_id: 'ops', on_behalf_of: 'a' });
    expect(await search({ '=': { on_behalf_of: 'ops' } })).toMatchObject({ status: 401 });
    expect(await search({ '=': { on_behalf_of: 'a' } }, 'admin')).toMatchObject({ status: 200 });
  });

  test("does not show a tenant a record on behalf of the administrator's project", async () => {
    id = await world.filed({ project_id: 'a' }, 'admin');
    expect((await historyOf()).body).toEqual([]);
    expect(typesIn((await historyOf({}, 'admin')).body)).toEqual(['creation']);
  });
});

test('the history shows the outcomes of webhooks', async () => {
  const id = await world.filed();
  const [created] = world.history;
  const outcome = {
    action: 'https://h/',
    result: 'delivered',
    attempts: 2,
    status: 200,
    reason: '',
  } as const;
  if (created) {
    const at = created.timestamp;
    world.history.push({ ...created, event_id: 'm', webhooks: { w: { ...outcome, at } } });
  }
  const { body } = await world.as('reader', 'GET', `/v2/alarms/${id}/history`);
  expect(body).toContainEqual(
    expect.objectContaining({
      event_id: 'm',
      webhooks: [{ ...outcome, at: expect.stringMatching(/^2026-01-01T00:00:00\.\d{6}$/) }],
    }),
  );
  expect(JSON.stringify(body)).not.toContain('"webhooks":[]');
});
