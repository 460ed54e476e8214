/** Timers that are due go from the table to the queue. */
import { expect, test } from 'vitest';
import { laterBy } from '../../domain/time.ts';
import { timerSlotOf } from '../../domain/timers/ticks.ts';
import {
  type QueueTimeoutsDeps,
  queueTimeouts,
  type StoredTimer,
} from '../../flows/queue-timeouts.ts';
import { id, minute } from '../domain/rows.ts';

function table(...dues: number[]) {
  const rows = new Map(
    dues.map((n): [string, StoredTimer] => [
      `${n}`,
      { alarm_id: id(n * 100), due: minute(n), project_id: 'a' },
    ]),
  );
  const clock = { now: minute(10) };
  const [sent, read]: [string[], string[]] = [[], []];
  const deps: QueueTimeoutsDeps<StoredTimer> = {
    dueTimers: async function* (slot, now) {
      read.push(slot);
      const its = [...rows.values()].filter(({ due }) => timerSlotOf(due) === slot && due <= now);
      for (const row of its) yield [row];
    },
    sendTimeouts: async (timers) => {
      sent.push(...timers.map(({ due }) => due));
    },
    removeTimers: async (timers) => {
      for (const [key, row] of rows) if (timers.includes(row)) rows.delete(key);
    },
    now: () => clock.now,
  };
  return { rows, clock, sent, read, deps };
}

test('those that are due are queued and removed, earliest slot first; others stay', async () => {
  const { rows, sent, deps } = table(9.5, 8.2, 10.5, 11);
  expect(await queueTimeouts(deps, '')).toEqual({ from: timerSlotOf(minute(8)), queued: 2 });
  expect(sent).toEqual([minute(8.2), minute(9.5)]);
  expect([...rows.keys()]).toEqual(['10.5', '11']);
});

test('ten thousand quiet timers of later minutes cost three queries, which read nothing', async () => {
  const { read, sent, deps } = table(...Array.from({ length: 10_000 }, (_, n) => 11 + n));
  await queueTimeouts(deps, timerSlotOf(minute(8)));
  expect([read.length, sent]).toEqual([3, []]);
});

test('what the queue did not take stays, and so does the slot', async () => {
  const { rows, deps } = table(9.5);
  const refused = { ...deps, sendTimeouts: async () => Promise.reject(new Error('no')) };
  await expect(queueTimeouts(refused, '')).rejects.toThrow('no');
  expect(rows.size).toBe(1);
});

test('a tick ends when its time is over, and the next one goes on in the same slot', async () => {
  const { clock, deps, sent } = table(8.1, 8.2, 8.3);
  const slow = {
    ...deps,
    sendTimeouts: async (timers: readonly StoredTimer[]) => {
      clock.now = laterBy(clock.now, 15);
      await deps.sendTimeouts(timers);
    },
  };
  expect(await queueTimeouts(slow, '')).toEqual({ from: timerSlotOf(minute(8)), queued: 2 });
  expect(await queueTimeouts(deps, timerSlotOf(minute(8)))).toMatchObject({ queued: 1 });
  expect(sent).toEqual([minute(8.1), minute(8.2), minute(8.3)]);
});
