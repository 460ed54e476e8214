/** Quotas of alarms, and the counts that they need, in the transaction of each change. */
import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alarmLists } from '../../adapters/alarms/alarm-lists.ts';
import type { alarmStore } from '../../adapters/alarms/alarms.ts';
import { alarmCounter, quotaStore } from '../../adapters/alarms/quotas.ts';
import type { Alarm } from '../../domain/alarms/alarm.ts';
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
const create = async (alarm: Alarm) => store.create(alarm, changeOf(alarm, 'creation'));
beforeAll(async () => {
  own = await ownThings();
  tables = alarmTables(dynamo, own);
  store = tables.storeWith(unlimited);
  lists = alarmLists(dynamo, own.env.ALARMS_TABLE);
});
afterAll(async () => {
  await own.cleanup();
  dynamo.destroy();
});

describe('a quota', () => {
  const limits = () => quotaStore(dynamo, own.env.QUOTAS_TABLE);
  const outcomes = async (alarms: readonly Alarm[], from = store) => {
    const filed = [];
    for (const alarm of alarms) filed.push(await from.create(alarm, changeOf(alarm, 'creation')));
    return filed;
  };
  const of = (given: Partial<Alarm>) => Array.from({ length: 3 }, () => newAlarm(given));

  test('that was set counts the alarms of all users of a project, without deleted ones', async () => {
    const project_id = randomUUID();
    await limits().setLimit(project_id, 2);
    const alarms = of({ project_id }).map((alarm) => ({ ...alarm, user_id: randomUUID() }));
    expect(await outcomes(alarms)).toEqual(['filed', 'filed', 'over quota']);
    const [first = newAlarm(), , third = newAlarm()] = alarms;
    expect(await tables.rowsOf(third)).toEqual([]);
    expect(await tables.historyOf(third)).toEqual([]);
    await store.remove(first, changeOf(first, 'deletion'));
    expect(await outcomes([third])).toEqual(['filed']);
    expect(await limits().limitOf(project_id)).toBe(2);
    const conflict = refused(cancelled('TransactionConflict'));
    const tries = disturb({ dynamo }, 'TransactWriteItems', conflict);
    await limits().clearLimit(project_id);
    expect(tries).toHaveLength(2);
    expect(await limits().limitOf(project_id)).toBeUndefined();
    expect(await outcomes([newAlarm({ project_id })])).toEqual(['filed']);
  });

  test.each([
    [0, ['over quota', 'over quota', 'over quota']],
    [1, ['filed', 'over quota', 'over quota']],
    [-1, ['filed', 'filed', 'filed']],
  ])('of %i that was set or is the default lets in %j', async (limit, expected) => {
    const project_id = randomUUID();
    await limits().setLimit(project_id, limit);
    expect(await outcomes(of({ project_id }))).toEqual(expected);
    const byDefault = tables.storeWith({ project: limit, user: -1, wide: -1, periodic: -1 });
    expect(await outcomes(of({ project_id: randomUUID() }), byDefault)).toEqual(expected);
    const byUser = tables.storeWith({ project: -1, user: limit, wide: -1, periodic: -1 });
    expect(await outcomes(of({ user_id: randomUUID() }), byUser)).toEqual(expected);
  });

  test('of a project without one is cleared without leaving a row', async () => {
    const owner = `project#${randomUUID()}`;
    await limits().clearLimit(owner.slice('project#'.length));
    const get = new GetCommand({ TableName: own.env.QUOTAS_TABLE, Key: { owner } });
    expect(await dynamo.send(get)).not.toHaveProperty('Item');
  });

  test('that was set is used instead of the default', async () => {
    const project_id = randomUUID();
    await limits().setLimit(project_id, -1);
    const strict = tables.storeWith({ project: 0, user: -1, wide: -1, periodic: -1 });
    expect(await outcomes(of({ project_id }), strict)).toEqual(['filed', 'filed', 'filed']);
  });

  test('of a user counts alarms that the user takes over, and not those it gives away', async () => {
    const [from, to] = [randomUUID(), randomUUID()];
    const strict = tables.storeWith({ project: -1, user: 1, wide: -1, periodic: -1 });
    const before = newAlarm({ user_id: from });
    const after = { ...before, user_id: to, project_id: randomUUID(), revision: 2 };
    await create(before);
    expect(await outcomes([newAlarm({ user_id: from })], strict)).toEqual(['over quota']);
    await store.replace(before, after, changeOf(after, 'rule change'));
    expect(await outcomes([newAlarm({ user_id: from })], strict)).toEqual(['filed']);
    expect(await outcomes([newAlarm({ user_id: to })], strict)).toEqual(['over quota']);
  });

  test('is not exceeded by many creations at once', async () => {
    const project_id = randomUUID();
    await limits().setLimit(project_id, 5);
    const alarms = Array.from({ length: 12 }, () => newAlarm({ project_id }));
    const filed = await Promise.all(alarms.map(create));
    expect(filed.filter((outcome) => outcome === 'filed')).toHaveLength(5);
    expect(await every(lists.alarmsOf({ project_id }, {}))).toHaveLength(5);
  });

  test('of alarms without a resource counts those alone, as they come, change and go', async () => {
    const project_id = randomUUID();
    const strict = tables.storeWith({ project: -1, user: -1, wide: 1, periodic: -1 });
    const wide = newAlarm({ project_id, resource_id: null });
    const named = newAlarm({ project_id, resource_id: 'r' });
    expect(await outcomes([wide, named], strict)).toEqual(['filed', 'filed']);
    expect(await outcomes([newAlarm({ project_id, resource_id: null })], strict)).toEqual([
      'over kind quota',
    ]);
    const widened = { ...named, resource_id: null, revision: 2 };
    const change = changeOf(widened, 'rule change');
    expect(await strict.replace(named, widened, change)).toBe('over kind quota');
    expect(await strict.replace({ ...named, revision: 7 }, widened, change)).toBe(false);
    const narrowed = { ...wide, resource_id: 'r', revision: 2 };
    expect(await strict.replace(wide, narrowed, changeOf(narrowed, 'rule change'))).toBe(true);
    expect(await strict.replace(named, widened, change)).toBe(true);
    await strict.remove(widened, changeOf(widened, 'deletion'));
    expect(await outcomes([newAlarm({ project_id, resource_id: null })], strict)).toEqual([
      'filed',
    ]);
  });
});

