import { describe, expect, test } from 'vitest';
import type { PeriodicAlarm } from '../../domain/alarms/periodic-alarm.ts';
import { slotOf } from '../../domain/alarms/periodic-index.ts';
import { type AskedQuery, mostInMessage } from '../../domain/alarms/round-plan.ts';
import { evaluateRound, type RoundDeps } from '../../flows/evaluate-round.ts';
import { planRound } from '../../flows/plan-round.ts';
import { compositeAlarm, prometheusAlarm } from '../domain/alarms/periodic-alarms.ts';
import { id } from '../domain/rows.ts';
import { alarmsOf, calm, minute, next, raised, world } from './rounds-world.ts';

describe('10,000 alarms', () => {
  const alarms = alarmsOf(10_000, (n) => ({ project: `p-${n % 20}`, query: `up{n="${n % 400}"}` }));

  test('are planned in few messages, and each query is asked once a round', async () => {
    const { plan, drain, asked, seen, published } = world(alarms, () => calm);
    const planned = await plan();
    expect(planned.alarms).toBe(10_000);
    // 400 queries, each of one project, 20 a message; 25 alarms have the same query.
    expect(planned.messages).toBeLessThanOrEqual(80);
    const counts = await drain();
    expect(counts.reduce((sum, { decided }) => sum + decided, 0)).toBe(10_000);
    expect(asked).toHaveLength(400);
    expect(new Set(asked.map((each) => JSON.stringify(each))).size).toBe(400);
    // The work is limited, and there is none for alarms whose state stays.
    expect(seen.mostInFlight).toBeLessThanOrEqual(10);
    expect(seen.reads).toBe(0);
    expect(published).toEqual([]);
  });

  test('cost a read and a write only where something changes', async () => {
    const { round, seen, published } = world(alarms, ({ query }) =>
      query.includes('"7"') ? raised : calm,
    );
    await round();
    expect(seen.reads).toBe(25);
    expect(published).toHaveLength(25);
    await round(next(1));
    expect([seen.reads, published.length]).toEqual([25, 25]);
  });

  test('with the same query are one request, although they do not fit into a message', async () => {
    const one = alarmsOf(10_000, () => ({ project: 'a', query: 'up' }));
    const { plan, drain, asked, published } = world(one, () => raised);
    expect(await plan()).toEqual({ alarms: 10_000, messages: 1 });
    await drain();
    expect(asked).toEqual([{ scope: 'a', query: 'up' }]);
    expect(new Set(published).size).toBe(10_000);
  });
});

test('messages are of one project, and within their limits', async () => {
  const alarms = alarmsOf(3_000, (n) => ({ project: `p-${n % 3}`, query: `up{n="${n % 900}"}` }));
  const { plan, queue } = world(alarms, () => calm);
  await plan();
  for (const { alarms: its, project_id } of queue) {
    expect(its.length).toBeLessThanOrEqual(mostInMessage.alarms);
    expect(new Set(its.map(({ rule }) => JSON.stringify(rule))).size).toBeLessThanOrEqual(
      mostInMessage.queries,
    );
    expect(new Set(its.map((alarm) => alarm.project_id))).toEqual(new Set([project_id]));
  }
});

test('equal texts of other projects and limits are other queries', async () => {
  const [a, b] = alarmsOf(2, (n) => ({ project: `p-${n}`, query: 'up' }));
  const all = prometheusAlarm({ alarm_id: id(9), project_id: 'p-0', scope: null, state: 'ok' });
  const { round, asked } = world(
    [a, b, all].flatMap((one) => one ?? []),
    () => calm,
  );
  await round();
  expect(asked).toHaveLength(3);
});

