/** The reads and writes of the copy of an event that was evaluated before. */
import { expect, test } from 'vitest';
import type { Alarm } from '../../domain/alarms/alarm.ts';
import { hasNotification } from '../../domain/alarms/outbox-row.ts';
import { heldShard } from '../../domain/alarms/outbox-shards.ts';
import { laterBy } from '../../domain/time.ts';
import { type EvaluateDeps, evaluateEvents, gentlePace } from '../../flows/evaluate-events.ts';
import type { Rest } from '../../flows/find-candidates.ts';
import { lastCounts } from '../../flows/last-counts.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { eventWith } from '../domain/events/events.ts';
import { id, minute } from '../domain/rows.ts';
import { alarmTables, rowKey } from './alarm-tables.ts';

const event = (n: number) => ({
  ...eventWith(['project_id', 1, 'a'], ['resource_id', 1, 'vm-1']),
  message_id: `m-${n}`,
  accepted_at: minute(n),
});
const events = [1, 2, 3].map(event);

function world(count: number, given: Partial<Alarm> = {}) {
  const alarms = Array.from({ length: count }, (_, n) =>
    alarmWith({ alarm_id: id(n + 1), resource_id: 'vm-1', repeat_actions: true, ...given }),
  );
  const tables = alarmTables(alarms);
  const { deps: made } = tables;
  const log: string[] = [];
  const published: string[] = [];
  const rests: unknown[] = [];
  const deps: EvaluateDeps = {
    pace: made.pace,
    alarmCounts: async (ids) => made.alarmCounts(ids),
    silences: async (ids) => made.silences(ids),
    proofState: async () => 'open',
    lastCounts: lastCounts(),
    alarmsUnder: async (asked, bounds) => made.alarmsUnder(asked, bounds),
    alarms: async (ids) => made.alarms(ids),
    written: async (keys) => {
      log.push(`read ${keys.length} rows`);
      return made.written(keys);
    },
    undeliveredOf: async (keys) => {
      log.push(`read ${keys.length} undelivered rows`);
      return made.undeliveredOf(keys);
    },
    fire: async (chains) => {
      log.push(`write ${chains.flat().length} rows`);
      return made.fire(chains);
    },
    arm: async (from, to) => made.arm(from, to),
    report: async () => undefined,
    sendRest: async (rest: Rest, isCopy) => {
      rests.push([rest.rest, isCopy]);
    },
    sendWebhooks: async () => undefined,
    sendGroups: async () => expect.unreachable(),
    publish: async (rows) => {
      published.push(...rows.map(rowKey));
      return rows;
    },
    markDelivered: async (given) => {
      for (const row of given)
        tables.rows.set(rowKey(row), { ...row, undelivered_shard: undefined });
    },
    noteChanges: async () => {},
    countSent: async () => {},
    interrupted: (step) => {
      log.push(`interrupted ${step}`);
    },
    now: () => minute(9),
  };
  const copy = (given: Partial<EvaluateDeps> = {}) =>
    evaluateEvents({ ...deps, ...given }, events, { isCopy: true });
  return { ...tables, deps, log, published, rests, copy };
}

test('the first evaluation reads no rows', async () => {
  const { deps, log } = world(2);
  await evaluateEvents(deps, events);
  expect(log.filter((line) => line.startsWith('read'))).toEqual([]);
});

test('a copy whose rows are there costs one read, and no transaction', async () => {
  const { deps, log, published, copy } = world(20);
  await evaluateEvents(deps, events);
  const before = published.length;
  log.length = 0;
  expect(await copy()).toMatchObject({ candidates: 20, fired: 0, published: 0 });
  expect(log).toEqual(['read 60 rows']);
  expect(published).toHaveLength(before);
});

test('an alarm that does not repeat costs the read of the row that raised it', async () => {
  const { deps, log, copy } = world(20, { repeat_actions: false });
  await evaluateEvents(deps, events);
  log.length = 0;
  await copy();
  expect(log).toEqual(['read 20 rows']);
});

test('an alarm that does not match costs no read', async () => {
  const rule = { event_type: 'no.such', query: [] };
  const { deps, log, copy } = world(20, { repeat_actions: false, rule });
  await evaluateEvents(deps, events);
  await copy();
  expect(log).toEqual([]);
});

