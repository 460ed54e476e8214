/** Timers that are due soon are moved from the table to the queue. */
import { expect, test } from 'vitest';
import type { ProjectTimer } from '../../domain/alarms/timeout-messages.ts';
import { laterBy } from '../../domain/time.ts';
import { aheadSeconds, timerPartOf, timerSlotOf } from '../../domain/timers/timer-slots.ts';
import { type QueueTimeoutsDeps, queueTimeouts } from '../../flows/queue-timeouts.ts';
import { id, minute } from '../domain/rows.ts';

/** A table of timers that are due this many minutes after the beginning, in pages of `perPage`. */
function table(dues: readonly number[], perPage = 1) {
  const rows = new Map(
    dues.map((n, index): [number, ProjectTimer] => [
      index,
      { alarm_id: id(index), due: minute(n), project_id: 'a' },
    ]),
  );
  const clock = { now: minute(10) };
  const [sent, read]: [string[], string[]] = [[], []];
  const counts = { sends: 0, removals: 0 };
  const deps: QueueTimeoutsDeps<ProjectTimer> = {
    dueTimers: async function* (part, before) {
      read.push(part);
      const its = [...rows.values()]
        .filter(({ alarm_id, due }) => timerPartOf(alarm_id, due) === part && due <= before)
        .sort((a, b) => (a.due < b.due ? -1 : 1));
      for (let n = 0; n < its.length; n += perPage) yield its.slice(n, n + perPage);
    },
    sendTimeouts: async (timers) => {
      counts.sends++;
      sent.push(...timers.map(({ due }) => due));
    },
    removeTimers: async (timers) => {
      counts.removals++;
      for (const [key, row] of rows) if (timers.includes(row)) rows.delete(key);
    },
    now: () => clock.now,
  };
  return { rows, clock, sent, read, counts, deps };
}

test('those that are due before the tick after the next are queued and removed, earliest slot first; others stay', async () => {
  const soon = 10 + aheadSeconds / 60;
  const { rows, sent, deps } = table([soon, 9.5, 8.2, soon + 0.01, 11]);
  expect(await queueTimeouts(deps, '')).toEqual({ from: timerSlotOf(minute(8)), queued: 3 });
  expect(sent).toEqual([minute(8.2), minute(9.5), minute(soon)]);
  expect([...rows.keys()]).toEqual([3, 4]);
});

test('a timer of the next minute is queued before that minute begins', async () => {
  const { clock, sent, deps } = table([11.02]);
  clock.now = minute(10.95);
  await queueTimeouts(deps, '');
  expect(sent).toEqual([minute(11.02)]);
});

test('ten thousand quiet timers of later minutes cost twelve queries, which read nothing', async () => {
  const { read, sent, deps } = table(Array.from({ length: 10_000 }, (_, n) => 11 + n));
  await queueTimeouts(deps, timerSlotOf(minute(8)));
  expect([read.length, new Set(read).size, sent]).toEqual([12, 12, []]);
});

test('ten thousand that fall due at one moment are spread over four partitions, and each is queued once', async () => {
  const { read, sent, rows, counts, deps } = table(Array(10_000).fill(10.05), 500);
  expect(await queueTimeouts(deps, '')).toMatchObject({ queued: 10_000 });
  expect([sent.length, rows.size, read.length]).toEqual([10_000, 0, 12]);
  // A partition takes 1,000 writes a second, so a quarter of them is removed in three seconds.
  expect(counts).toEqual({ sends: counts.removals, removals: expect.any(Number) });
  expect(counts.sends).toBeLessThanOrEqual(4 * 6);
});

test('what the queue did not take stays, and so does the slot', async () => {
  const { rows, deps } = table([9.5]);
  const refused = { ...deps, sendTimeouts: async () => Promise.reject(new Error('no')) };
  await expect(queueTimeouts(refused, '')).rejects.toThrow('no');
  expect(rows.size).toBe(1);
});

test('a tick ends when its time is over, and the next one goes on in the same slot', async () => {
  const { clock, deps, sent, rows } = table([8.1, 8.1, 8.2, 8.2, 8.3, 8.3]);
  const slow = {
    ...deps,
    sendTimeouts: async (...given: Parameters<typeof deps.sendTimeouts>) => {
      clock.now = laterBy(clock.now, 15);
      await deps.sendTimeouts(...given);
    },
  };
  const { from, queued } = await queueTimeouts(slow, '');
  expect([from, queued]).toEqual([timerSlotOf(minute(8)), 6 - rows.size]);
  expect(rows.size).toBeGreaterThan(0);
  expect(await queueTimeouts(deps, from)).toMatchObject({ queued: 6 - queued });
  expect(sent.toSorted()).toEqual([8.1, 8.1, 8.2, 8.2, 8.3, 8.3].map(minute));
});
