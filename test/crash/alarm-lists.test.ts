/**
 * The cost of lists of alarms among many alarms: the rows of the page, or of the project, and never
 * a scan.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { alarmRow } from '../../adapters/alarms/alarm-rows.ts';
import { historyRow } from '../../adapters/alarms/history-rows.ts';
import { severities } from '../../domain/alarms/alarm.ts';
import { momentOf } from '../../domain/time.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { id } from '../domain/rows.ts';
import { answerOf } from './cloud.ts';
import { counting, writeRows } from './costs.ts';
import { makeWorld, type World } from './world.ts';

const count = 10_000;
const at = (n: number) => momentOf(Date.parse('2026-01-01T00:00:00Z') + n * 1000);
/**
 * Three alarms of each of this many names. Ids are the same in each run, so that the shards of the
 * history are too.
 */
const alarmsOf = (project_id: string, many: number) =>
  Array.from({ length: many }, (_, n) =>
    alarmWith({
      ...{ alarm_id: id(project_id === 'big' ? n : count + n), project_id, timestamp: at(n) },
      name: `n-${Math.floor(n / 3)}`,
      ...{ severity: severities[n % 3] ?? 'low', state: n % 1000 ? 'ok' : 'alarm' },
    }),
  );
const [big, small] = ['big', 'small'].map((id) => alarmsOf(id, id === 'big' ? count : 300));
if (!big || !small) throw new Error('two projects were made');

let world: World & AsyncDisposable;
beforeAll(async () => {
  world = await makeWorld();
  const { ALARMS_TABLE, HISTORY_TABLE } = world.things.env;
  await writeRows(ALARMS_TABLE, [...big, ...small].map(alarmRow));
  const changes = [...big, ...small].map(({ alarm_id, project_id }, n) => ({
    ...{ event_id: id(n), alarm_id, type: 'creation' as const, detail: '{}' },
    ...{
      user_id: 'u',
      project_id,
      on_behalf_of: project_id,
      timestamp: at(n),
      severity: 'low' as const,
    },
  }));
  await writeRows(HISTORY_TABLE, changes.map(historyRow));
});
afterAll(() => world?.[Symbol.asyncDispose]());

const Shown = z.array(z.looseObject({ alarm_id: z.string() }));
type Asked = { query?: Record<string, string[]>; body?: object; path?: string };

/** The listed items, and their cost. */
async function asked({ query = {}, body, path = '/v2/alarms' }: Asked) {
  const costs: Record<string, number> = {};
  const call = { method: body ? 'POST' : 'GET', path: `/alarming${path}`, query, body };
  const { status, body: shown } = answerOf(await world.request(call, undefined, counting(costs)));
  if (status !== 200) throw new Error(JSON.stringify(shown));
  const { GetSecretValueCommand, 'capacity units': units = 0, ...calls } = costs;
  return { ids: Shown.parse(shown).map(({ alarm_id }) => alarm_id), calls, units };
}
const list = (project_id: string, { limit, marker, sort, ...by }: Record<string, string>) => {
  const fields = { project_id, ...by };
  const given = { limit, marker, sort };
  const named = Object.entries(given).flatMap(([name, value]) => (value ? [[name, [value]]] : []));
  return asked({
    query: {
      'q.field': Object.keys(fields),
      'q.value': Object.values(fields),
      ...Object.fromEntries(named),
    },
  });
};
const idsOf = (alarms: readonly { alarm_id: string }[]) => alarms.map(({ alarm_id }) => alarm_id);

