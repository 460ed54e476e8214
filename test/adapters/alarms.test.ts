import { randomUUID } from 'node:crypto';
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alarmLists } from '../../adapters/alarms/alarm-lists.ts';
import { alarmRow, indexKeys, placesOf } from '../../adapters/alarms/alarm-rows.ts';
import { alarmStore } from '../../adapters/alarms/alarms.ts';
import type { Alarm } from '../../domain/alarms/alarm.ts';
import type { AlarmScope, TimeReading } from '../../domain/alarms/alarm-index.ts';
import { projectShardOf, timeShardOf } from '../../domain/alarms/history-shards.ts';
import type { AnyAlarm } from '../../domain/alarms/periodic-alarm.ts';
import { every } from '../stack/every.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';
import { alarmTables, changeOf, newAlarm, unlimited } from './alarm-tables.ts';
import { cancelled, disturb, refused } from './disturb.ts';

const dynamo = dynamodb();
let own: OwnThings;
let store: ReturnType<typeof alarmStore>;
let lists: ReturnType<typeof alarmLists>;
let tables: ReturnType<typeof alarmTables>;

/** All alarms that a list reads, in its order. */
const allOf = async (scope: AlarmScope, reading: TimeReading = {}) =>
  every(lists.alarmsOf(scope, reading));

beforeAll(async () => {
  own = await ownThings();
  const { ALARMS_TABLE: alarms } = own.env;
  tables = alarmTables(dynamo, own);
  store = tables.storeWith(unlimited);
  lists = alarmLists(dynamo, alarms);
});
afterAll(async () => {
  await own.cleanup();
  dynamo.destroy();
});

const create = async (alarm: Alarm) => store.create(alarm, changeOf(alarm, 'creation'));

const foundUnder = async (key: string) => {
  const { Items = [] } = await dynamo.send(
    new QueryCommand({
      TableName: own.env.ALARMS_TABLE,
      IndexName: 'byKey',
      KeyConditionExpression: 'key_project = :project AND begins_with(key_place, :place)',
      ExpressionAttributeValues: {
        ':project': indexKeys.project(key.split('#')[1] ?? ''),
        ':place': placesOf(key),
      },
    }),
  );
  return Items.map(({ alarm_id }) => String(alarm_id));
};

test('a new alarm is read as written, is found by its key, and has a record that expires', async () => {
  const alarm = newAlarm({ resource_id: 'vm-1', name: 'ä ' });
  const change = changeOf(alarm, 'creation');
  expect(await store.create(alarm, change)).toBe('filed');
  expect(await store.alarm(alarm.alarm_id)).toEqual(alarm);
  const key = `resource#${alarm.project_id}#vm-1`;
  expect(await foundUnder(key)).toEqual([alarm.alarm_id]);
  expect(await tables.historyOf(alarm)).toEqual([
    {
      ...change,
      sort_key: `${change.timestamp}#${change.event_id}`,
      project_shard: projectShardOf(change),
      time_shard: timeShardOf(change),
      expires_at: Date.parse('2026-01-31T00:00:00.000Z') / 1000,
    },
  ]);
});

test('an existing alarm is not created again', async () => {
  const alarm = newAlarm();
  await create(alarm);
  expect(await create({ ...alarm, name: 'other' })).toBe('overtaken');
  expect(await store.alarm(alarm.alarm_id)).toEqual(alarm);
  expect(await tables.historyOf(alarm)).toHaveLength(1);
});

test('an unknown alarm is undefined', async () => {
  expect(await store.alarm(randomUUID())).toBeUndefined();
});

test('a list has all alarms of its project, over many pages of rows, and no others', async () => {
  const project_id = randomUUID();
  const alarms = Array.from({ length: 130 }, () => newAlarm({ project_id }));
  const foreign = newAlarm();
  for (const alarm of [...alarms, foreign]) await create(alarm);
  const listed = await allOf({ project_id });
  const ids = (all: readonly AnyAlarm[]) => all.map(({ alarm_id }) => alarm_id).sort();
  expect(ids(listed)).toEqual(ids(alarms));
  expect(await allOf({ project_id: foreign.project_id })).toEqual([foreign]);
  const everywhere = ids(await allOf({}));
  expect(everywhere).toEqual(expect.arrayContaining(ids([...alarms, foreign])));
  expect(await allOf({ project_id: randomUUID() })).toEqual([]);
});

