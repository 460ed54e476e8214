import { randomUUID } from 'node:crypto';
import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { alarmLookup } from '../../adapters/alarms/alarm-lookup.ts';
import { lookupRow } from '../../adapters/alarms/alarm-rows.ts';
import { firings } from '../../adapters/alarms/firings.ts';
import { outbox } from '../../adapters/alarms/outbox.ts';
import type { Alarm } from '../../domain/alarms/alarm.ts';
import { type Firing, firingOf } from '../../domain/alarms/firing.ts';
import { OutboxRow } from '../../domain/alarms/outbox-row.ts';
import { allShards } from '../../domain/alarms/outbox-shards.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { eventWith } from '../domain/events/events.ts';
import { minute } from '../domain/rows.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';
import { answered, cancelled, disturb, refused } from './disturb.ts';

let own: OwnThings;
let client = dynamodb();
beforeAll(async () => {
  own = await ownThings();
});
afterEach(() => {
  client.destroy();
  client = dynamodb();
});
afterAll(() => own.cleanup());

const writer = () =>
  firings(client, {
    alarms: own.env.ALARMS_TABLE,
    history: own.env.HISTORY_TABLE,
    timers: own.env.TIMERS_TABLE,
  });
/** Each firing as a separate chain. */
const fire = (of: readonly Firing[]) => writer().fire(of.map((firing) => [firing]));
const interruptions: string[] = [];
const box = (retentionDays = 30) =>
  outbox(client, {
    ...{ table: own.env.HISTORY_TABLE, retentionDays },
    interrupted: (step) => interruptions.push(step),
  });
const lookup = () => alarmLookup(client, own.env.ALARMS_TABLE);

const putAlarm = async (alarm: Alarm): Promise<Alarm> => {
  const Item = { ...alarm, kind: 'alarm', other: 'attribute' };
  await client.send(new PutCommand({ TableName: own.env.ALARMS_TABLE, Item }));
  return alarm;
};
const newAlarm = (given: Partial<Alarm> = {}) =>
  putAlarm(alarmWith({ alarm_id: randomUUID(), ...given }));
const stored = async ({ alarm_id }: Alarm) => (await lookup().alarms([alarm_id])).alarms[0];
const transition = (
  alarm: Alarm,
  message_id = randomUUID(),
  now = minute(9),
  to: 'alarm' | 'ok' = 'alarm',
): Firing<OutboxRow> =>
  firingOf(alarm, { ...eventWith(), message_id }, { kind: 'transition', to, reason: 'r' }, now);
const notice = (alarm: Alarm, message_id = randomUUID()): Firing<OutboxRow> =>
  firingOf(alarm, { ...eventWith(), message_id }, { kind: 'notice', reason: 'r' }, minute(9));
async function rowOf({ row: { event_id, alarm_id } }: Firing) {
  const Key = { event_id, alarm_id };
  const { Item } = await client.send(new GetCommand({ TableName: own.env.HISTORY_TABLE, Key }));
  return Item;
}

test('a transition writes its row and only its own fields of the alarm', async () => {
  const alarm = await newAlarm({ name: 'x' });
  const firing = transition(alarm);
  expect(await fire([firing])).toEqual(['written']);
  expect(await stored(alarm)).toEqual(firing.to);
  expect(OutboxRow.parse(await rowOf(firing))).toEqual(firing.row);
});

test('a notice writes only its row, even if the alarm has changed', async () => {
  const alarm = await newAlarm();
  const late = notice({ ...alarm, revision: 9 });
  expect(await fire([late])).toEqual(['written']);
  expect(await stored(alarm)).toEqual(alarm);
});

test('each firing has its own outcome, and those without a failed condition are written', async () => {
  const [fresh, changed, delivered, gone] = await Promise.all([
    newAlarm(),
    newAlarm({ revision: 7 }),
    newAlarm(),
    newAlarm(),
  ]);
  const again = transition(delivered);
  await fire([again]);
  const all = [
    transition(fresh),
    transition({ ...changed, revision: 6 }),
    again,
    notice(fresh),
    transition({ ...gone, alarm_id: randomUUID() }),
  ];
  expect(await fire(all)).toEqual([
    ...['written', 'alarm changed', { already: [0] }, 'written', 'alarm changed'],
  ]);
  const rows = await Promise.all(all.map(rowOf));
  expect(rows.map(Boolean)).toEqual([true, false, true, true, false]);
  expect(await stored(changed)).toMatchObject({ revision: 7, state: 'insufficient data' });
});

