/** The end of silences, on rows in memory. */
import { expect, test } from 'vitest';
import { hasNotification, type OutboxRow } from '../../domain/alarms/outbox-row.ts';
import { heldShard } from '../../domain/alarms/outbox-shards.ts';
import { nextLookAt, type Silence } from '../../domain/alarms/silence.ts';
import { slices } from '../../domain/slices.ts';
import { type EndSilencesDeps, endSilences } from '../../flows/end-silences.ts';
import { silenceWith } from '../domain/alarms/silences.ts';
import { id, minute } from '../domain/rows.ts';
import { rowKey } from './alarm-tables.ts';
import { becomes, clearing, evaluationWorld } from './evaluation-world.ts';

/** A world in which silences end, at the minute that a test gives. */
function silencedWorld() {
  const world = evaluationWorld();
  const { rows, silences, alarms, deps } = world;
  const ended: string[] = [];
  const heldBy = (silence_id: string): OutboxRow[] =>
    [...rows.values()]
      .filter(hasNotification)
      .filter(({ undelivered_shard }) => undelivered_shard === heldShard(silence_id));
  const set = (row: OutboxRow, undelivered_shard: string | undefined): OutboxRow => {
    const after = { ...row, undelivered_shard };
    rows.set(rowKey(row), after);
    return after;
  };
  const ending = (at: number): EndSilencesDeps => ({
    ...deps,
    silencedAlarms: async (ids) => ids.flatMap((each) => alarms.get(each) ?? []),
    dueSilences: async (before) =>
      [...silences.values()].filter(({ due_at }) => due_at !== undefined && due_at <= before),
    postpone: async (silence, due_at) =>
      Boolean(silences.set(silence.silence_id, { ...silence, due_at })),
    endSilence: async ({ silence_id }) => {
      ended.push(silence_id);
      return silences.delete(silence_id);
    },
    heldKeys: async function* (silence_id) {
      yield* slices(heldBy(silence_id), 10);
    },
    held: async (silence_id, keys) =>
      heldBy(silence_id).filter((row) => keys.some((key) => rowKey(key) === rowKey(row))),
    drop: async (silence_id, keys) => {
      for (const row of heldBy(silence_id)) {
        if (keys.some((key) => rowKey(key) === rowKey(row))) set(row, undefined);
      }
    },
    release: async (_, { row, others, alarm }) => {
      if (alarms.get(alarm.alarm_id)?.revision !== alarm.revision) return undefined;
      for (const other of others) {
        const found = rows.get(rowKey(other));
        if (found && hasNotification(found)) set(found, undefined);
      }
      return set(row, 'undelivered#0');
    },
    move: async (_, moved, to) => {
      for (const row of moved) {
        const found = rows.get(rowKey(row));
        if (found && hasNotification(found)) set(found, heldShard(to));
      }
    },
    now: () => Date.parse(minute(at)),
    lateSeconds: 30,
  });
  const silence = (given: Partial<Silence> = {}): void => {
    const made = silenceWith(given);
    silences.set(made.silence_id, made);
  };
  const end = (at: number, given: Partial<EndSilencesDeps> = {}) =>
    endSilences({ ...ending(at), ...given });
  return { ...world, silence, end, ended, heldBy };
}

test('projects take turns: the end of one silence waits for one of each other project', async () => {
  const { silence, end } = silencedWorld();
  const worked: string[] = [];
  for (const [n, project_id] of ['a', 'a', 'a', 'b', 'c', 'c'].entries()) {
    silence({ silence_id: id(n), project_id });
  }
  await end(60, {
    postpone: async ({ project_id }) => {
      worked.push(project_id);
      return false;
    },
  });
  expect(worked.join('')).toBe('abcaca');
});

test('an alarm that is still raised when its silence ends is notified once, and not before', async () => {
  const { silence, end, ended, file, evaluate, transitions } = silencedWorld();
  silence();
  file(clearing);
  await evaluate([becomes(1, 'stopped')]);
  await evaluate([becomes(2, 'active')]);
  await evaluate([becomes(3, 'stopped')]);
  await end(59);
  expect(transitions()).toEqual([]);
  expect(await end(60)).toEqual({ released: 1 });
  expect(transitions()).toEqual(['m-3 ok→alarm']);
  await end(61);
  await end(62);
  expect(transitions()).toEqual(['m-3 ok→alarm']);
  expect(ended).toEqual([id(77)]);
});

test('an alarm that was raised and cleared in the silence is not notified', async () => {
  const { silence, end, ended, file, evaluate, transitions } = silencedWorld();
  silence();
  file(clearing);
  await evaluate([becomes(1, 'stopped')]);
  await evaluate([becomes(2, 'active')]);
  await end(60);
  await end(61);
  expect([transitions(), ended]).toEqual([[], [id(77)]]);
});

test('an alarm that was notified before the silence, and cleared in it, is notified of that', async () => {
  const { silence, end, file, evaluate, transitions } = silencedWorld();
  silence();
  file(clearing);
  await evaluate([becomes(1, 'stopped')], { now: () => minute(4) });
  await evaluate([becomes(2, 'active')]);
  await end(60);
  expect(transitions()).toEqual(['m-1 insufficient data→alarm', 'm-2 alarm→ok']);
});

test('a firing that an evaluator writes late is found, because the silence is read again', async () => {
  const { silence, end, ended, file, evaluate, transitions } = silencedWorld();
  silence();
  file({});
  await end(60);
  expect(ended).toEqual([]);
  await evaluate([becomes(1, 'stopped')], { now: () => minute(59) });
  await end(60);
  expect(transitions()).toEqual(['m-1 insufficient data→alarm']);
  expect(ended).toEqual([]);
});

