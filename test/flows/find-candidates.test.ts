/** Which keys are requested of the index. */
import { expect, test } from 'vitest';
import type { AlarmCounts, ProjectKeys } from '../../domain/alarms/lookup-plan.ts';
import { findCandidates } from '../../flows/find-candidates.ts';
import { eventWith } from '../domain/events/events.ts';

const event = (project: string, n = 1) => ({
  ...eventWith(['project_id', 1, project], ['resource_id', 1, `vm-${n}`]),
  message_id: `m-${project}-${n}`,
});
const all = { from: undefined, slicesNamed: false };

async function asked(
  counts: Readonly<Record<string, AlarmCounts>>,
  events: readonly ReturnType<typeof event>[],
) {
  const counted: (readonly string[])[] = [];
  const lookups: ProjectKeys[] = [];
  const found = await findCandidates(
    {
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

test('a project whose alarms all name a resource is not asked for those that name none', async () => {
  const { lookups } = await asked({ a: { all: 3, wide: 0 } }, [event('a'), event('b')]);
  expect(lookups).toEqual([{ project_id: 'a', keys: ['resource#a#vm-1'], alarms: 3 }]);
});

test('an alarm that names none may name one in its clear, so both are asked for', async () => {
  const { lookups, found } = await asked({ a: { all: 1, wide: 1 } }, [event('a')]);
  expect(lookups.map(({ keys }) => keys.length)).toEqual([1, 2]);
  expect(found).toHaveLength(3);
});

test('the keys of all events of a project are asked for together, each once', async () => {
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