test('a composite alarm shares its queries with other alarms, and reads the states of those that it names', async () => {
  const part = {
    type: 'prometheus',
    query: 'up',
    comparison_operator: 'eq',
    threshold: 0,
  } as const;
  const event = { type: 'event', alarm_id: id(3) } as const;
  const alarms = [
    prometheusAlarm({ alarm_id: id(1), state: 'ok' }),
    compositeAlarm(
      { and: [part, { ...part, query: 'down' }, event] },
      { alarm_id: id(2), state: 'ok' },
    ),
    prometheusAlarm({ alarm_id: id(3), enabled: false, state: 'alarm' }),
  ];
  const { round, asked, rows } = world(alarms, () => raised);
  await round();
  expect(asked.map(({ query }) => query).sort()).toEqual(['down', 'up']);
  expect([1, 2].map((n) => rows.get(id(n))?.state)).toEqual(['alarm', 'alarm']);
});

describe('a project whose queries hang', () => {
  const alarms = [
    ...alarmsOf(500, (n) => ({ project: 'slow', query: `q{n="${n}"}` })),
    ...alarmsOf(100, (n) => ({ project: 'quick', query: `q{n="${n}"}` })).map((alarm, n) => ({
      ...alarm,
      alarm_id: id(1_000 + n),
    })),
  ];
  const answers = ({ scope }: AskedQuery) => (scope === 'slow' ? 'hangs' : raised);

  test('takes up a process for one wave of queries in each lane, and others are answered', async () => {
    const { round, asked, rows } = world(alarms, answers);
    await round();
    expect(asked.filter(({ scope }) => scope === 'slow').length).toBeLessThanOrEqual(2 * 10);
    const quick = [...rows.values()].filter(({ project_id }) => project_id === 'quick');
    expect(quick.every(({ state }) => state === 'alarm')).toBe(true);
  });

  test('has insufficient data after three rounds, notified once, and then costs nothing but its queries', async () => {
    const { round, rows, published, seen, queue } = world(alarms, answers);
    for (let n = 0; n < 3; n++) {
      await round(next(n));
    }
    const slow = [...rows.values()].filter(({ project_id }) => project_id === 'slow');
    expect(
      slow.every(
        ({ state, failed_rounds }) => state === 'insufficient data' && failed_rounds === 3,
      ),
    ).toBe(true);
    expect(published).toHaveLength(600);
    const { reads } = seen;
    await round(next(3));
    expect([seen.reads, published.length, queue.length]).toEqual([reads, 600, 0]);
  });

  test('that answers again is out of the slow lane a round later', async () => {
    let hangs = true;
    const { plan, drain, queue, rows } = world(alarms.slice(0, 5), () => (hangs ? 'hangs' : calm));
    await plan();
    await drain();
    hangs = false;
    await plan(next(2));
    expect(queue.map(({ lane }) => lane)).toEqual(['slow']);
    await drain();
    expect([...rows.values()].map(({ failed_rounds }) => failed_rounds)).toEqual([0, 0, 0, 0, 0]);
    await plan(next(3));
    expect(queue.map(({ lane }) => lane)).toEqual(['first']);
  });
});

test('a group of one query that hangs stays a group in the slow lane', async () => {
  const hanging = alarmsOf(3, (n) => ({ project: 'a', query: `q${n}` }));
  const same = alarmsOf(300, () => ({ project: 'a', query: 'up' })).map((alarm, n) => ({
    ...alarm,
    alarm_id: id(100 + n),
  }));
  const { plan, queue, deps } = world([...hanging, ...same], () => 'hangs');
  await plan();
  const messages = queue.splice(0).sort((a) => (a.group ? 1 : -1));
  for (const message of messages) await evaluateRound(deps, message);
  expect(queue).toMatchObject([{ lane: 'slow', alarms: [], group: { slot: slotOf('a') } }]);
});

