/** Chains of events that raise and clear one alarm: how they are evaluated and written. */

import { expect, test } from 'vitest';
import { type EvaluateDeps, evaluateEvents } from '../../flows/evaluate-events.ts';
import { lastCounts } from '../../flows/last-counts.ts';
import { id } from '../domain/rows.ts';
import { alarmTables } from './alarm-tables.ts';
import { becomes, clearing, evaluationWorld } from './evaluation-world.ts';

const rivalDeps = ({ deps: made }: ReturnType<typeof alarmTables>): Partial<EvaluateDeps> => ({
  alarmCounts: async (ids) => made.alarmCounts(ids),
  lastCounts: lastCounts(),
  alarmsUnder: async (keys) => made.alarmsUnder(keys),
  alarms: async (ids) => made.alarms(ids),
  written: async (keys) => made.written(keys),
  fire: async (chains) => made.fire(chains),
});

test('a burst that raises and clears an alarm is written ten events at a time, and notified in order', async () => {
  const { alarms, transactions, evaluate, file, transitions } = evaluationWorld();
  file(clearing);
  const burst = Array.from({ length: 25 }, (_, n) => becomes(n + 1, n % 2 ? 'active' : 'stopped'));
  expect(await evaluate(burst)).toMatchObject({ fired: 25, published: 25 });
  expect(transactions.map((chains) => chains.flat().length)).toEqual([10, 10, 5]);
  expect(transitions().slice(0, 3)).toEqual([
    'm-1 insufficient data→alarm',
    'm-2 alarm→ok',
    'm-3 ok→alarm',
  ]);
  expect(alarms.get(id(1))).toMatchObject({ state: 'alarm', revision: 26 });
  expect(await evaluate(burst)).toMatchObject({ fired: 0 });
});

test('events of a message are evaluated oldest first', async () => {
  const { evaluate, file, transitions } = evaluationWorld();
  file(clearing);
  await evaluate([becomes(3, 'stopped'), becomes(2, 'active'), becomes(1, 'stopped')]);
  expect(transitions()).toEqual(['m-1 insufficient data→alarm', 'm-2 alarm→ok', 'm-3 ok→alarm']);
});

test('an event without a notification is recorded, so that a late copy does not count as new', async () => {
  const { rows, published, evaluate, file } = evaluationWorld();
  file(clearing);
  await evaluate([becomes(1, 'stopped'), becomes(2, 'stopped'), becomes(3, 'active')]);
  expect(rows.get(`m-2 ${id(1)}`)).toMatchObject({ noted: 'already in alarm' });
  await evaluate([becomes(4, 'stopped')]);
  expect(await evaluate([becomes(2, 'stopped')])).toMatchObject({ fired: 0 });
  expect(published).toHaveLength(3);
});

test('if another evaluator has begun a chain, the rest of it is decided again', async () => {
  const { alarms, rows, published, state, evaluate, file, transitions, deps } = evaluationWorld();
  file(clearing);
  const rival = alarmTables([...alarms.values()]);
  const burst = [becomes(1, 'stopped'), becomes(2, 'active'), becomes(3, 'stopped')];
  await evaluateEvents({ ...deps, ...rivalDeps(rival) }, burst.slice(0, 2));
  published.length = 0;
  state.meanwhile = () => {
    for (const [key, row] of rival.rows) rows.set(key, row);
    for (const [key, alarm] of rival.alarms) alarms.set(key, alarm);
  };
  expect(await evaluate(burst)).toMatchObject({ fired: 1 });
  expect(transitions()).toEqual(['m-3 ok→alarm']);
});

test('notes are small: more of them are written at once', async () => {
  const { rows, transactions, evaluate, file } = evaluationWorld();
  file({ ...clearing, state: 'alarm' });
  const burst = Array.from({ length: 50 }, (_, n) => becomes(n + 1, 'stopped'));
  expect(await evaluate(burst)).toMatchObject({ fired: 0 });
  expect(transactions.map((chains) => chains.flat().length)).toEqual([37, 13]);
  expect(rows.size).toBe(50);
});
