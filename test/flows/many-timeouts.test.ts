/**
 * Very many alarms whose timers fall due at the same time: their cost, and that one of them cannot
 * harm the others.
 */
import { expect, test } from 'vitest';
import type { Alarm } from '../../domain/alarms/alarm.ts';
import { timeoutMessages } from '../../domain/alarms/timeout-messages.ts';
import { mostTimeouts } from '../../domain/events/messages.ts';
import {
  type EvaluateTimeoutsDeps,
  evaluateTimeouts,
  timeoutsPerTransaction,
} from '../../flows/evaluate-timeouts.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { id, minute } from '../domain/rows.ts';
import { evaluationWorld } from './evaluation-world.ts';

const due = minute(10);

/** This many armed alarms of a project, which are due at the same time, and their messages. */
function dueAtOnce(count: number) {
  const world = evaluationWorld();
  const rule = { event_type: 'backup.done', query: [], timeout: 60 };
  for (let n = 0; n < count; n++) {
    const given: Partial<Alarm> = { rule, armed_at: minute(8), timer_at: due };
    world.alarms.set(id(n), alarmWith({ ...given, alarm_id: id(n) }));
  }
  const timers = [...world.alarms.keys()].map((alarm_id) => ({ alarm_id, due, project_id: 'a' }));
  const counts = { alarms: 0, counted: 0, transactions: 0, published: 0, marked: 0 };
  const busy = { now: 0, most: 0 };
  const deps: EvaluateTimeoutsDeps = {
    ...world.deps,
    transactionsAtOnce: 8,
    now: () => due,
    alarms: async (ids) => {
      counts.alarms++;
      return world.deps.alarms(ids);
    },
    alarmCounts: async (ids) => {
      counts.counted++;
      return world.deps.alarmCounts(ids);
    },
    fire: async (chains) => {
      counts.transactions++;
      busy.most = Math.max(busy.most, ++busy.now);
      await new Promise((resolve) => setImmediate(resolve));
      busy.now--;
      return world.deps.fire(chains);
    },
    publish: async (rows) => {
      counts.published += rows.length;
      return world.deps.publish(rows);
    },
  };
  return { ...world, deps, counts, busy, messages: timeoutMessages(timers, due) };
}

test('ten thousand are read in forty requests, and written in full transactions, eight at once in a message', async () => {
  const { deps, counts, busy, messages, alarms, published } = dueAtOnce(10_000);
  for (const { message } of messages) {
    expect(await evaluateTimeouts(deps, message.timeouts)).toMatchObject({ fired: 250 });
  }
  const transactions = messages.length * Math.ceil(mostTimeouts / timeoutsPerTransaction);
  expect(counts).toMatchObject({ alarms: 40, counted: 40, transactions, published: 10_000 });
  expect(busy.most).toBe(8);
  expect(new Set(published.map(({ alarm_id }) => alarm_id)).size).toBe(10_000);
  expect(new Set([...alarms.values()].map(({ state }) => state))).toEqual(
    new Set(['insufficient data']),
  );
  const again = messages[0]?.message.timeouts ?? [];
  expect(await evaluateTimeouts(deps, again)).toMatchObject({ fired: 0, published: 0 });
});

test('a transaction that fails does not stop the others: written rows are published, and the repeat does the rest', async () => {
  const { deps, messages, published } = dueAtOnce(40);
  const [{ message }] = [messages[0] ?? expect.unreachable()];
  const failing: EvaluateTimeoutsDeps = {
    ...deps,
    fire: async (chains) => {
      if (chains.some((chain) => chain[0]?.from.alarm_id === id(7))) throw new Error('no table');
      return deps.fire(chains);
    },
  };
  await expect(evaluateTimeouts(failing, message.timeouts)).rejects.toThrow('no table');
  expect(published).toHaveLength(40 - timeoutsPerTransaction);
  expect(await evaluateTimeouts(deps, message.timeouts)).toMatchObject({
    fired: timeoutsPerTransaction,
  });
  expect(new Set(published.map(({ alarm_id }) => alarm_id)).size).toBe(40);
});

test('the notifications of a transaction are sent before the next one is written', async () => {
  const { deps, messages } = dueAtOnce(3 * timeoutsPerTransaction);
  const [{ message }] = [messages[0] ?? expect.unreachable()];
  const calls: string[] = [];
  const noted: EvaluateTimeoutsDeps = {
    ...deps,
    transactionsAtOnce: 1,
    fire: async (chains) => {
      calls.push(`fire ${chains.length}`);
      return deps.fire(chains);
    },
    publish: async (rows) => {
      calls.push(`publish ${rows.length}`);
      return deps.publish(rows);
    },
  };
  await evaluateTimeouts(noted, message.timeouts);
  const each = [`fire ${timeoutsPerTransaction}`, `publish ${timeoutsPerTransaction}`];
  expect(calls).toEqual([...each, ...each, ...each]);
});