test('an overlapping silence continues to hold the rows of one that has ended', async () => {
  const { silence, end, file, evaluate, transitions, heldBy } = silencedWorld();
  silence();
  file(clearing);
  await evaluate([becomes(1, 'stopped')]);
  silence({ silence_id: id(78), ends_at: minute(90) });
  await end(60);
  expect(transitions()).toEqual([]);
  expect(heldBy(id(78))).toHaveLength(1);
  await end(90);
  expect(transitions()).toEqual(['m-1 insufficient data→alarm']);
});

test('a silence that was extended meanwhile is not ended, though the index shows it due', async () => {
  const { silence, end, silences, file, evaluate, transitions, heldBy } = silencedWorld();
  silence();
  file({});
  await evaluate([becomes(1, 'stopped')]);
  silences.set(id(77), silenceWith({ ends_at: minute(90), due_at: minute(60) }));
  await end(60);
  expect(transitions()).toEqual([]);
  expect(heldBy(id(77))).toHaveLength(1);
  expect(silences.get(id(77))?.due_at).toBe(minute(70));
});

test('an alarm that changes meanwhile is decided in the next run', async () => {
  const { silence, end, alarms, file, evaluate, transitions } = silencedWorld();
  silence();
  file({});
  await evaluate([becomes(1, 'stopped')]);
  await end(60, { release: async () => undefined });
  expect(transitions()).toEqual([]);
  expect(alarms.get(id(1))?.state).toBe('alarm');
  await end(61);
  expect(transitions()).toEqual(['m-1 insufficient data→alarm']);
});

test('of very many firings of an alarm, the newest is still released', async () => {
  const { silence, end, file, evaluate, transitions, heldBy } = silencedWorld();
  silence();
  file({ repeat_actions: true });
  for (let n = 1; n <= 50; n++) await evaluate([becomes(n, 'stopped')]);
  await end(60);
  expect(transitions()).toEqual(['m-50 alarm→alarm']);
  expect(heldBy(id(77))).toEqual([]);
});

test('while a silence lasts, most rows that it holds of a frequently firing alarm are dropped', async () => {
  const { silence, silences, end, file, evaluate, transitions, heldBy } = silencedWorld();
  silence({ due_at: minute(15) });
  file({ repeat_actions: true });
  file({ repeat_actions: true });
  for (let n = 1; n <= 60; n++) await evaluate([becomes(n, 'stopped')]);
  expect(heldBy(id(77))).toHaveLength(120);
  await end(15);
  // The first row of each alarm, which has the state before, and the newest rows.
  expect(heldBy(id(77))).toHaveLength(2 * 21);
  expect(silences.get(id(77))?.due_at).toBe(nextLookAt(silenceWith(), minute(15)));
  expect(transitions()).toEqual([]);
  await evaluate([becomes(61, 'stopped')]);
  await end(60);
  expect(transitions()).toEqual(['m-61 alarm→alarm', 'm-61 alarm→alarm']);
  expect(heldBy(id(77))).toEqual([]);
});

test('a run whose time is over decides nothing and has dropped the rows that it read; the next run continues', async () => {
  const { silence, end, file, evaluate, transitions, heldBy } = silencedWorld();
  silence();
  file({ repeat_actions: true });
  for (let n = 1; n <= 50; n++) await evaluate([becomes(n, 'stopped')]);
  const clock = { now: Date.parse(minute(60)) };
  await end(60, { now: () => (clock.now += 3_000) });
  expect([transitions(), heldBy(id(77)).length]).toEqual([[], expect.any(Number)]);
  expect(heldBy(id(77)).length).toBeLessThan(50);
  await end(61);
  expect(transitions()).toEqual(['m-50 alarm→alarm']);
});

test('a few alarms are decided at once, and one that fails is decided by the next run', async () => {
  const { silence, end, interruptions, file, evaluate, transitions, heldBy } = silencedWorld();
  silence();
  for (let n = 1; n <= 30; n++) file({ resource_id: 'vm-1' });
  await evaluate([becomes(1, 'stopped')]);
  const busy = { now: 0, most: 0 };
  let calls = 0;
  const release = async () => {
    busy.most = Math.max(busy.most, ++busy.now);
    await new Promise((resolve) => setImmediate(resolve));
    busy.now--;
    if (++calls === 3) throw new Error('no table');
    return undefined;
  };
  await end(60, { release });
  expect([calls, busy.most, interruptions]).toEqual([30, 5, ['end of a silence']]);
  expect(heldBy(id(77))).toHaveLength(30);
  await end(61);
  expect(transitions()).toHaveLength(30);
});

test('silences that have ended are handled before active ones', async () => {
  const { silence, end } = silencedWorld();
  silence({ silence_id: id(75), ends_at: minute(200), due_at: minute(40) });
  silence({ silence_id: id(76), ends_at: minute(200), due_at: minute(50) });
  silence();
  const order: string[] = [];
  const postpone = async ({ silence_id }: Silence) => {
    order.push(silence_id);
    return true;
  };
  await end(60, { postpone });
  expect(order).toEqual([id(77), id(75), id(76)]);
});

test('the failure of one silence does not stop the others', async () => {
  const { silence, end, interruptions, file, evaluate, transitions } = silencedWorld();
  silence({ silence_id: id(76), matchers: { alarm_id: [id(9)] } });
  silence();
  file({});
  await evaluate([becomes(1, 'stopped')]);
  const postpone = async ({ silence_id }: Silence) => {
    if (silence_id === id(76)) throw new Error('no table');
    return true;
  };
  await end(60, { postpone });
  expect(transitions()).toEqual(['m-1 insufficient data→alarm']);
  expect(interruptions).toEqual(['end of a silence']);
});