describe('a message that comes twice, late or too late', () => {
  const alarm = prometheusAlarm({ state: 'ok', last_round: 1, repeat_actions: true });

  test('fires once', async () => {
    const { plan, drain, queue, published, rows } = world([alarm], () => raised);
    await plan();
    await plan();
    expect(queue).toHaveLength(2);
    await drain();
    expect(published).toHaveLength(1);
    expect(rows.get(alarm.alarm_id)?.transitions).toEqual({ alarm: 1 });
  });

  test('after the next round, changes nothing', async () => {
    const { plan, drain, queue, published, rows } = world([alarm], () => raised);
    await plan(minute);
    const late = queue.splice(0);
    await plan(next(1));
    await drain();
    const before = rows.get(alarm.alarm_id);
    queue.push(...late);
    await drain();
    expect(rows.get(alarm.alarm_id)).toEqual(before);
    expect(published).toHaveLength(1);
  });

  test('more than two minutes late, asks nothing and counts as a round without an answer', async () => {
    const { round, clock, asked, rows } = world([alarm], () => raised);
    clock.now = Date.parse(minute.at) + 121_000;
    await round();
    expect(asked).toEqual([]);
    expect(rows.get(alarm.alarm_id)).toMatchObject({ state: 'ok', failed_rounds: 1 });
  });
});

describe('an alarm that changes between plan and evaluation', () => {
  const alarm = prometheusAlarm({ state: 'ok', last_round: 1 });
  const changed = async (change: (rows: Map<string, PeriodicAlarm>) => void) => {
    const { plan, drain, rows, published } = world([alarm], () => raised);
    await plan();
    change(rows);
    await drain();
    return published;
  };
  const set = (given: Partial<PeriodicAlarm>) => (rows: Map<string, PeriodicAlarm>) => {
    rows.set(
      alarm.alarm_id,
      prometheusAlarm({ state: 'ok', last_round: 1, revision: 2, ...given }),
    );
  };

  test.each([
    ['disabled', set({ enabled: false })],
    ['limited otherwise', set({ scope: null })],
    ['deleted', (rows: Map<string, PeriodicAlarm>) => void rows.delete(alarm.alarm_id)],
    [
      'edited',
      (rows: Map<string, PeriodicAlarm>) =>
        void rows.set(
          alarm.alarm_id,
          prometheusAlarm({ state: 'ok', revision: 2 }, { threshold: 5 }),
        ),
    ],
  ])('does not fire if it is %s', async (_, change) => {
    expect(await changed(change)).toEqual([]);
  });

  test('fires in its new form if only its name and actions changed', async () => {
    expect(await changed(set({ name: 'other' }))).toHaveLength(1);
  });
});

test('an alarm that another writer changes at the same moment is read and decided again', async () => {
  const alarm = prometheusAlarm({ state: 'ok', last_round: 1 });
  const { deps, plan, queue, rows, published } = world([alarm], () => raised);
  await plan();
  let rivals = 1;
  const rival: RoundDeps = {
    ...deps,
    writeRounds: async (writes, writer) => {
      if (rivals-- > 0)
        rows.set(alarm.alarm_id, prometheusAlarm({ state: 'ok', last_round: 1, revision: 5 }));
      return deps.writeRounds(writes, writer);
    },
  };
  for (const message of queue) await evaluateRound(rival, message);
  expect(rows.get(alarm.alarm_id)).toMatchObject({ state: 'alarm', revision: 6 });
  expect(published).toHaveLength(1);
});

test('a partition that cannot be read does not stop the others', async () => {
  const alarms = alarmsOf(40, (n) => ({ project: `p-${n}`, query: 'up' }));
  const { queue, deps } = world(alarms, () => calm);
  const broken = slotOf('p-0');
  async function* plannedAlarms(slot: string) {
    if (slot === broken) throw new Error('throttled');
    yield alarms.filter(({ project_id }) => slotOf(project_id) === slot);
  }
  await expect(
    planRound({ plannedAlarms, sendRounds: deps.sendRounds }, { round: 1, planned_at: minute.at }),
  ).rejects.toThrow('throttled');
  const planned = queue.reduce((sum, message) => sum + message.alarms.length, 0);
  expect(planned).toBe(alarms.filter(({ project_id }) => slotOf(project_id) !== broken).length);
});