test('the counts of projects follow every change of their alarms', async () => {
  const { alarmCounts } = alarmCounter(dynamo, own.env.QUOTAS_TABLE);
  const [here, there] = [randomUUID(), randomUUID()];
  const counts = async () => {
    const found = await alarmCounts([here, there, '', 'x'.repeat(3_000)]);
    return [here, there].map((id) => found.get(id));
  };
  const none = { all: 0, wide: 0 };
  expect(await counts()).toEqual([none, none]);
  const wide = newAlarm({ project_id: here, resource_id: null });
  const named = newAlarm({ project_id: here, resource_id: 'r' });
  for (const each of [wide, named]) await create(each);
  expect(await counts()).toEqual([{ all: 2, wide: 1 }, none]);
  const moved = { ...wide, project_id: there, revision: 2 };
  await store.replace(wide, moved, changeOf(moved, 'rule change'));
  expect(await counts()).toEqual([
    { all: 1, wide: 0 },
    { all: 1, wide: 1 },
  ]);
  const { clear: _, ...rule } = named.rule;
  const cleared = { ...named, resource_id: null, rule, revision: 2 };
  await store.replace(named, cleared, changeOf(cleared, 'rule change'));
  expect((await counts())[0]).toEqual({ all: 1, wide: 1 });
  await store.remove(cleared, changeOf(cleared, 'deletion'));
  await store.remove(moved, changeOf(moved, 'deletion'));
  expect(await counts()).toEqual([none, none]);
});
