/** Which alarms an event fires, how often, and how many rows are written at once. */

import { expect, test } from 'vitest';
import type { OutboxRow } from '../../domain/alarms/outbox-row.ts';
import type { DoctorEvent } from '../../domain/events/event.ts';
import { type EvaluateDeps, gentlePace } from '../../flows/evaluate-events.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { id, minute } from '../domain/rows.ts';
import { change, evaluationWorld } from './evaluation-world.ts';

type Alarms = ReturnType<typeof evaluationWorld>['alarms'];

const rowOf = ({ message_id, event_type }: DoctorEvent): OutboxRow => ({
  ...{ event_id: message_id, alarm_id: id(1), type: 'state transition', detail: '{}' },
  ...{
    user_id: null,
    project_id: null,
    on_behalf_of: 'a',
    severity: 'low',
    timestamp: minute(1),
    body: '{}',
  },
  ...{ actions: [], webhooks: {} },
  ...{ attributes: { event_type }, undelivered_shard: 'undelivered#0', written_at: minute(1) },
});

test('an event fires every alarm that it concerns, and no other', async () => {
  const { evaluate, file, notified, undelivered } = evaluationWorld();
  file({ name: 'all' }, { name: 'its', resource_id: 'vm-1' }, { resource_id: 'vm-2' });
  file({ project_id: 'b' }, { rule: { event_type: 'port.*', query: [] } });
  expect(await evaluate([change(1)])).toEqual({ candidates: 3, fired: 2, published: 2 });
  expect(new Set(notified().map(({ alarm_name }) => alarm_name))).toEqual(new Set(['all', 'its']));
  expect(undelivered()).toEqual([]);
});

test('an event that concerns no alarm costs no read of an alarm and no write', async () => {
  const { evaluate } = evaluationWorld();
  const unasked = async () => expect.unreachable();
  const done = evaluate([change(1)], { alarms: unasked, fire: unasked, publish: unasked });
  expect(await done).toEqual({ candidates: 0, fired: 0, published: 0 });
});

test('an event that is evaluated twice is notified once', async () => {
  const { published, evaluate, file } = evaluationWorld();
  file({}, { repeat_actions: true });
  await evaluate([change(1)]);
  expect(await evaluate([change(1)])).toMatchObject({ fired: 0, published: 0 });
  expect(published).toHaveLength(2);
});

test('an event that stands twice in a message is notified once', async () => {
  const { evaluate, file } = evaluationWorld();
  file({ repeat_actions: true });
  expect(await evaluate([change(1), change(1)])).toMatchObject({ fired: 1 });
});

test('the safe copy after the tenant has reset the alarm sends no notification', async () => {
  const { alarms, evaluate, file } = evaluationWorld();
  file({}, { repeat_actions: true });
  await evaluate([change(1)]);
  for (const alarm of alarms.values()) {
    const reset = { state: 'ok', left_alarm_at: minute(2), revision: alarm.revision + 1 } as const;
    alarms.set(alarm.alarm_id, { ...alarm, ...reset });
  }
  expect(await evaluate([change(1)])).toMatchObject({ fired: 0, published: 0 });
});

test('of many events a plain alarm notifies of the first, a repeating one of all, each once', async () => {
  const { evaluate, file, notified } = evaluationWorld();
  file({ name: 'plain' }, { name: 'repeating', repeat_actions: true });
  const burst = Array.from({ length: 30 }, (_, n) => change(n + 1));
  expect(await evaluate(burst)).toMatchObject({ fired: 31, published: 31 });
  const of = (name: string) => notified().filter(({ alarm_name }) => alarm_name === name);
  expect(of('plain').map(({ previous, current }) => [previous, current])).toEqual([
    ['insufficient data', 'alarm'],
  ]);
  expect(of('repeating').filter(({ previous }) => previous === 'alarm')).toHaveLength(29);
});

test('no transaction holds more than ten firings, nor changes an alarm twice', async () => {
  const { rows, transactions, evaluate, file } = evaluationWorld();
  file(...Array.from({ length: 25 }, () => ({ resource_id: 'vm-1', repeat_actions: true })));
  await evaluate([change(1), change(2), change(3)]);
  expect(rows.size).toBe(75);
  for (const chains of transactions) {
    const firings = chains.flat();
    expect(firings.length).toBeLessThanOrEqual(10);
    const changed = chains.flatMap((chain) => chain.find(({ to }) => to)?.to?.alarm_id ?? []);
    expect(new Set(changed).size).toBe(changed.length);
  }
});

