/** Timers of alarms, in a real table. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { timerStore, timerWrites } from '../../adapters/timers/alarm-timers.ts';
import { transact } from '../../adapters/transactions.ts';
import { laterBy } from '../../domain/time.ts';
import { timerPartsOf, timerSlotOf } from '../../domain/timers/timer-slots.ts';
import { minute } from '../domain/rows.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';
import { disturb } from './disturb.ts';

const client = dynamodb();
let own: OwnThings;
beforeAll(async () => {
  own = await ownThings();
});
afterAll(async () => {
  await own.cleanup();
  client.destroy();
});

test('the timers of a slot that are due are read in their order, and removed', async () => {
  const table = own.env.TIMERS_TABLE;
  const { dueTimers, removeTimers } = timerStore(client, table);
  const at = (seconds: number) => laterBy(minute(5), seconds);
  const timed = (seconds: number) => ({
    ...{ alarm_id: randomUUID(), project_id: 'a', timer_at: at(seconds) },
  });
  const [late, early, moved, gone, next] = [timed(30), timed(10), timed(20), timed(15), timed(60)];
  const write = async (
    ...given: Parameters<typeof timerWrites> extends [string, ...infer T] ? T : never
  ) => transact(client, timerWrites(table, ...given));
  for (const each of [late, early, moved, gone, next]) await write(undefined, each);
  await write(moved, { ...moved, timer_at: at(25) });
  await write(gone, undefined);
  const due = async (now: string) => {
    const rows = [];
    for (const part of timerPartsOf(timerSlotOf(at(0)))) {
      const its = [];
      for await (const page of dueTimers(part, now)) its.push(...page);
      expect(its).toEqual(its.toSorted((a, b) => (a.due < b.due ? -1 : 1)));
      rows.push(...its);
    }
    return rows.sort((a, b) => (a.due < b.due ? -1 : 1));
  };
  expect(await due(at(9))).toEqual([]);
  expect((await due(at(10))).map(({ alarm_id }) => alarm_id)).toEqual([early.alarm_id]);
  const all = await due(at(59));
  expect(all).toMatchObject([
    { alarm_id: early.alarm_id, due: at(10), project_id: 'a' },
    { alarm_id: moved.alarm_id, due: at(25) },
    { alarm_id: late.alarm_id, due: at(30) },
  ]);
  await removeTimers(all.slice(0, 2));
  expect((await due(at(59))).map(({ alarm_id }) => alarm_id)).toEqual([late.alarm_id]);
});

test('many timers are removed 25 in a request, and those that are gone already are no error', async () => {
  const table = own.env.TIMERS_TABLE;
  const { dueTimers, removeTimers } = timerStore(client, table);
  const timed = Array.from({ length: 30 }, () => ({
    ...{ alarm_id: randomUUID(), project_id: 'a', timer_at: minute(7) },
  }));
  await transact(
    client,
    timed.flatMap((each) => timerWrites(table, undefined, each)),
  );
  const due = async () => {
    const rows = [];
    for (const part of timerPartsOf(timerSlotOf(minute(7)))) {
      for await (const page of dueTimers(part, minute(7))) rows.push(...page);
    }
    return rows;
  };
  const rows = await due();
  expect(rows).toHaveLength(30);
  const removals = disturb({ dynamo: client }, 'BatchExecuteStatement');
  await removeTimers(rows);
  expect(removals).toHaveLength(2);
  expect(await due()).toEqual([]);
  await removeTimers(rows.slice(0, 2));
});

test('a change that keeps the timer writes nothing for it', () => {
  const timed = { alarm_id: randomUUID(), project_id: 'a', timer_at: minute(1) };
  expect(timerWrites('t', timed, { ...timed })).toEqual([]);
  expect(timerWrites('t', { ...timed, timer_at: null }, undefined)).toEqual([]);
});