test.each([{ repeat_actions: true }, { repeat_actions: false }])(
  'rows that were written and never sent are sent by the copy, with $repeat_actions for repeats',
  async (given) => {
    const { deps, log, published, copy } = world(2, given);
    const dead = { ...deps, publish: async () => [] };
    await evaluateEvents(dead, events);
    const fired = given.repeat_actions ? 6 : 2;
    log.length = 0;
    const after = (seconds: number) => ({ now: () => laterBy(minute(9), seconds) });
    // Its writer may still be about to send it.
    expect(await copy(after(3))).toMatchObject({ fired: 0, published: 0 });
    expect(await copy(after(5))).toMatchObject({ fired: 0, published: fired });
    expect(log).toEqual([
      `read ${fired} rows`,
      `read ${fired} rows`,
      `read ${fired} undelivered rows`,
    ]);
    expect(new Set(published).size).toBe(fired);
    // They are marked, so a third copy sends nothing.
    expect(await copy(after(6))).toMatchObject({ published: 0 });
  },
);

test('rows of an alarm with more events than one transaction holds are sent once each', async () => {
  const rule = { event_type: '*', query: [], clear: { event_type: 'no.such', query: [] } };
  const { deps, published } = world(1, { resource_id: null, rule });
  const many = Array.from({ length: 25 }, (_, n) => ({
    ...event(1),
    message_id: `m-${n}`,
    stamp: { resource: `vm-${n}`, incarnation: 'i', revision: 1 },
  }));
  await evaluateEvents({ ...deps, publish: async () => [] }, many);
  // Their marks are not written before the alarm's next transaction is due.
  const late = { ...deps, now: () => minute(10), markDelivered: async () => undefined };
  expect(await evaluateEvents(late, many, { isCopy: true })).toMatchObject({ published: 25 });
  expect(new Set(published).size).toBe(25);
});

test('a row that a silence holds is not sent by a copy', async () => {
  const { deps, rows, published, copy } = world(1, { repeat_actions: false });
  await evaluateEvents({ ...deps, publish: async () => [] }, events);
  for (const [key, row] of rows) {
    if (hasNotification(row)) rows.set(key, { ...row, undelivered_shard: heldShard('s') });
  }
  await copy({ now: () => minute(10) });
  expect(published).toEqual([]);
});

test('if undelivered rows cannot be read, they are left to the sweeper', async () => {
  const { deps, log, copy } = world(1);
  await evaluateEvents({ ...deps, publish: async () => [] }, events);
  const undeliveredOf = async () => {
    throw new Error('too busy');
  };
  const late = { undeliveredOf, now: () => minute(10) };
  expect(await copy(late)).toMatchObject({ fired: 0, published: 0 });
  expect(log).toContain('interrupted overdue rows');
});

test('an alarm that the index did not show is fired by the copy, and no other', async () => {
  const { alarms, deps, log, published, copy } = world(3);
  const late = alarms.get(id(2));
  if (!late) return expect.unreachable();
  alarms.delete(late.alarm_id);
  await evaluateEvents(deps, events);
  alarms.set(late.alarm_id, late);
  [log.length, published.length] = [0, 0];
  expect(await copy()).toMatchObject({ fired: 3 });
  expect(log).toEqual(['read 9 rows', 'write 3 rows']);
  expect(published).toEqual(events.map(({ message_id }) => `${message_id} ${id(2)}`));
});

test('an evaluation that died after some of its rows is completed by the copy', async () => {
  const { rows, deps, published, copy } = world(2);
  await evaluateEvents(deps, events);
  rows.delete(`m-2 ${id(1)}`);
  published.length = 0;
  expect(await copy()).toMatchObject({ fired: 1 });
  expect(published).toEqual([`m-2 ${id(1)}`]);
});

test('if the rows cannot be read, the transactions decide', async () => {
  const { deps, log, copy } = world(2);
  await evaluateEvents(deps, events);
  log.length = 0;
  const written = async () => {
    throw new Error('too busy');
  };
  expect(await copy({ written })).toMatchObject({ fired: 0 });
  expect(log[0]).toBe('interrupted rows of a copy');
  expect(log).toContain('write 6 rows');
});

test('the rest that a copy leaves for later is also marked as a copy', async () => {
  const { deps, rests } = world(120);
  const gentle = { ...deps, pace: gentlePace };
  await evaluateEvents(gentle, events.slice(0, 1));
  await evaluateEvents(gentle, events.slice(0, 1), { isCopy: true });
  expect(rests).toEqual([
    [{ of: 'named', after: id(100) }, false],
    [{ of: 'named', after: id(100) }, true],
  ]);
});
