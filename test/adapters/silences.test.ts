import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { heldStore } from '../../adapters/alarms/held-rows.ts';
import { historyRow } from '../../adapters/alarms/history-rows.ts';
import { outbox } from '../../adapters/alarms/outbox.ts';
import { alarmCounter } from '../../adapters/alarms/quotas.ts';
import {
  silenceEnds,
  silenceLists,
  silenceReader,
  silenceStore,
} from '../../adapters/alarms/silences.ts';
import type { Alarm } from '../../domain/alarms/alarm.ts';
import { firingOf, heldFiring } from '../../domain/alarms/firing.ts';
import { hasNotification, type OutboxRow } from '../../domain/alarms/outbox-row.ts';
import { type Silence, silenceUntil } from '../../domain/alarms/silence.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { silenceWith } from '../domain/alarms/silences.ts';
import { eventWith } from '../domain/events/events.ts';
import { minute } from '../domain/rows.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';

const dynamo = dynamodb();
let own: OwnThings;
beforeAll(async () => {
  own = await ownThings();
});
afterAll(async () => {
  await own.cleanup();
  dynamo.destroy();
});

const newSilence = (given: Partial<Silence> = {}) =>
  silenceWith({ silence_id: randomUUID(), project_id: randomUUID(), ...given });

function stores() {
  const { ALARMS_TABLE: alarms, HISTORY_TABLE: history } = own.env;
  const { SILENCES_TABLE: silences, QUOTAS_TABLE: quotas } = own.env;
  return {
    ...silenceStore(dynamo, { silences, quotas }),
    ...silenceReader(dynamo, silences),
    ...silenceLists(dynamo, silences),
    ...silenceEnds(dynamo, { silences, quotas }),
    ...alarmCounter(dynamo, quotas),
    ...heldStore(dynamo, {
      ...{ tables: { alarms, history }, retentionDays: 30 },
      interrupted: () => expect.unreachable(),
    }),
    ...outbox(dynamo, {
      ...{ table: history, retentionDays: 30, interrupted: () => expect.unreachable() },
    }),
  };
}

test('a silence is named in the counts of its project until its end is done', async () => {
  const { addSilence, alarmCounts, changeSilence, endSilence, silence, silences } = stores();
  const one = newSilence();
  const { project_id, silence_id } = one;
  const named = async () => (await alarmCounts([project_id])).get(project_id)?.silences;
  expect(await named()).toBeUndefined();
  expect(await addSilence(one, 2)).toBe('written');
  expect(await named()).toEqual([silence_id]);
  expect(await silence(silence_id)).toEqual({ ...one });
  expect(await silences([silence_id, randomUUID()])).toEqual([{ ...one }]);
  const ended = silenceUntil(one, { ends_at: minute(7), reason: 'done' }, minute(7));
  expect(await changeSilence(one, ended)).toBe(true);
  expect(await changeSilence(one, ended)).toBe(false);
  expect(await endSilence(one, minute(8))).toBe(false);
  expect(await endSilence(ended, minute(8))).toBe(true);
  expect(await named()).toBeUndefined();
  expect((await silence(silence_id))?.due_at).toBeUndefined();
  expect(await changeSilence(ended, silenceUntil(ended, one, minute(8)))).toBe(false);
});

test('a project has no more silences than its limit, and an id is taken once', async () => {
  const { addSilence } = stores();
  const one = newSilence();
  const { project_id } = one;
  expect(await addSilence(one, 2)).toBe('written');
  expect(await addSilence({ ...one, project_id: randomUUID() }, 2)).toBe('known');
  const more = Array.from({ length: 4 }, () => newSilence({ project_id }));
  const ends = await Promise.all(more.map((each) => addSilence(each, 2)));
  expect(ends.filter((end) => end === 'written').length).toBeLessThanOrEqual(1);
  expect(await addSilence(newSilence({ project_id }), 0)).toBe('too many');
});

test('a silence of several projects is named in the counts of each', async () => {
  const { addSilence, alarmCounts, endSilence } = stores();
  const all = newSilence({ project_id: '' });
  await addSilence(all, 50);
  const counts = await alarmCounts(['', randomUUID()]);
  expect([...counts.values()].map(({ silences }) => silences)).toEqual([
    [all.silence_id],
    [all.silence_id],
  ]);
  await endSilence(all, minute(8));
});

