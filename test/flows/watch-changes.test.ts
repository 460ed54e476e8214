import { expect, test } from 'vitest';
import { type ChangeRow, startCursor } from '../../domain/activity/change-feed.ts';
import { momentOf } from '../../domain/time.ts';
import { watchChanges } from '../../flows/watch-changes.ts';

const busy = { full: 'busy' } as const;

const start = Date.parse('2026-01-01T00:00:00.000Z');

/** A feed to which a row is added after this many milliseconds. It counts the requests. */
function feed({
  changesAt,
  full,
}: {
  readonly changesAt?: number;
  readonly full?: 'of its project' | 'of all';
}) {
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
      return full === 'of its project' ? busy : { place: 'own', holder: 'h' };
    },
    takeOfAll: async () => {
      steps.push('take of all');
      return full === 'of all' ? busy : { place: 'shared', holder: 'h' };
    },
    giveBack: async ({ place }: { readonly place: string }) => {
      steps.push(`give back ${place}`);
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

test('a request is held until something changes, and gives its places back', async () => {
  const { steps, watch, waited } = feed({ changesAt: 1_200 });
  const { changes } = await watch(4);
  expect(changes.changed).toEqual({ hosts: ['h'] });
  expect(waited()).toBe(1_500);
  expect(steps.filter((step) => step.startsWith('read'))).toHaveLength(4);
  expect(steps.slice(-2)).toEqual(['give back own', 'give back shared']);
});

test('a request ends without a change after its time', async () => {
  const { steps, watch, waited } = feed({});
  const { changes, held } = await watch(4);
  expect([changes.changed, held, waited()]).toEqual([{}, true, 4_000]);
  expect(steps.slice(-2)).toEqual(['give back own', 'give back shared']);
});

test('a request whose project holds too many is answered at once', async () => {
  const { steps, watch, waited } = feed({ full: 'of its project' });
  expect((await watch(4)).held).toBe(false);
  expect(waited()).toBe(0);
  expect(steps).toEqual(['read operators', 'take a']);
});

test('a request is answered at once if all projects together hold too many, and keeps no place', async () => {
  const { steps, watch, waited } = feed({ full: 'of all' });
  expect((await watch(4)).held).toBe(false);
  expect(waited()).toBe(0);
  expect(steps).toEqual(['read operators', 'take a', 'take of all', 'give back own']);
});

test('a request without a wait takes no place', async () => {
  const { steps, watch } = feed({});
  await watch(0);
  expect(steps).toEqual(['read operators']);
});

test('the places are given back when a read fails', async () => {
  const steps: string[] = [];
  let reads = 0;
  const deps = {
    changesFrom: async () => {
      if (reads++ > 0) throw new Error('gone');
      return [];
    },
    take: async () => ({ place: 'own', holder: 'h' }),
    takeOfAll: async () => ({ place: 'shared', holder: 'h' }),
    giveBack: async ({ place }: { readonly place: string }) => {
      steps.push(`give back ${place}`);
    },
    pause: async () => {},
    now: () => momentOf(start),
  };
  const cursor = startCursor(momentOf(start));
  const held = watchChanges(deps, { scope: 's', cursor, waitSeconds: 4, project: 'a' });
  await expect(held).rejects.toThrow('gone');
  expect(steps).toEqual(['give back own', 'give back shared']);
});
