/**
 * Raises and clears of every effect by several sources. In any order, with repetitions and at the
 * same time, the target ends in the state that the newest report of each source says.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConditionTarget, Observation } from '../../domain/conditions/observation.ts';
import { reportConditions } from '../../flows/report-conditions.ts';
import { observed, sender, sourceWith } from '../domain/conditions/reports.ts';
import { hostWith, id, instanceWith, minute } from '../domain/rows.ts';
import { conditionsWorld } from './conditions-world.ts';
import { portsWorld } from './ports-world.ts';
import { worldOf } from './world.ts';

const [host, port, server]: ConditionTarget[] = [
  { kind: 'host', host: 'compute-1' },
  { kind: 'port', port_id: id(0) },
  { kind: 'server', server_id: id(10) },
];

const newWorld = () =>
  conditionsWorld(
    worldOf({ hosts: [hostWith()], instances: [instanceWith()] }),
    portsWorld(2, { 'binding:host_id': 'compute-1' }),
  );
type World = ReturnType<typeof newWorld>;

/** Each effect with its target, and a function that tells whether it holds the target down. */
const effects = [
  ['host_down', host, ({ hosts }: World) => hosts.get('compute-1')?.forced_down],
  ['host_unreachable', host, ({ hosts }: World) => hosts.get('compute-1')?.forced_down],
  [
    'host_data_plane',
    host,
    ({ ports }: World) =>
      [...ports.rows.values()].every(({ data_plane_status }) => data_plane_status === 'DOWN'),
  ],
  [
    'port_data_plane',
    port,
    ({ ports }: World) => ports.rows.get(id(0))?.data_plane_status === 'DOWN',
  ],
  ['port_status', port, ({ ports }: World) => ports.rows.get(id(0))?.status === 'DOWN'],
  // This effect changes no state, so only the conditions themselves are compared.
  [
    'none',
    host,
    ({ conditions }: World) => [...conditions.values()].some(({ state }) => state === 'raised'),
  ],
  ['server_error', server, ({ instances }: World) => instances.get(id(10))?.vm_state === 'error'],
] as const;

/** A report of one source: its place among those of the source, and whether it raises. */
type Report = { readonly source: number; readonly place: number; readonly raises: boolean };

/** What one to three sources report, each in its order: true raises, false clears. */
const stories = fc.array(fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 3,
});
const reportsOf = (story: readonly (readonly boolean[])[]): Report[] =>
  story.flatMap((all, source) => all.map((raises, place) => ({ source, place, raises })));
/** Whether a source still holds the target at the end. */
const isHeld = (story: readonly (readonly boolean[])[]): boolean =>
  story.some((all) => all.at(-1) === true);

describe.each(effects)('%s', (effect, target, held) => {
  const take = async ({ deps }: World, { source, place, raises }: Report, more = {}) => {
    const observation: Observation = observed({
      ...{ effect, severity: 'major', status: raises ? 'raised' : 'cleared', ...more },
      ...(target && { target }),
    });
    await reportConditions(deps, {
      ...sender(20 + place),
      source: sourceWith(`script/s${source}`),
      items: [{ kind: 'observation', observation }],
    });
  };
  const runs = { numRuns: 40 };

  test('an end with an order of an unknown target leaves nothing', async () => {
    const world = conditionsWorld();
    await take(world, { source: 0, place: 1, raises: false }, { order: minute(1) });
    expect(world.conditions.size).toBe(0);
  });

  test('reports that a queue delivers in any order, and more than once', async () => {
    const arrivals = stories.chain((story) => {
      const all = reportsOf(story);
      return fc.record({
        story: fc.constant(story),
        order: fc
          .tuple(
            fc.shuffledSubarray(all, { minLength: all.length }),
            fc.array(fc.constantFrom(...all), { maxLength: 6 }),
          )
          .map(([each, repeats]) => [...each, ...repeats]),
      });
    });
    await fc.assert(
      fc.asyncProperty(arrivals, async ({ story, order }) => {
        const world = newWorld();
        for (const report of order) await take(world, report, { order: minute(report.place) });
        expect(held(world)).toBe(isHeld(story));
      }),
      runs,
    );
  });

  test('requests of several sources between each other, each sent again before the next one', async () => {
    const turns = stories.chain((story) =>
      fc.record({
        story: fc.constant(story),
        // The source that reports next, and whether it repeats its last report.
        turns: fc.array(fc.tuple(fc.nat(story.length - 1), fc.boolean()), { maxLength: 20 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(turns, async ({ story, turns }) => {
        const world = newWorld();
        const left = story.map((_, source) =>
          reportsOf(story).filter((report) => report.source === source),
        );
        const last: (Report | undefined)[] = [];
        const rest = left.flatMap((all, source) => all.map(() => [source, false] as const));
        for (const [source, repeats] of [...turns, ...rest]) {
          const next =
            (repeats ? last[source] : undefined) ?? left[source]?.shift() ?? last[source];
          last[source] = next;
          if (next) await take(world, next);
        }
        expect(held(world)).toBe(isHeld(story));
      }),
      runs,
    );
  });

  test('requests of several sources at once', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const world = newWorld();
        const all = reportsOf(story);
        await Promise.all(
          story.map(async (_, source) => {
            for (const report of all.filter((each) => each.source === source)) {
              await take(world, report);
            }
          }),
        );
        expect(held(world)).toBe(isHeld(story));
      }),
      { numRuns: 15 },
    );
  });
});