test('if both conditions fail, the outcome is that the row is already written', async () => {
  const alarm = await newAlarm();
  const firing = transition(alarm);
  await fire([firing]);
  expect(await fire([firing])).toEqual([{ already: [0] }]);
});

test('a deleted alarm is not written back by a transition', async () => {
  const alarm = alarmWith({ alarm_id: randomUUID() });
  expect(await fire([transition(alarm)])).toEqual(['alarm changed']);
  expect(await stored(alarm)).toBeUndefined();
});

test('a conflict of transactions is retried', async () => {
  const [first, second] = [await newAlarm(), await newAlarm()];
  const all = [transition(first), notice(second)];
  const conflict = refused(cancelled('None', 'TransactionConflict', 'None'));
  const tries = disturb({ dynamo: client }, 'TransactWriteItems', conflict);
  expect(await fire(all)).toEqual(['written', 'written']);
  expect(tries).toHaveLength(2);
});

test('after a failed condition beside a conflict, the other firings are retried', async () => {
  const [first, second] = [await newAlarm(), await newAlarm()];
  const mixed = refused(cancelled('ConditionalCheckFailed', 'None', 'TransactionConflict', 'None'));
  disturb({ dynamo: client }, 'TransactWriteItems', mixed);
  expect(await fire([transition(first), transition(second)])).toEqual([
    { already: [0] },
    'written',
  ]);
});

test('if two evaluators fire an alarm at once, one writes and the other is informed', async () => {
  const alarm = await newAlarm();
  const both = await Promise.all([fire([transition(alarm)]), fire([transition(alarm)])]);
  expect(both.flat().sort()).toEqual(['alarm changed', 'written']);
  const same = notice(alarm);
  const twice = await Promise.all([fire([same]), fire([same])]);
  expect(twice.flat()).toEqual(expect.arrayContaining([{ already: [0] }, 'written']));
});

const undelivered = async () => {
  const pages = await Promise.all(
    allShards.map((shard) =>
      client.send(
        new QueryCommand({
          TableName: own.env.HISTORY_TABLE,
          IndexName: 'undelivered',
          KeyConditionExpression: 'undelivered_shard = :shard',
          ExpressionAttributeValues: { ':shard': shard },
        }),
      ),
    ),
  );
  return pages.flatMap(({ Items = [] }) => Items.map(({ event_id }) => String(event_id)));
};

test('a mark removes a row from the sweeper’s index, sets its expiry, and keeps the rest of it', async () => {
  const of = Array.from({ length: 30 }, () => notice(alarmWith({ alarm_id: randomUUID() })));
  for (let n = 0; n < 30; n += 10) await fire(of.slice(n, n + 10));
  const [left = notice(alarmWith()), ...delivered] = of;
  await box(1).markDelivered(delivered.map(({ row }) => row));
  const ids = await undelivered();
  expect(ids).toContain(left.row.event_id);
  for (const { row } of delivered) expect(ids).not.toContain(row.event_id);
  const marked = await rowOf(delivered[0] ?? left);
  const days = (Number(marked?.expires_at) - Date.now() / 1000) / 86_400;
  expect(days).toBeGreaterThan(14.99);
  expect(marked).toMatchObject({ body: delivered[0]?.row.body });
  expect(marked).not.toHaveProperty('undelivered_shard');
  expect(await rowOf(left)).not.toHaveProperty('expires_at');
});

test.each(['ThrottlingError', 'TransactionConflict'])(
  'a mark that is refused for a %s is made again',
  async (Code) => {
    const of = [0, 1].map(() => notice(alarmWith({ alarm_id: randomUUID() })));
    await fire(of);
    const busy = answered({ Responses: [{ Error: { Code } }, {}] });
    const tries = disturb({ dynamo: client }, 'BatchExecuteStatement', busy);
    await box().markDelivered(of.map(({ row }) => row));
    expect(tries).toMatchObject([{ Statements: [{}, {}] }, { Statements: [{}] }]);
  },
);

test('a mark that is always refused throws, and the other rows are marked', async () => {
  const of = [0, 1].map(() => notice(alarmWith({ alarm_id: randomUUID() })));
  await fire(of);
  const busy = answered({ Responses: [{ Error: { Code: 'ThrottlingError' } }, {}] });
  disturb({ dynamo: client }, 'BatchExecuteStatement', ...Array(6).fill(busy));
  const marked = box().markDelivered(of.map(({ row }) => row));
  await expect(marked).rejects.toThrow(/1 of 2 statements/);
});

