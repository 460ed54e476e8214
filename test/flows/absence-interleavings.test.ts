/**
 * Alarms on events that do not come: arming, firing and changes in any order, with late and
 * repeated messages.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { armingAfter, type DueTimer } from '../../domain/alarms/absence.ts';
import type { Alarm } from '../../domain/alarms/alarm.ts';
import { laterBy } from '../../domain/time.ts';
import { evaluateTimeouts } from '../../flows/evaluate-timeouts.ts';
import { minute } from '../domain/rows.ts';
import { change, evaluationWorld } from './evaluation-world.ts';

const timeout = 60;
const at = (seconds: number): string => laterBy(minute(0), seconds);

/** One alarm on a simulated clock. `handed` has the timers that left the table. */
function timedWorld() {
  const world = evaluationWorld();
  /** `skew`: how far the clock of the process that does the next step is ahead, in seconds. */
  const clock = { seconds: 0, skew: 0 };
  const now = () => at(clock.seconds + clock.skew);
  const deps = { ...world.deps, now };
  const rule = { event_type: '*', query: [], timeout };
  world.file({ rule, armed_at: now(), timer_at: at(timeout + 1) });
  const alarm = (): Alarm | undefined => [...world.alarms.values()][0];
  const handed = new Set<string>();
  const messages: DueTimer[] = [];
  const armedAt = [0];
  let count = 0;

  const change_ = (given: Partial<Alarm>) => {
    const row = alarm();
    if (!row) return;
    const facts = { ...row, ...given };
    const arming = armingAfter(row, facts, now());
    world.alarms.set(row.alarm_id, { ...facts, ...arming, revision: row.revision + 1 });
    // An alarm that is enabled already keeps the arming that it has.
    if (given.enabled && !row.enabled) armedAt.push(clock.seconds);
  };
  const steps = {
    wait: async (seconds: number) => {
      clock.seconds += seconds;
    },
    event: async () => {
      if (alarm()?.enabled) armedAt.push(clock.seconds);
      await world.evaluate([change(++count, { accepted_at: now() })], { now });
    },
    tick: async () => {
      const row = alarm();
      const key = `${row?.timer_at}`;
      if (!row?.timer_at || row.timer_at > now() || handed.has(key)) return;
      handed.add(key);
      messages.push({ alarm_id: row.alarm_id, due: row.timer_at });
    },
    /**
     * Delivers the newest message, or all of them, as SQS may do. The messages stay, so that they
     * can be delivered again.
     */
    deliver: async (all: boolean) => {
      await evaluateTimeouts(
        { ...deps, transactionsAtOnce: 2 },
        all ? messages : messages.slice(-1),
      );
    },
    disable: async () => change_({ enabled: false }),
    enable: async () => change_({ enabled: true }),
    rename: async () => change_({ name: `n-${clock.seconds}` }),
    remove: async () => {
      const row = alarm();
      if (row) world.alarms.delete(row.alarm_id);
    },
  };
  const fired = () => world.notified().filter(({ reason }) => reason === 'timeout');
  return { ...world, steps, clock, alarm, armedAt, fired, messages };
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 90 }) }),
  fc.record({ kind: fc.constantFrom('event' as const, 'tick' as const) }),
  fc.record({ kind: fc.constant('deliver' as const), all: fc.boolean() }),
  fc.record({
    kind: fc.constantFrom(
      'disable' as const,
      'enable' as const,
      'rename' as const,
      'remove' as const,
    ),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function run({ steps }: ReturnType<typeof timedWorld>, each: Step): Promise<void> {
  if (each.kind === 'wait') return steps.wait(each.seconds);
  if (each.kind === 'deliver') return steps.deliver(each.all);
  return steps[each.kind]();
}

/** An alarm that is due and is enabled again fires, because enabling it changed nothing. */
const enabledTwice: Step[] = [
  { kind: 'wait', seconds: 61 },
  { kind: 'tick' },
  { kind: 'enable' },
  { kind: 'deliver', all: false },
];

test('in any order an alarm fires only when no event came for its timeout, and once for each arming', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (plan) => {
      const world = timedWorld();
      for (const each of plan) {
        const before = world.fired().length;
        await run(world, each);
        if (world.fired().length === before) continue;
        expect(world.fired().length).toBe(before + 1);
        const last = world.armedAt.at(-1) ?? 0;
        expect(world.alarm()?.enabled).toBe(true);
        expect(world.clock.seconds).toBeGreaterThan(last + timeout);
        expect(world.fired().length).toBeLessThanOrEqual(world.armedAt.length);
      }
    }),
    { examples: [[enabledTwice]] },
  );
});

/** How far a clock is ahead or behind, in seconds, for each step. */
const mostSkew = 2;
const skew = fc.integer({ min: -mostSkew, max: mostSkew });

test('with clocks that differ by seconds it fires that much too early at most, and once for each arming', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(step, skew), { maxLength: 30 }), async (plan) => {
      const world = timedWorld();
      for (const [each, ahead] of plan) {
        world.clock.skew = ahead;
        const before = world.fired().length;
        await run(world, each);
        if (world.fired().length === before) continue;
        const last = world.armedAt.at(-1) ?? 0;
        expect(world.clock.seconds).toBeGreaterThanOrEqual(last + timeout - 2 * mostSkew);
        expect(world.fired().length).toBe(before + 1);
        expect(world.fired().length).toBeLessThanOrEqual(world.armedAt.length);
      }
    }),
  );
});

test('whatever happened before, an armed alarm fires at most a tick and a second after its timeout', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (plan) => {
      const world = timedWorld();
      for (const each of plan) await run(world, each);
      await world.steps.deliver(true);
      const row = world.alarm();
      if (!row?.enabled) return;
      await world.steps.wait(2);
      await world.steps.event();
      const before = world.fired().length;
      const ends = world.clock.seconds + timeout + 1;
      for (; world.clock.seconds < ends; ) {
        await world.steps.wait(1);
        await world.steps.tick();
        await world.steps.deliver(false);
      }
      await world.steps.tick();
      await world.steps.deliver(true);
      expect(world.fired().length).toBe(before + 1);
      expect(world.alarm()).toMatchObject({ state: 'insufficient data', timer_at: null });
    }),
  );
});

test('an event each second costs one write a second at most, and its copies none', async () => {
  const world = timedWorld();
  const arms: string[] = [];
  const arm = async (from: Alarm, to: Alarm) => {
    arms.push(`${to.armed_at}`);
    return world.deps.arm(from, to);
  };
  for (let n = 1; n <= 40; n++) {
    const event = change(n, { accepted_at: at(n / 4) });
    const now = () => at(n / 4);
    await world.evaluate([event], { arm, now });
    await world.evaluate([event], { arm, now });
  }
  expect(arms).toEqual(Array.from({ length: 10 }, (_, n) => at(n + 1)));
});

test('an alarm that another writer changes meanwhile is armed in its new form', async () => {
  const world = timedWorld();
  let rival = true;
  const arm = async (from: Alarm, to: Alarm) => {
    if (rival) await world.steps.rename();
    rival = false;
    return world.deps.arm(from, to);
  };
  await world.evaluate([change(1, { accepted_at: at(30) })], { arm });
  expect(world.alarm()).toMatchObject({ armed_at: at(30), name: 'n-0', state: 'alarm' });
});
