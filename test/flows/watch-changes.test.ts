import { expect, test } from 'vitest';
import { type ChangeRow, startCursor } from '../../domain/activity/change-feed.ts';
import { momentOf } from '../../domain/time.ts';
import { watchChanges } from '../../flows/watch-changes.ts';

const start = Date.parse('2026-01-01T00:00:00.000Z');

/** A feed to which a row is added after this many milliseconds. It counts the requests. */
function feed({ changesAt, full = false }: { changesAt?: number; full?: boolean }) {
  let clock = start;
  const steps: string[] = [];
  const row: ChangeRow = {
    place: `${momentOf(start + (changesAt ?? 0))}#00000001`,
    changed: { hosts: ['h'] },
  };
  const deps = {
    changesFrom: async (scope: string) => {
      steps.push(`read ${scope}`);
      return changesAt !== undefined && clock >= start + changesAt ? [row] : [];
    },
    take: async (project: string) => {
      steps.push(`take ${project}`);
      return full ? ({ full: 'busy' } as const) : { place: 'p', holder: 'h' };
    },
    giveBack: async () => {
      steps.push('give back');
    },
    pause: async (ms: number) => {
      clock += ms;
    },
    now: () => momentOf(clock),
  };
  const watch = (waitSeconds: number) =>
    watchChanges(deps, {
      ...{ scope: 'operators', cursor: startCursor(momentOf(start)), waitSeconds, project: 'a' },
    });
  return { steps, watch, waited: () => clock - start };
}

test('a change that is there is answered at once, and takes no place', async () => {
  const { steps, watch } = feed({ changesAt: 0 });
  const { changes, held } = await watch(4);
  expect(changes.changed).toEqual({ hosts: ['h'] });
  expect(held).toBe(true);
  expect(steps).toEqual(['read operators']);
});

test('a request is held until something changes, and gives its place back', async () => {
  const { steps, watch, waited } = feed({ changesAt: 1_200 });
  const { changes } = await watch(4);
  expect(changes.changed).toEqual({ hosts: ['h'] });
  expect(waited()).toBe(1_500);
  expect(steps.filter((step) => step.startsWith('read'))).toHaveLength(4);
  expect(steps.at(-1)).toBe('give back');
});

test('a request ends without a change after its time', async () => {
  const { steps, watch, waited } = feed({});
  const { changes, held } = await watch(4);
  expect([changes.changed, held, waited()]).toEqual([{}, true, 4_000]);
  expect(steps.at(-1)).toBe('give back');
});

test('a request that finds no place is answered at once', async () => {
  const { steps, watch, waited } = feed({ full: true });
  expect((await watch(4)).held).toBe(false);
  expect(waited()).toBe(0);
  expect(steps).toEqual(['read operators', 'take a']);
});

test('a request without a wait takes no place', async () => {
  const { steps, watch } = feed({});
  await watch(0);
  expect(steps).toEqual(['read operators']);
});

test('a place is given back when a read fails', async () => {
  const steps: string[] = [];
  let reads = 0;
  const deps = {
    changesFrom: async () => {
      if (reads++ > 0) throw new Error('gone');
      return [];
    },
    take: async () => ({ place: 'p', holder: 'h' }),
    giveBack: async () => {
      steps.push('give back');
    },
    pause: async () => {},
    now: () => momentOf(start),
  };
  const cursor = startCursor(momentOf(start));
  const held = watchChanges(deps, { scope: 's', cursor, waitSeconds: 4, project: 'a' });
  await expect(held).rejects.toThrow('gone');
  expect(steps).toEqual(['give back']);
});