test('an alarm without a project is listed, and its record is in no project', async () => {
  const alarm = newAlarm({ project_id: '' });
  await create(alarm);
  expect(await allOf({ project_id: '' })).toEqual([alarm]);
  expect((await tables.historyOf(alarm))[0]).not.toHaveProperty('on_behalf_of');
});

test('a replacement moves the lookup row with the alarm', async () => {
  const before = newAlarm({ resource_id: 'vm-1' });
  const after = { ...before, resource_id: null, project_id: randomUUID(), revision: 2 };
  await create(before);
  expect(await store.replace(before, after, changeOf(after, 'rule change'))).toBe(true);
  expect(await store.alarm(before.alarm_id)).toEqual(after);
  expect(await tables.rowsOf(before)).toEqual(['alarm', `lookup#project#${after.project_id}#*`]);
  expect(await allOf({ project_id: before.project_id })).toEqual([]);
  expect(await allOf({ project_id: after.project_id })).toEqual([after]);
  expect(await tables.historyOf(before)).toHaveLength(2);
});

test('a change that keeps the key keeps the lookup row', async () => {
  const before = newAlarm({ resource_id: 'vm-1' });
  await create(before);
  const after = { ...before, name: 'm', revision: 2 };
  expect(await store.replace(before, after, changeOf(after, 'rule change'))).toBe(true);
  expect(await foundUnder(`resource#${before.project_id}#vm-1`)).toEqual([before.alarm_id]);
});

test('a write on an outdated read changes nothing and records nothing', async () => {
  const first = newAlarm();
  const second = { ...first, name: 'second', revision: 2 };
  await create(first);
  await store.replace(first, second, changeOf(second, 'rule change'));
  const late = { ...first, name: 'late', resource_id: 'vm', revision: 2 };
  expect(await store.replace(first, late, changeOf(late, 'rule change'))).toBe(false);
  expect(await store.remove(first, changeOf(first, 'deletion'))).toBe(false);
  expect(await store.alarm(first.alarm_id)).toEqual(second);
  expect(await tables.rowsOf(first)).toHaveLength(2);
  expect(await tables.historyOf(first)).toHaveLength(2);
});

test('a deleted alarm leaves only its history, and cannot be written again', async () => {
  const alarm = newAlarm({ resource_id: 'vm-1' });
  await create(alarm);
  expect(await store.remove(alarm, changeOf(alarm, 'deletion'))).toBe(true);
  expect(await tables.rowsOf(alarm)).toEqual([]);
  const after = { ...alarm, revision: 2 };
  expect(await store.replace(alarm, after, changeOf(after, 'rule change'))).toBe(false);
  expect(await store.remove(alarm, changeOf(alarm, 'deletion'))).toBe(false);
  expect((await tables.historyOf(alarm)).map(({ type }) => type).sort()).toEqual([
    'creation',
    'deletion',
  ]);
});

