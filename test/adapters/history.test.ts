import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alarmStore } from '../../adapters/alarms/alarms.ts';
import { historyStore } from '../../adapters/alarms/history.ts';
import type { AlarmChange } from '../../domain/alarms/alarm-history.ts';
import type { HistoryScope, TimeReading } from '../../domain/alarms/alarm-index.ts';
import { projectShardOf } from '../../domain/alarms/history-shards.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { every } from '../stack/every.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';

const dynamo = dynamodb();
let own: OwnThings;
let history: ReturnType<typeof historyStore>;
const project_id = randomUUID();
const alarm = alarmWith({ alarm_id: randomUUID(), project_id });
/** Twenty records, two in each second, alternately of two alarms and two projects. */
const changes: AlarmChange[] = Array.from({ length: 20 }, (_, n) => ({
  event_id: `e-${String(n).padStart(2, '0')}`,
  alarm_id: n % 2 ? randomUUID() : alarm.alarm_id,
  type: 'rule change',
  detail: `{"name":"${'ä'.repeat(n)}"}`,
  user_id: n % 3 ? 'u' : null,
  project_id: n % 3 ? 'p' : null,
  on_behalf_of: n % 4 ? project_id : '',
  timestamp: `2026-01-01T00:00:0${Math.floor(n / 2)}.000Z`,
  severity: 'moderate',
}));

beforeAll(async () => {
  own = await ownThings();
  const { ALARMS_TABLE: alarms, HISTORY_TABLE, QUOTAS_TABLE: quotas } = own.env;
  const store = alarmStore(dynamo, {
    ...{ alarms, history: HISTORY_TABLE, quotas, retentionDays: 30 },
    timers: own.env.TIMERS_TABLE,
    quota: { project: -1, user: -1, wide: -1, periodic: -1 },
  });
  history = historyStore(dynamo, HISTORY_TABLE);
  for (const [n, change] of changes.entries()) {
    await store.create({ ...alarm, alarm_id: randomUUID(), name: `${n}` }, change);
  }
});
afterAll(async () => {
  await own.cleanup();
  dynamo.destroy();
});

const read = async (scope: HistoryScope, reading: TimeReading = {}) =>
  every(history.changesOf(scope, reading));
const newestFirst = changes.toReversed();

test('records of all projects come in the order of time, from all shards', async () => {
  expect(await read({})).toEqual(newestFirst);
  expect(await read({}, { oldestFirst: true, first: 1 })).toEqual(changes);
});

test('records can be read of a project, of an alarm, or of both', async () => {
  const [alarm_id, on_behalf_of] = [alarm.alarm_id, project_id];
  const mine = newestFirst.filter((one) => one.on_behalf_of === project_id);
  expect(await read({ on_behalf_of })).toEqual(mine);
  const its = newestFirst.filter((one) => one.alarm_id === alarm_id);
  expect(await read({ alarm_id })).toEqual(its);
  expect(await read({ alarm_id, on_behalf_of })).toEqual(
    its.filter((one) => one.on_behalf_of === project_id),
  );
  const ofNone = newestFirst.filter((one) => one.on_behalf_of === '');
  expect(await read({ on_behalf_of: '' })).toEqual(ofNone);
  expect(await read({ on_behalf_of: randomUUID() })).toEqual([]);
});

test('records are read between two moments, both included', async () => {
  const [from, to] = ['2026-01-01T00:00:03.000Z', '2026-01-01T00:00:05.000Z'];
  const second = ({ timestamp }: AlarmChange) => Number(timestamp.slice(18, 19));
  for (const scope of [{}, { on_behalf_of: project_id }, { alarm_id: alarm.alarm_id }]) {
    const all = await read(scope);
    const since = all.filter((one) => second(one) >= 3);
    expect(await read({ ...scope, from })).toEqual(since);
    expect(await read({ ...scope, to })).toEqual(all.filter((one) => second(one) <= 5));
    expect(await read({ ...scope, from, to })).toEqual(since.filter((one) => second(one) <= 5));
    expect(await read({ ...scope, from: to, to: from })).toEqual([]);
  }
});

test('reading can begin after a record, in either direction', async () => {
  const [tenth] = changes.slice(9, 10);
  const after = `${tenth?.timestamp}#${tenth?.event_id}`;
  expect(await read({}, { after, first: 2 })).toEqual(newestFirst.slice(11));
  expect(await read({}, { after, oldestFirst: true })).toEqual(changes.slice(10));
  expect(await read({ from: '2026-01-01T00:00:05.000Z' }, { after })).toEqual([]);
});

test('a record is found by its key; a noted row of the evaluator is not a record', async () => {
  const [change] = changes;
  const { HISTORY_TABLE } = own.env;
  const noted = { event_id: 'noted', alarm_id: alarm.alarm_id, noted: 'why', timestamp: 't' };
  await dynamo.send(new PutCommand({ TableName: HISTORY_TABLE, Item: noted }));
  expect(await history.change(alarm.alarm_id, 'noted')).toBeUndefined();
  expect(await history.change(alarm.alarm_id, 'e-00')).toEqual(change);
  expect(await history.change(alarm.alarm_id, 'e-01')).toBeUndefined();
});

test('a record that cannot be read does not hide the others', async () => {
  const [alarm_id, on_behalf_of] = [randomUUID(), randomUUID()];
  const timestamp = '2026-01-02T00:00:00.000Z';
  const [good, broken] = ['a', 'b'].map((event_id) => ({
    ...{ event_id, alarm_id, on_behalf_of, timestamp, severity: 'low', type: 'deletion' },
    ...{ detail: '{}', user_id: 'u', project_id: 'p', sort_key: `${timestamp}#${event_id}` },
    project_shard: projectShardOf({ event_id, alarm_id, on_behalf_of }),
  }));
  for (const Item of [good, { ...broken, type: 'forgotten' }]) {
    await dynamo.send(new PutCommand({ TableName: own.env.HISTORY_TABLE, Item }));
  }
  for (const scope of [{ alarm_id }, { on_behalf_of }]) {
    expect(await read(scope)).toMatchObject([{ event_id: 'a' }]);
  }
});
