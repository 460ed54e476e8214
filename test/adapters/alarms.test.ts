import { randomUUID } from 'node:crypto';
import { QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alarmStore } from '../../adapters/alarms.ts';
import type { Alarm } from '../../domain/alarm.ts';
import { type AlarmChange, timeShardOf } from '../../domain/alarm-history.ts';
import { alarmWith } from '../domain/alarms.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';

const dynamo = dynamodb();
let own: OwnThings;
let store: ReturnType<typeof alarmStore>;

beforeAll(async () => {
  own = await ownThings();
  const { ALARMS_TABLE: alarms, HISTORY_TABLE: history } = own.env;
  store = alarmStore(dynamo, { alarms, history, retentionDays: 30 });
});
afterAll(async () => {
  await own.cleanup();
  dynamo.destroy();
});

const newAlarm = (given: Partial<Alarm> = {}): Alarm =>
  alarmWith({ alarm_id: randomUUID(), project_id: randomUUID(), ...given });
const changeOf = ({ alarm_id, project_id }: Alarm, type: AlarmChange['type']): AlarmChange => ({
  event_id: randomUUID(),
  alarm_id,
  type,
  detail: '{}',
  user_id: 'u',
  project_id: null,
  on_behalf_of: project_id,
  timestamp: '2026-01-01T00:00:00.000Z',
  severity: 'low',
});
const create = async (alarm: Alarm) => store.create(alarm, changeOf(alarm, 'creation'));

const rowsOf = async ({ alarm_id }: Alarm) => {
  const { Items = [] } = await dynamo.send(
    new QueryCommand({
      TableName: own.env.ALARMS_TABLE,
      KeyConditionExpression: 'alarm_id = :id',
      ExpressionAttributeValues: { ':id': alarm_id },
      ConsistentRead: true,
    }),
  );
  return Items.map(({ kind }) => String(kind));
};
const historyOf = async ({ alarm_id }: Alarm) => {
  const { Items = [] } = await dynamo.send(
    new ScanCommand({
      TableName: own.env.HISTORY_TABLE,
      FilterExpression: 'alarm_id = :id',
      ExpressionAttributeValues: { ':id': alarm_id },
    }),
  );
  return Items;
};
const foundUnder = async (key: string) => {
  const { Items = [] } = await dynamo.send(
    new QueryCommand({
      TableName: own.env.ALARMS_TABLE,
      IndexName: 'lookup',
      KeyConditionExpression: 'lookup_key = :key',
      ExpressionAttributeValues: { ':key': key },
    }),
  );
  return Items.map(({ alarm_id }) => String(alarm_id));
};

test('a new alarm is read as written, found by its key, and has a record that expires', async () => {
  const alarm = newAlarm({ resource_id: 'vm-1', name: 'ä ' });
  const change = changeOf(alarm, 'creation');
  expect(await store.create(alarm, change)).toBe(true);
  expect(await store.alarm(alarm.alarm_id)).toEqual(alarm);
  const key = `resource#${alarm.project_id}#vm-1`;
  expect(await foundUnder(key)).toEqual([alarm.alarm_id]);
  expect(await historyOf(alarm)).toEqual([
    {
      ...change,
      sort_key: `${change.timestamp}#${change.event_id}`,
      time_shard: timeShardOf(change),
      expires_at: Date.parse('2026-01-31T00:00:00.000Z') / 1000,
    },
  ]);
});

test('an alarm that is there is not filed again', async () => {
  const alarm = newAlarm();
  await create(alarm);
  expect(await create({ ...alarm, name: 'other' })).toBe(false);
  expect(await store.alarm(alarm.alarm_id)).toEqual(alarm);
  expect(await historyOf(alarm)).toHaveLength(1);
});

test('an unknown alarm is undefined', async () => {
  expect(await store.alarm(randomUUID())).toBeUndefined();
});

test('a list is of its project alone, and whole over many pages of rows', async () => {
  const project_id = randomUUID();
  const alarms = Array.from({ length: 130 }, () => newAlarm({ project_id }));
  const foreign = newAlarm();
  for (const alarm of [...alarms, foreign]) await create(alarm);
  const listed = await store.alarmsOf({ project_id });
  const ids = (all: readonly Alarm[]) => all.map(({ alarm_id }) => alarm_id).sort();
  expect(ids(listed)).toEqual(ids(alarms));
  expect(await store.alarmsOf({ project_id: foreign.project_id })).toEqual([foreign]);
  const everywhere = ids(await store.alarmsOf('all projects'));
  expect(everywhere).toEqual(expect.arrayContaining(ids([...alarms, foreign])));
  expect(await store.alarmsOf({ project_id: randomUUID() })).toEqual([]);
});

test('an alarm of no project is listed like others, and its record is in no project', async () => {
  const alarm = newAlarm({ project_id: '' });
  await create(alarm);
  expect(await store.alarmsOf({ project_id: '' })).toEqual([alarm]);
  expect((await historyOf(alarm))[0]).not.toHaveProperty('on_behalf_of');
});

test('a replacement moves the lookup row with the alarm', async () => {
  const before = newAlarm({ resource_id: 'vm-1' });
  const after = { ...before, resource_id: null, project_id: randomUUID(), revision: 2 };
  await create(before);
  expect(await store.replace(before, after, changeOf(after, 'rule change'))).toBe(true);
  expect(await store.alarm(before.alarm_id)).toEqual(after);
  expect(await rowsOf(before)).toEqual(['alarm', `lookup#project#${after.project_id}#*`]);
  expect(await store.alarmsOf({ project_id: before.project_id })).toEqual([]);
  expect(await store.alarmsOf({ project_id: after.project_id })).toEqual([after]);
  expect(await historyOf(before)).toHaveLength(2);
});

test('a change that keeps the key keeps the lookup row', async () => {
  const before = newAlarm({ resource_id: 'vm-1' });
  await create(before);
  const after = { ...before, name: 'm', revision: 2 };
  expect(await store.replace(before, after, changeOf(after, 'rule change'))).toBe(true);
  expect(await foundUnder(`resource#${before.project_id}#vm-1`)).toEqual([before.alarm_id]);
});

test('whoever read an older alarm changes nothing and records nothing', async () => {
  const first = newAlarm();
  const second = { ...first, name: 'second', revision: 2 };
  await create(first);
  await store.replace(first, second, changeOf(second, 'rule change'));
  const late = { ...first, name: 'late', resource_id: 'vm', revision: 2 };
  expect(await store.replace(first, late, changeOf(late, 'rule change'))).toBe(false);
  expect(await store.remove(first, changeOf(first, 'deletion'))).toBe(false);
  expect(await store.alarm(first.alarm_id)).toEqual(second);
  expect(await rowsOf(first)).toHaveLength(2);
  expect(await historyOf(first)).toHaveLength(2);
});

test('a deleted alarm leaves its history and no row, and cannot be written again', async () => {
  const alarm = newAlarm({ resource_id: 'vm-1' });
  await create(alarm);
  expect(await store.remove(alarm, changeOf(alarm, 'deletion'))).toBe(true);
  expect(await rowsOf(alarm)).toEqual([]);
  const after = { ...alarm, revision: 2 };
  expect(await store.replace(alarm, after, changeOf(after, 'rule change'))).toBe(false);
  expect(await store.remove(alarm, changeOf(alarm, 'deletion'))).toBe(false);
  expect((await historyOf(alarm)).map(({ type }) => type).sort()).toEqual(['creation', 'deletion']);
});
