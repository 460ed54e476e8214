/** The evaluation while a silence is active. */
import { expect, test } from 'vitest';
import { hasNotification } from '../../domain/alarms/outbox-row.ts';
import { evaluateTimeouts } from '../../flows/evaluate-timeouts.ts';
import { silenceWith } from '../domain/alarms/silences.ts';
import { id, minute } from '../domain/rows.ts';
import { becomes, change, clearing, evaluationWorld } from './evaluation-world.ts';

const silence = silenceWith();

test('a firing that a silence matches is recorded and not notified, also not by its copy', async () => {
  const { alarms, silences, rows, published, evaluate, file } = evaluationWorld();
  silences.set(silence.silence_id, silence);
  file(clearing);
  await evaluate([becomes(1, 'stopped')]);
  await evaluate([becomes(1, 'stopped')]);
  await evaluate([becomes(2, 'active')]);
  expect(alarms.get(id(1))).toMatchObject({ state: 'ok', transitions: { alarm: 1, ok: 1 } });
  expect(published).toEqual([]);
  const held = [...rows.values()].filter(hasNotification);
  expect(held.map((row) => JSON.parse(row.detail).silenced_by)).toEqual([id(77), id(77)]);
  expect(held.map((row) => row.undelivered_shard)).toEqual([
    `silenced#${id(77)}`,
    `silenced#${id(77)}`,
  ]);
});

test('a copy of a silenced event is not notified after the silence, and other events are', async () => {
  const { silences, evaluate, file, transitions } = evaluationWorld();
  silences.set(silence.silence_id, silence);
  file({ repeat_actions: true });
  await evaluate([change(1)]);
  await evaluate([change(1)], { now: () => minute(61) });
  expect(transitions()).toEqual([]);
  await evaluate([change(2)], { now: () => minute(61) });
  expect(transitions()).toEqual(['m-2 alarm→alarm']);
});

test('a silence of a host holds the firings that the host caused, and does not reveal the host’s name', async () => {
  const { silences, evaluate, file, transitions, rows } = evaluationWorld();
  const of = silenceWith({ project_id: '', matchers: { host: ['compute-1'] } });
  silences.set(of.silence_id, of);
  file({ repeat_actions: true });
  const elsewhere = change(2, { port_host: 'compute-2' });
  await evaluate([change(1), elsewhere]);
  expect(transitions()).toEqual(['m-2 alarm→alarm']);
  const [held] = [...rows.values()].filter(hasNotification);
  expect(held?.held_host).toBe('compute-1');
  expect(`${held?.body}${held?.detail}`).not.toContain('compute-1');
});

test('no event from outside is silenced by the host that it names', async () => {
  const { silences, evaluate, file, transitions } = evaluationWorld();
  const of = silenceWith({ project_id: '', matchers: { host: ['compute-1'] } });
  silences.set(of.silence_id, of);
  file({});
  await evaluate([change(1, { stamp: null })]);
  expect(transitions()).toEqual(['m-1 insufficient data→alarm']);
});

test('a port that a fault changed is silenced by its host', async () => {
  const { silences, evaluate, file, transitions } = evaluationWorld();
  const of = silenceWith({ project_id: '', matchers: { host: ['compute-1'] } });
  silences.set(of.silence_id, of);
  file({});
  const traits = change(1).traits.filter(([name]) => name !== 'host');
  await evaluate([change(1, { traits, port_host: 'compute-1' })]);
  expect(transitions()).toEqual([]);
});

test('without a silence, and without an alarm, no silence is read', async () => {
  const { silences, evaluate, file, deps } = evaluationWorld();
  const read = { silences: async () => expect.unreachable() };
  file({});
  await evaluate([change(1)], read);
  silences.set(silence.silence_id, silence);
  const alarmCounts = async () =>
    new Map([['a', { all: 0, wide: 0, silences: [silence.silence_id] }]]);
  await evaluate([change(2)], { ...read, alarmCounts, alarmsUnder: deps.alarmsUnder });
});

test('a timeout is silenced like an event, and the alarm has no data', async () => {
  const { alarms, silences, rows, deps, file, published } = evaluationWorld();
  silences.set(silence.silence_id, silence);
  const rule = { event_type: '*', query: [], timeout: 60 };
  file({ rule, state: 'ok', armed_at: minute(5), timer_at: minute(10) });
  const timers = [{ alarm_id: id(1), due: minute(10) }];
  const fired = await evaluateTimeouts(
    { ...deps, transactionsAtOnce: 2, now: () => minute(10) },
    timers,
  );
  expect(fired).toMatchObject({ fired: 0, published: 0 });
  expect(alarms.get(id(1))?.state).toBe('insufficient data');
  expect(published).toEqual([]);
  const [held] = [...rows.values()].filter(hasNotification);
  expect(held?.undelivered_shard).toBe(`silenced#${id(77)}`);
});