test('an event of very many alarms fires some at a time, and delivers them meanwhile', async () => {
  const { published, deps, evaluate, file } = evaluationWorld();
  file(...Array.from({ length: 1_000 }, () => ({ resource_id: 'vm-1' })));
  const [underWay, publishedBy]: [number[], number[]] = [[], []];
  let running = 0;
  const fire: EvaluateDeps['fire'] = async (firings) => {
    underWay.push(++running);
    publishedBy.push(published.length);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return deps.fire(firings);
  };
  expect(await evaluate([change(1)], { fire })).toMatchObject({ fired: 1_000, published: 1_000 });
  expect(Math.max(...underWay)).toBeLessThanOrEqual(16);
  expect(publishedBy.at(-1)).toBeGreaterThan(0);
});

test('an alarm renamed in between is read again, and its notification has the new name', async () => {
  const { alarms, state, evaluate, file, notified } = evaluationWorld();
  file({ name: 'old' });
  state.meanwhile = () => {
    alarms.set(id(1), alarmWith({ name: 'new', revision: 2 }));
  };
  expect(await evaluate([change(1)])).toMatchObject({ fired: 1 });
  expect(notified().map(({ alarm_name }) => alarm_name)).toEqual(['new']);
  expect(alarms.get(id(1))).toMatchObject({ state: 'alarm', revision: 3 });
});

test.each([
  ['disabled', (alarms: Alarms) => alarms.set(id(1), alarmWith({ enabled: false, revision: 2 }))],
  ['deleted', (alarms: Alarms) => alarms.delete(id(1))],
  ['raised', (alarms: Alarms) => alarms.set(id(1), alarmWith({ state: 'alarm', revision: 2 }))],
] as const)('an alarm that was %s in between does not fire; the others do', async (_, others) => {
  const { alarms, state, evaluate, file, notified } = evaluationWorld();
  file({}, {});
  state.meanwhile = () => others(alarms);
  expect(await evaluate([change(1)])).toMatchObject({ fired: 1, published: 1 });
  expect(notified().map(({ alarm_id }) => alarm_id)).toEqual([id(2)]);
});

test('what another invocation wrote is left to it; later events go on from there', async () => {
  const { alarms, rows, state, evaluate, file, notified } = evaluationWorld();
  file({ repeat_actions: true });
  state.meanwhile = () => {
    rows.set(`m-1 ${id(1)}`, { ...rowOf(change(1)) });
    alarms.set(id(1), alarmWith({ repeat_actions: true, state: 'alarm', revision: 2 }));
  };
  expect(await evaluate([change(1), change(2)])).toMatchObject({ fired: 1 });
  expect(notified()).toMatchObject([{ previous: 'alarm', current: 'alarm' }]);
});

test('notifications of tenants name no host', async () => {
  const { published, evaluate, file } = evaluationWorld();
  file({});
  await evaluate([change(1)]);
  expect(published[0]?.body).not.toContain('compute-1');
});

test('at a gentle pace few are fired at a time, and delivered before the next', async () => {
  const { deps, evaluate, file } = evaluationWorld();
  file(...Array.from({ length: 23 }, () => ({ resource_id: 'vm-1' })));
  const steps: string[] = [];
  const fire: EvaluateDeps['fire'] = async (firings) => {
    steps.push(`fire ${firings.flat().length}`);
    return deps.fire(firings);
  };
  const publish: EvaluateDeps['publish'] = async (given) => {
    await new Promise((resolve) => setImmediate(resolve));
    steps.push(`publish ${given.length}`);
    return deps.publish(given);
  };
  expect(await evaluate([change(1)], { fire, publish, pace: gentlePace })).toMatchObject({
    fired: 23,
    published: 23,
  });
  expect(steps).toEqual([
    ...Array(2).fill(['fire 10', 'publish 10']).flat(),
    'fire 3',
    'publish 3',
  ]);
});
