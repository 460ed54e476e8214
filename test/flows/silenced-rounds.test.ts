/** Rounds while a silence is active. */
import { expect, test } from 'vitest';
import { heldShard } from '../../domain/alarms/outbox-shards.ts';
import { silenceWith } from '../domain/alarms/silences.ts';
import { id } from '../domain/rows.ts';
import { alarmsOf, calm, raised, world } from './rounds-world.ts';

test('a silence holds what a round fires: states and history go on, and no notification is sent', async () => {
  const alarms = alarmsOf(3, () => ({ project: 'a', query: 'up' }));
  const { rows, history, published, silences, seen, round } = world(alarms, () => raised);
  const silence = silenceWith({ matchers: { alarm_id: [id(1), id(2)] } });
  silences.set(silence.silence_id, silence);
  await round();
  expect([...rows.values()].map(({ state }) => state)).toEqual(['alarm', 'alarm', 'alarm']);
  const held = [...history.values()].filter(({ alarm_id }) => alarm_id !== id(3));
  expect(held.map(({ undelivered_shard }) => undelivered_shard)).toEqual([
    heldShard(silence.silence_id),
    heldShard(silence.silence_id),
  ]);
  expect(held.map(({ detail }) => JSON.parse(detail).silenced_by)).toEqual([id(77), id(77)]);
  expect(published).toHaveLength(1);
  // One read for all that fired.
  expect(seen.counts).toBe(1);
});

test('rounds without firings do not read silences', async () => {
  const { seen, round } = world(
    alarmsOf(3, () => ({ project: 'a', query: 'up' })),
    () => calm,
  );
  await round();
  expect(seen.counts).toBe(0);
});