test('silences are listed in pages, the newest first, and those that are due by their time', async () => {
  const { addSilence, silencePage, dueSilences, postpone } = stores();
  const project_id = randomUUID();
  const made = [1, 2, 3].map((n) =>
    newSilence({ project_id, created_at: minute(n), ends_at: minute(n) }),
  );
  for (const each of made) await addSilence(each, 50);
  const ids = (rows: readonly Silence[]) => rows.map(({ silence_id }) => silence_id);
  const [one, two, three] = ids(made);
  const first = await silencePage(project_id, { limit: 2, marker: undefined });
  expect(ids(first)).toEqual([three, two]);
  expect(ids(await silencePage(project_id, { limit: 2, marker: first[1] }))).toEqual([one]);
  const all = await silencePage(undefined, { limit: 100, marker: undefined });
  expect(ids(all)).toEqual(expect.arrayContaining([one, two, three]));
  const due = async (at: number) =>
    ids(await dueSilences(minute(at), 100)).filter((each) => ids(made).includes(each));
  expect(await due(2)).toEqual([one, two]);
  const [oldest] = made;
  if (oldest) expect(await postpone(oldest, minute(4))).toBe(true);
  expect(await due(3)).toEqual([two, three]);
  expect(await due(4)).toEqual([two, three, one]);
});

/** An alarm, and rows of it that a silence holds. */
async function heldRowsOf(silence_id: string, count: number) {
  const alarm: Alarm = alarmWith({ alarm_id: randomUUID(), state: 'alarm' });
  const Item = { ...alarm, kind: 'alarm' };
  await dynamo.send(new PutCommand({ TableName: own.env.ALARMS_TABLE, Item }));
  const rows: OutboxRow[] = [];
  for (let n = 0; n < count; n++) {
    const event = { ...eventWith(), message_id: randomUUID() };
    const firing = firingOf(alarm, event, { kind: 'notice', reason: 'r' }, minute(n));
    const { row } = heldFiring(firing, { silence_id, host: 'compute-1' });
    if (!hasNotification(row)) continue;
    rows.push(row);
    const put = { TableName: own.env.HISTORY_TABLE, Item: historyRow(row) };
    await dynamo.send(new PutCommand(put));
  }
  return { alarm, rows };
}

/** The keys of all rows that a silence holds. */
async function heldKeys(silence_id: string) {
  const keys = [];
  for await (const page of stores().heldKeys(silence_id)) keys.push(...page);
  return keys;
}

test('held rows are not swept; one is released, and the others are dropped', async () => {
  const { held, release, undelivered } = stores();
  const silence_id = randomUUID();
  const { alarm, rows } = await heldRowsOf(silence_id, 3);
  expect(await undelivered(minute(100), 100)).toEqual([]);
  const keys = await heldKeys(silence_id);
  expect(keys.map(({ event_id }) => event_id)).toEqual(rows.map(({ event_id }) => event_id));
  expect(await held(silence_id, keys)).toHaveLength(3);
  const [first, second, row] = rows;
  if (!first || !second || !row) throw new Error('there are three rows');
  const others = [first, second];
  const changed = { ...alarm, revision: 9 };
  expect(await release(silence_id, { row, others, alarm: changed }, minute(9))).toBeUndefined();
  expect(await heldKeys(silence_id)).toHaveLength(3);
  const released = await release(silence_id, { row, others, alarm }, minute(9));
  expect(released?.written_at).toBe(minute(9));
  expect(await release(silence_id, { row, others, alarm }, minute(9))).toBeUndefined();
  expect(await heldKeys(silence_id)).toEqual([]);
  const { held_host: _, ...sent } = { ...released };
  expect(await undelivered(minute(100), 100)).toEqual([sent]);
  await stores().markDelivered([row]);
});

test('rows are moved to another silence, and only the silence that holds them drops them', async () => {
  const { move, drop } = stores();
  const [one, other] = [randomUUID(), randomUUID()];
  const { rows } = await heldRowsOf(one, 2);
  await move(one, rows, other);
  await drop(one, rows, minute(9));
  expect(await heldKeys(one)).toEqual([]);
  expect(await heldKeys(other)).toHaveLength(2);
  await drop(other, rows, minute(9));
  expect(await heldKeys(other)).toEqual([]);
});