test('the sweeper finds old undelivered rows, oldest first, at most so many of each shard', async () => {
  const alarm = alarmWith({ alarm_id: randomUUID() });
  const at = (n: number) => transition(alarm, randomUUID(), minute(-100 + n)).row;
  const rows = [at(3), at(1), at(2)];
  const put = (row: OutboxRow) =>
    client.send(new PutCommand({ TableName: own.env.HISTORY_TABLE, Item: row }));
  await Promise.all(rows.map(put));
  const found = await box().undelivered(minute(-97), 250);
  expect(found).toEqual([rows[1], rows[2]]);
  await put(at(4));
  await Promise.all(Array.from({ length: 40 }, () => put(at(0))));
  const some = await box().undelivered(minute(-97), 1);
  expect(some.length).toBeLessThanOrEqual(allShards.length);
  expect(some.length).toBeGreaterThan(0);
});

test('a row that cannot be read is logged, and does not hide the others from the sweeper', async () => {
  const rowFrom = (n: number) =>
    transition(alarmWith({ alarm_id: randomUUID() }), randomUUID(), minute(n)).row;
  const [broken, good] = [rowFrom(-302), rowFrom(-301)];
  for (const Item of [{ ...broken, attributes: 'none' }, good]) {
    await client.send(new PutCommand({ TableName: own.env.HISTORY_TABLE, Item }));
  }
  interruptions.length = 0;
  expect(await box().undelivered(minute(-300), 250)).toEqual([good]);
  expect(interruptions).toEqual(['row of the history']);
  await box().markDelivered([broken]);
});

test('a row that was delivered after the index was read is left out', async () => {
  const row = transition(alarmWith({ alarm_id: randomUUID() }), randomUUID(), minute(-200)).row;
  const Item = { ...row, undelivered_shard: undefined };
  const lagging = { Items: [{ event_id: row.event_id, alarm_id: row.alarm_id }] };
  await client.send(new PutCommand({ TableName: own.env.HISTORY_TABLE, Item }));
  disturb({ dynamo: client }, 'Query', answered(lagging));
  const found = await box().undelivered(minute(-199), 250);
  expect(found.map(({ event_id }) => event_id)).not.toContain(row.event_id);
});

test('alarms are found by each of many keys, and read consistently', async () => {
  const alarms = await Promise.all(Array.from({ length: 120 }, () => newAlarm()));
  const key = (n: number) => `key-${n % 3}`;
  await Promise.all(
    alarms.map(({ alarm_id }, n) => {
      const Item = lookupRow({ alarm_id, project_id: 'p' }, key(n));
      return client.send(new PutCommand({ TableName: own.env.ALARMS_TABLE, Item }));
    }),
  );
  const keys = ['key-0', 'key-1', 'key-none', 'key-', 'key-0#', 'other'];
  const ids = alarms.map(({ alarm_id }) => alarm_id);
  const under = (n: number) => ids.filter((_, each) => each % 3 === n).sort();
  const [few, other] = [
    { project_id: 'p', keys, alarms: 1e6 },
    { project_id: 'q', keys, alarms: 1 },
  ];
  // Firings that are written one by one have the same result as all at once.
  for (const asked of [few, { ...few, alarms: 120 }]) {
    const found = await lookup().alarmsUnder([asked]);
    expect(Object.fromEntries(found)).toEqual({
      ...Object.fromEntries(keys.map((each) => [each, []])),
      ...{ 'key-0': under(0), 'key-1': under(1) },
    });
    const after = under(0)[9] ?? '';
    const some = await lookup().alarmsUnder([asked], { after, most: 5 });
    expect(some.get('key-0')).toEqual(under(0).slice(10, 15));
    const first = await lookup().alarmsUnder([asked], { after: '', most: 2 });
    expect(first.get('key-1')).toEqual(under(1).slice(0, 2));
  }
  expect([...(await lookup().alarmsUnder([other])).values()].flat()).toEqual([]);
  const read = await lookup().alarms([...ids, randomUUID()]);
  expect(read.unreadable).toEqual([]);
  expect(read.alarms.map(({ alarm_id }) => alarm_id).sort()).toEqual(ids.sort());
});

test('rows that exist are found among many keys', async () => {
  const alarm = await newAlarm();
  const there = Array.from({ length: 3 }, () => notice(alarm));
  await fire(there);
  const others = Array.from({ length: 150 }, () => notice(alarm));
  const found = await writer().written([...others, ...there].map(({ row }) => row));
  const keys = there.map(({ row: { event_id, alarm_id } }) => ({ event_id, alarm_id }));
  expect(found).toHaveLength(3);
  expect(found).toEqual(expect.arrayContaining(keys.map((key) => expect.objectContaining(key))));
});