test('a partly unreadable alarm is listed, and its owner can replace or delete it', async () => {
  const project_id = randomUUID();
  const [good, broken] = [newAlarm({ project_id }), newAlarm({ project_id, resource_id: 'vm-1' })];
  for (const alarm of [good, broken]) await create(alarm);
  const Item = { ...alarmRow(broken), severity: 'huge' };
  await dynamo.send(new PutCommand({ TableName: own.env.ALARMS_TABLE, Item }));
  const listed = await allOf({ project_id });
  expect(listed).toEqual(expect.arrayContaining([good]));
  const shown = await store.alarm(broken.alarm_id);
  if (!shown) throw new Error('it is shown');
  expect(listed).toContainEqual(shown);
  expect(shown).toMatchObject({
    enabled: false,
    state_reason: expect.stringContaining('severity'),
  });
  const mended = { ...broken, revision: 2 };
  expect(await store.replace(shown, mended, changeOf(mended, 'rule change'))).toBe(true);
  expect(await store.alarm(broken.alarm_id)).toEqual(mended);
  await dynamo.send(
    new PutCommand({ TableName: own.env.ALARMS_TABLE, Item: { ...alarmRow(mended), type: 1 } }),
  );
  const again = await store.alarm(broken.alarm_id);
  if (!again) throw new Error('it is shown');
  expect(await store.remove(again, changeOf(again, 'deletion'))).toBe(true);
  expect(await tables.rowsOf(broken)).toEqual([]);
});

const at = (n: number) => `2026-01-01T00:00:${String(n).padStart(2, '0')}.000Z`;

test('a list is ordered by the last change by a request, from the requested place on', async () => {
  const project_id = randomUUID();
  const alarms = [3, 1, 2, 4].map((n) => newAlarm({ project_id, name: `${n}`, timestamp: at(n) }));
  for (const alarm of alarms) await create(alarm);
  const names = async (reading: TimeReading) =>
    (await allOf({ project_id }, reading)).map(({ name }) => name).join('');
  expect(await names({})).toBe('4321');
  expect(await names({ oldestFirst: true, first: 1 })).toBe('1234');
  const after = `${at(3)}#${alarms[0]?.alarm_id}`;
  expect(await names({ after })).toBe('21');
  expect(await names({ after, oldestFirst: true })).toBe('4');
  const [first = newAlarm()] = alarms;
  const changed = { ...first, timestamp: at(5), revision: 2 };
  await store.replace(first, changed, changeOf(changed, 'rule change'));
  expect(await names({})).toBe('3421');
});

test('a list by name or by id has only these alarms', async () => {
  const [project_id, name] = [randomUUID(), randomUUID()];
  const [mine, same, other] = [{ name }, { name, project_id: 'b' }, { name: '' }].map((given) =>
    newAlarm({ project_id, ...given }),
  );
  if (!mine || !same || !other) throw new Error('three were made');
  for (const alarm of [mine, same, other]) await create(alarm);
  expect(await allOf({ project_id, name })).toEqual([mine]);
  expect(await allOf({ name })).toHaveLength(2);
  expect(await allOf({ project_id, name: '' })).toEqual([other]);
  expect(await allOf({ project_id, alarm_id: mine.alarm_id })).toEqual([mine]);
  expect(await allOf({ project_id, alarm_id: same.alarm_id })).toEqual([]);
  expect(await allOf({ alarm_id: 'unheard of' })).toEqual([]);
});

test('a transaction that meets another one can be retried: no condition has failed', async () => {
  const { ALARMS_TABLE: alarms, HISTORY_TABLE: history, QUOTAS_TABLE: quotas } = own.env;
  const client = dynamodb();
  const quota = { project: -1, user: -1, wide: -1, periodic: -1 };
  const timers = own.env.TIMERS_TABLE;
  const tables = { alarms, history, quotas, timers, retentionDays: 30, quota };
  const disturbed = alarmStore(client, tables);
  const conflict = refused(cancelled('TransactionConflict', 'None', 'None', 'None', 'None'));
  const busy = refused(cancelled('ThrottlingError', 'None', 'None', 'None', 'None'));
  disturb({ dynamo: client }, 'TransactWriteItems', conflict, conflict, conflict, busy);
  const alarm = newAlarm();
  const record = changeOf(alarm, 'creation');
  expect(await disturbed.create(alarm, record)).toBe('overtaken');
  expect(await disturbed.replace(alarm, alarm, record)).toBe(false);
  expect(await disturbed.remove(alarm, record)).toBe(false);
  await expect(disturbed.create(alarm, record)).rejects.toThrow('Transaction cancelled');
  expect(await disturbed.create(alarm, record)).toBe('filed');
  client.destroy();
});
