/**
 * Reports with an order: the newest report decides, in whatever order the reports arrive and even
 * if they are repeated.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endCondition } from '../../../flows/end-condition.ts';
import { reportConditions } from '../../../flows/report-conditions.ts';
import { conditionsWorld } from '../../flows/conditions-world.ts';
import { worldOf } from '../../flows/world.ts';
import { hostWith, minute } from '../rows.ts';
import { observed, sender, sourceWith } from './reports.ts';

const cloudwatch = sourceWith('cloudwatch');
type Given = Parameters<typeof observed>[0];

const [up, t1, t2, t3] = [
  { status: 'cleared' as const },
  ...[1, 2, 3].map((n) => ({ order: minute(n) })),
];

/** A host, and the outcomes of reports that arrive one after the other. */
async function after(...reports: Given[]) {
  const world = conditionsWorld(worldOf({ hosts: [hostWith()] }));
  const outcomes: string[] = [];
  for (const given of reports) {
    const items = [{ kind: 'observation' as const, observation: observed(given) }];
    const done = await reportConditions(world.deps, { source: cloudwatch, ...sender(), items });
    outcomes.push(...done.map(({ outcome }) => outcome));
  }
  const [condition] = [...world.conditions.values()];
  return { outcomes, condition, isDown: world.hosts.get('compute-1')?.forced_down, world };
}

test('a raise that is older than the end is ignored', async () => {
  const { outcomes, isDown } = await after({ ...t1 }, { ...up, ...t3 }, { ...t2 });
  expect(outcomes).toEqual(['raised', 'cleared', 'ignored']);
  expect(isDown).toBe(false);
});

test('an end that is older than the raise is ignored', async () => {
  const { outcomes, isDown } = await after({ ...t2 }, { ...up, ...t1 });
  expect(outcomes).toEqual(['raised', 'ignored']);
  expect(isDown).toBe(true);
});

test('the same report once more is ignored, also after an administrator ended the condition', async () => {
  const { world, outcomes, condition } = await after({ ...t1 }, { ...t1 });
  expect(outcomes).toEqual(['raised', 'ignored']);
  await endCondition(world.deps, condition?.condition_id ?? '', {
    ...sender(),
    reason: 'It runs.',
  });
  const items = [{ kind: 'observation' as const, observation: observed(t1) }];
  const again = await reportConditions(world.deps, { source: cloudwatch, ...sender(), items });
  expect(again).toMatchObject([{ outcome: 'ignored', reason: 'It was reported before.' }]);
});

test('the end of an unknown condition is recorded, so that an older raise is ignored', async () => {
  const { outcomes, condition, isDown } = await after({ ...up, ...t2 }, { ...t1 });
  expect(outcomes).toEqual(['cleared', 'ignored']);
  expect(condition).toMatchObject({ state: 'cleared', order: minute(2), cleared_at: minute(20) });
  expect(isDown).toBe(false);
});

test('a second, newer end is recorded too: a raise between both is ignored', async () => {
  const { outcomes, isDown } = await after(
    { ...t1 },
    { ...up, ...t2 },
    { ...up, order: minute(4) },
    t3,
  );
  expect(outcomes).toEqual(['raised', 'cleared', 'cleared', 'ignored']);
  expect(isDown).toBe(false);
});

test('a newer raise counts after a recorded end', async () => {
  const { outcomes, isDown } = await after({ ...up, ...t1 }, { ...t2 });
  expect(outcomes).toEqual(['cleared', 'raised']);
  expect(isDown).toBe(true);
});

test('the end of an unknown condition of an unknown host leaves nothing', async () => {
  const target = { kind: 'host', host: 'compute-9' } as const;
  const { outcomes, condition } = await after({ ...up, ...t1, target });
  expect([outcomes, condition]).toEqual([['ignored'], undefined]);
});

test('without an order each report counts as it arrives', async () => {
  expect((await after({}, { ...up }, {})).outcomes).toEqual(['raised', 'cleared', 'raised']);
});

test('any order and repetition of reports ends as the newest says', async () => {
  const story = fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }).chain((downs) =>
    fc.record({
      downs: fc.constant(downs),
      repeats: fc.array(fc.nat(downs.length - 1), { maxLength: 6 }),
      shuffled: fc.shuffledSubarray([...downs.keys()], { minLength: downs.length }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(story, async ({ downs, repeats, shuffled }) => {
      const arrivals = [...shuffled, ...repeats].map((n) => ({
        order: minute(n),
        ...(downs[n] ? {} : up),
      }));
      expect((await after(...arrivals)).isDown).toBe(downs.at(-1));
    }),
    { numRuns: 60 },
  );
});