test('of rows that exist, those that are not delivered are read', async () => {
  const alarm = await newAlarm();
  const [sent, unsent] = [notice(alarm), notice(alarm)];
  const missing = notice(alarm);
  await fire([sent, unsent]);
  await box().markDelivered([sent.row]);
  const keys = [sent, unsent, missing].map(({ row }) => row);
  const { written_at, undelivered_shard } = unsent.row;
  const shown = new Map((await writer().written(keys)).map((row) => [row.event_id, row]));
  expect(shown.get(unsent.row.event_id)).toMatchObject({ written_at, undelivered_shard });
  expect(shown.get(sent.row.event_id)).toMatchObject({ written_at: sent.row.written_at });
  expect(shown.get(sent.row.event_id)).not.toHaveProperty('undelivered_shard');
  expect(await box().undeliveredOf(keys)).toEqual([unsent.row]);
});

test('a chain writes all its rows, and the alarm after its last firing', async () => {
  const alarm = await newAlarm();
  const raised = transition(alarm);
  const cleared = transition(raised.to ?? alarm, randomUUID(), minute(10), 'ok');
  const delivered = notice(cleared.to ?? alarm);
  expect(await writer().fire([[raised, cleared, delivered]])).toEqual(['written']);
  expect(await stored(alarm)).toEqual(cleared.to);
  expect(await stored(alarm)).toMatchObject({ state: 'ok', revision: 3 });
  for (const firing of [raised, cleared, delivered]) expect(await rowOf(firing)).toBeDefined();
});

test('if a row of a chain already exists, nothing is written, and the outcome names the row', async () => {
  const alarm = await newAlarm();
  const [first, second] = [transition(alarm), notice(alarm)];
  await fire([second]);
  expect(await writer().fire([[first, second]])).toEqual([{ already: [1] }]);
  expect(await rowOf(first)).toBeUndefined();
  expect(await stored(alarm)).toEqual(alarm);
});

test('a noted row expires, and is not in the history', async () => {
  const clear = { event_type: '*', query: [] };
  const alarm = await newAlarm({ rule: { event_type: '*', query: [], clear } });
  const event = { ...eventWith(), message_id: randomUUID() };
  const noted = firingOf(alarm, event, { kind: 'noted', why: 'nothing to clear' }, minute(9));
  expect(await fire([noted])).toEqual(['written']);
  const row = await rowOf(noted);
  expect(row).toMatchObject({ noted: 'nothing to clear', expires_at: expect.any(Number) });
  for (const key of [
    'sort_key',
    'time_shard',
    'project_shard',
    'on_behalf_of',
    'undelivered_shard',
  ]) {
    expect(row).not.toHaveProperty(key);
  }
  expect(await stored(alarm)).toEqual({ ...alarm, revision: 2, stamped_at: event.accepted_at });
  expect(await fire([noted])).toEqual([{ already: [0] }]);
});

test('a row that is not a valid alarm is reported, and does not hide the others', async () => {
  const [alarm, other] = [await newAlarm(), await newAlarm()];
  const broken = { ...other, kind: 'alarm', severity: 'grave' };
  await client.send(new PutCommand({ TableName: own.env.ALARMS_TABLE, Item: broken }));
  const read = await lookup().alarms([alarm.alarm_id, other.alarm_id]);
  expect(read.alarms).toEqual([alarm]);
  const [unreadable] = read.unreadable;
  expect(unreadable).toMatchObject({ alarm_id: other.alarm_id, revision: 1, isReported: false });
  expect(unreadable?.reason).toMatch(/^Cannot be evaluated: severity: /);
  if (unreadable) expect(await writer().report(unreadable)).toBe(true);
  const again = await lookup().alarms([other.alarm_id]);
  expect(again.unreadable).toMatchObject([{ revision: 2, isReported: true }]);
});

test('a report does not write to an alarm that was changed or deleted since', async () => {
  const alarm = await newAlarm({ revision: 3 });
  const report = { alarm_id: alarm.alarm_id, revision: 2, reason: 'why', isReported: false };
  expect(await writer().report(report)).toBe(false);
  expect(await writer().report({ ...report, alarm_id: randomUUID(), revision: undefined })).toBe(
    false,
  );
  expect(await stored(alarm)).toEqual(alarm);
  expect(await writer().report({ ...report, revision: undefined })).toBe(true);
  expect(await stored(alarm)).toMatchObject({ state_reason: 'why', revision: 3 });
});
