/** The keys that are read from the index. */
import { expect, test } from 'vitest';
import type { AlarmCounts, ProjectKeys } from '../../domain/alarms/lookup-plan.ts';
import { findCandidates } from '../../flows/find-candidates.ts';
import { lastCounts } from '../../flows/last-counts.ts';
import { eventWith } from '../domain/events/events.ts';

const event = (project: string, n = 1) => ({
  ...eventWith(['project_id', 1, project], ['resource_id', 1, `vm-${n}`]),
  message_id: `m-${project}-${n}`,
});
const all = { from: undefined, slicesNamed: false };

/** @param last What is remembered from earlier messages. */
async function asked(
  counts: Readonly<Record<string, AlarmCounts>>,
  events: readonly ReturnType<typeof event>[],
  last = lastCounts(),
) {
  const counted: (readonly string[])[] = [];
  const lookups: ProjectKeys[] = [];
  const found = await findCandidates(
    {
      lastCounts: last,
      alarmCounts: async (ids) => {
        counted.push(ids);
        return new Map(Object.entries(counts));
      },
      alarmsUnder: async (keys) => {
        lookups.push(...keys);
        return new Map(keys.flatMap((each) => each.keys).map((key) => [key, [`alarm ${key}`]]));
      },
    },
    events,
    all,
  );
  return { counted, lookups, found: [...found.eventsOf.keys()] };
}

test('a project without alarms costs no lookup', async () => {
  const { counted, lookups, found } = await asked({}, [event('a'), event('b')]);
  expect(counted).toEqual([['a', 'b']]);
  expect(lookups).toEqual([]);
  expect(found).toEqual([]);
});

test('if all alarms of a project name a resource, those without one are not looked up', async () => {
  const { lookups } = await asked({ a: { all: 3, wide: 0 } }, [event('a'), event('b')]);
  expect(lookups).toEqual([{ project_id: 'a', keys: ['resource#a#vm-1'], alarms: 3 }]);
});

test('an alarm without a resource may name one in its clear query, so both are looked up', async () => {
  const { lookups, found } = await asked({ a: { all: 1, wide: 1 } }, [event('a')]);
  expect(lookups.map(({ keys }) => keys.length)).toEqual([1, 2]);
  expect(found).toHaveLength(3);
});

test('the keys of all events of a project are looked up together, each once', async () => {
  const events = [event('a', 1), event('a', 2), event('b', 1), event('a', 1)];
  const { counted, lookups } = await asked(
    { a: { all: 9, wide: 0 }, b: { all: 2, wide: 0 } },
    events,
  );
  expect(counted).toEqual([['a', 'b']]);
  expect(lookups).toEqual([
    { project_id: 'a', keys: ['resource#a#vm-1', 'resource#a#vm-2'], alarms: 9 },
    { project_id: 'b', keys: ['resource#b#vm-1'], alarms: 2 },
  ]);
});

test('a project that had alarms before is looked up while its alarms are counted', async () => {
  const last = lastCounts();
  const log: string[] = [];
  const find = () =>
    findCandidates(
      {
        lastCounts: last,
        alarmCounts: async () => {
          log.push('counts');
          await new Promise(setImmediate);
          log.push('counted');
          return new Map([['a', { all: 1, wide: 0 }]]);
        },
        alarmsUnder: async (keys) => {
          log.push(...keys.flatMap((each) => each.keys));
          return new Map([['resource#a#vm-1', ['alarm']]]);
        },
      },
      [event('a')],
      all,
    );
  await find();
  expect(log.splice(0)).toEqual(['counts', 'counted', 'resource#a#vm-1']);
  const { eventsOf } = await find();
  expect(log).toEqual(['counts', 'resource#a#vm-1', 'counted']);
  expect([...eventsOf.keys()]).toEqual(['alarm']);
});

test('remembered keys decide only when a key is requested: each is requested once', async () => {
  const last = lastCounts();
  await asked({ a: { all: 1, wide: 0 }, b: { all: 2, wide: 2 } }, [event('a'), event('b')], last);
  const now = { a: { all: 5, wide: 1 }, c: { all: 1, wide: 0 } };
  const { lookups, found } = await asked(now, [event('a'), event('b'), event('c')], last);
  expect(lookups.map(({ project_id, keys }) => [project_id, keys.length])).toEqual([
    ...[
      ['a', 1],
      ['b', 1],
    ],
    // Alarms of the whole project: those of b, unchanged, and then those of a.
    ...[
      ['b', 2],
      ['c', 1],
      ['a', 2],
    ],
  ]);
  // All of b's alarms were deleted meanwhile.
  expect(found).toHaveLength(4);
});

test('a project whose last alarm was deleted costs lookups once more, and then none', async () => {
  const last = lastCounts();
  await asked({ a: { all: 1, wide: 1 } }, [event('a')], last);
  expect(await asked({}, [event('a')], last)).toMatchObject({
    lookups: [{ keys: [expect.any(String)] }, { keys: [expect.any(String), expect.any(String)] }],
    found: [],
  });
  expect((await asked({}, [event('a')], last)).lookups).toEqual([]);
});

test('of many projects, those that were looked up last are remembered', () => {
  const last = lastCounts(2);
  const counts = new Map(['a', 'b', 'c'].map((id) => [id, { all: 1, wide: 0 }]));
  last.note(['a', 'b'], counts);
  last.note(['a'], counts);
  last.note(['c'], counts);
  expect([...last.of(['a', 'b', 'c']).keys()]).toEqual(['a', 'c']);
});