test('a page by time costs the same among 10,000 alarms and among 300, at either end', async () => {
  for (const sort of ['timestamp:desc', 'timestamp:asc']) {
    const newest = sort.endsWith('desc');
    const ordered = (all: typeof big) => idsOf(newest ? all.toReversed() : all);
    const [many, few] = [
      await list('big', { sort, limit: '50' }),
      await list('small', { sort, limit: '50' }),
    ];
    expect(many.ids).toEqual(ordered(big).slice(0, 50));
    expect(few.ids).toEqual(ordered(small).slice(0, 50));
    expect(many.calls).toEqual({ QueryCommand: 1, BatchGetItemCommand: 1 });
    expect(few).toMatchObject({ calls: many.calls, units: many.units });
    const marker = many.ids.at(-1) ?? '';
    const next = await list('big', { sort, limit: '50', marker });
    expect(next.ids).toEqual(ordered(big).slice(50, 100));
    expect(next.calls).toEqual({ GetItemCommand: 1, ...many.calls });
  }
});

test('a name costs the alarms of that name, in lists and in queries', async () => {
  const third = idsOf(big.slice(9, 12)).toReversed();
  const calls = { QueryCommand: 1, BatchGetItemCommand: 1 };
  expect(await list('big', { name: 'n-3' })).toMatchObject({ ids: third, calls });
  const filter = JSON.stringify({
    and: [{ '=': { name: 'n-3' } }, { '=': { project_id: 'big' } }],
  });
  const found = await asked({ path: '/v2/query/alarms', body: { filter } });
  expect(found).toMatchObject({ ids: third, calls });
  expect(found.units).toBeLessThan(10);
});

test('an alarm that a query names is read alone', async () => {
  const [first = ''] = idsOf(big);
  const filter = JSON.stringify({ '=': { alarm_id: first } });
  const found = await asked({ path: '/v2/query/alarms', body: { filter } });
  expect(found).toMatchObject({ ids: [first], calls: { BatchGetItemCommand: 1 } });
});

test('a sorted page of 10,000 alarms reads the project once; for another project it reads none of them', async () => {
  const bySeverity = await list('big', { sort: 'severity:desc', limit: '5' });
  const criticals = idsOf(big.filter(({ severity }) => severity === 'critical')).sort();
  expect(bySeverity.ids).toEqual(criticals.slice(0, 5));
  expect(bySeverity.calls.BatchGetItemCommand).toBeLessThanOrEqual(count / 100 + 10);
  const inAlarm = await list('big', { state: 'alarm', limit: '20' });
  expect(inAlarm.ids).toEqual(idsOf(big.filter(({ state }) => state === 'alarm')).toReversed());
  const ofSmall = await list('small', { sort: 'name', limit: '5' });
  expect(ofSmall.calls).toEqual({ QueryCommand: 1, BatchGetItemCommand: 3 });
});

test('all 10,000 are walked in pages, each once', async () => {
  const walked: string[] = [];
  for (let marker = ''; ; marker = walked.at(-1) ?? '') {
    const { ids } = await list('big', { limit: '2500', marker });
    walked.push(...ids);
    if (ids.length < 2500) break;
  }
  expect(walked).toEqual(idsOf(big).toReversed());
});

test('a page of the history costs its page: of an alarm, a project, or all', async () => {
  const [last] = big.slice(-1);
  const path = `/v2/alarms/${last?.alarm_id}/history`;
  const calls = { GetItemCommand: 1, QueryCommand: 1 };
  expect(await asked({ path })).toMatchObject({ ids: [last?.alarm_id], calls });
  const search = (filter: object) =>
    asked({
      path: '/v2/query/alarms/history',
      body: { filter: JSON.stringify(filter), limit: 5 },
    });
  const ofBig = await search({ '=': { on_behalf_of: 'big' } });
  expect(ofBig).toMatchObject({
    ids: idsOf(big.slice(-5)).toReversed(),
    // One for each shard of the project's records.
    calls: { QueryCommand: 8 },
  });
  const ofAll = await search({ '<': { timestamp: at(5) } });
  expect(ofAll).toMatchObject({
    ids: idsOf(big.slice(0, 5)).toReversed(),
    calls: { QueryCommand: 8 },
  });
  expect(ofAll.units + ofBig.units).toBeLessThan(50);
});
