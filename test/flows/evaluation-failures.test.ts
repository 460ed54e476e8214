/** What is written and delivered when a read, a write or a topic fails. */

import { expect, test } from 'vitest';
import type { EvaluateDeps } from '../../flows/evaluate-events.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { id } from '../domain/rows.ts';
import { change, evaluationWorld } from './evaluation-world.ts';

test('when a transaction throws, the rows of others are delivered before the message fails', async () => {
  const { published, deps, evaluate, file, undelivered } = evaluationWorld();
  file(...Array.from({ length: 25 }, () => ({ resource_id: 'vm-1' })));
  let calls = 0;
  const fire: EvaluateDeps['fire'] = async (firings) => {
    if (++calls === 2) throw new Error('too many conflicts');
    return deps.fire(firings);
  };
  await expect(evaluate([change(1)], { fire })).rejects.toThrow('too many conflicts');
  expect(published).toHaveLength(15);
  expect(undelivered()).toEqual([]);
  expect(await evaluate([change(1)])).toMatchObject({ fired: 10, published: 10 });
});

test('when a read throws, written rows are delivered before the message fails', async () => {
  const { alarms, rows, published, state, deps, evaluate, file, undelivered } = evaluationWorld();
  file({ repeat_actions: true }, { repeat_actions: true });
  state.meanwhile = () => {
    alarms.set(id(1), alarmWith({ repeat_actions: true, revision: 2 }));
  };
  let reads = 0;
  const failing: EvaluateDeps['alarms'] = async (ids) => {
    if (++reads === 2) throw new Error('the table is gone');
    return deps.alarms(ids);
  };
  const publish: EvaluateDeps['publish'] = async (given) => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return deps.publish(given);
  };
  const done = evaluate([change(1), change(2)], { alarms: failing, publish });
  await expect(done).rejects.toThrow('the table is gone');
  expect(published.length).toBe(rows.size);
  expect(undelivered()).toEqual([]);
});

test('a topic that is gone fails no message: the row stays for the sweeper', async () => {
  const { interruptions, evaluate, file, undelivered } = evaluationWorld();
  file({});
  const publish = async () => {
    throw new Error('the topic is gone');
  };
  expect(await evaluate([change(1)], { publish })).toMatchObject({ fired: 1, published: 0 });
  expect(undelivered()).toHaveLength(1);
  expect(interruptions).toEqual(['delivery']);
});
