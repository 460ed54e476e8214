/**
 * Alarms of a whole project. If there are few, they are evaluated with the event; if there are
 * many, later and in slices.
 */
import { expect, test } from 'vitest';
import type { Alarm } from '../../domain/alarms/alarm.ts';
import { wideAtOnce } from '../../domain/alarms/alarm-share.ts';
import type { DoctorEvent } from '../../domain/events/event.ts';
import { type EvaluateDeps, evaluateEvents, gentlePace } from '../../flows/evaluate-events.ts';
import type { Rest } from '../../flows/find-candidates.ts';
import { lastCounts } from '../../flows/last-counts.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { eventWith } from '../domain/events/events.ts';
import { id, minute } from '../domain/rows.ts';
import { alarmTables } from './alarm-tables.ts';

const event = (n: number, project = 'a'): DoctorEvent => ({
  ...eventWith(['project_id', 1, project], ['resource_id', 1, 'vm-1']),
  message_id: `m-${project}-${n}`,
  accepted_at: minute(n),
});

function world(...given: Partial<Alarm>[]) {
  const { deps: made, notifications } = alarmTables(
    given.map((each, n) => alarmWith({ alarm_id: id(n + 1), repeat_actions: true, ...each })),
  );
  const rests: Rest[] = [];
  const bounds: unknown[] = [];
  const deps: EvaluateDeps = {
    pace: made.pace,
    alarmCounts: async (ids) => made.alarmCounts(ids),
    silences: async (ids) => made.silences(ids),
    proofState: async () => 'open',
    lastCounts: lastCounts(),
    alarmsUnder: async (keys, given_) => {
      bounds.push(given_);
      return made.alarmsUnder(keys, given_);
    },
    alarms: async (ids) => made.alarms(ids),
    written: async (keys) => made.written(keys),
    undeliveredOf: async (keys) => made.undeliveredOf(keys),
    arm: async (from, to) => made.arm(from, to),
    fire: async (chains) => made.fire(chains),
    report: async (unreadable) => made.report(unreadable),
    sendRest: async (rest) => {
      rests.push(rest);
    },
    sendWebhooks: async () => undefined,
    sendGroups: async () => expect.unreachable(),
    publish: async (rows) => rows,
    markDelivered: async () => undefined,
    noteChanges: async () => {},
    countSent: async () => {},
    interrupted: (_, error) => {
      throw error;
    },
    now: () => minute(9),
  };
  const next = async () => {
    const rest = rests.shift();
    if (!rest) throw new Error('there is no rest');
    return evaluateEvents(deps, rest.events, { rest: rest.rest });
  };
  return { deps, notifications, rests, bounds, next };
}
const many = (count: number, given: Partial<Alarm> = {}) =>
  Array.from({ length: count }, () => given);

test('a project with few alarms of its whole has them evaluated with the event', async () => {
  const { deps, rests } = world(...many(wideAtOnce));
  expect(await evaluateEvents(deps, [event(1)])).toMatchObject({ fired: wideAtOnce });
  expect(rests).toEqual([]);
});

test('of many, those that name the resource are fired at once, and the others are queued', async () => {
  const { deps, rests } = world(...many(30), ...many(3, { resource_id: 'vm-1' }));
  expect(await evaluateEvents(deps, [event(1)])).toMatchObject({ candidates: 3, fired: 3 });
  expect(rests).toEqual([{ events: [event(1)], rest: { of: 'wide', after: '' } }]);
});

test('queued alarms are fired slice by slice, each once', async () => {
  const { deps, rests, notifications, next } = world(...many(220));
  await evaluateEvents(deps, [event(1)]);
  expect(await next()).toMatchObject({ fired: 100 });
  expect(await next()).toMatchObject({ fired: 100 });
  expect(await next()).toMatchObject({ fired: 20 });
  expect(rests).toEqual([]);
  expect(new Set(notifications().map(({ alarm_id }) => alarm_id)).size).toBe(220);
});

test('a rest that comes twice changes nothing', async () => {
  const { deps, rests, notifications, next } = world(...many(30));
  await evaluateEvents(deps, [event(1)]);
  await evaluateEvents(deps, [event(1)]);
  expect(rests).toHaveLength(2);
  expect(await next()).toMatchObject({ fired: 30 });
  expect(await next()).toMatchObject({ fired: 0 });
  expect(notifications()).toHaveLength(30);
});

test('each project of a message has its own share', async () => {
  const { deps, rests, notifications } = world(...many(30), ...many(3, { project_id: 'b' }));
  await evaluateEvents(deps, [event(1), event(2, 'b'), event(3)]);
  expect(notifications().map(({ event_id }) => event_id)).toEqual(Array(3).fill('m-b-2'));
  expect(rests).toEqual([{ events: [event(1), event(3)], rest: { of: 'wide', after: '' } }]);
});

test('no more of the index is read than a slice needs', async () => {
  const { deps, bounds } = world(...many(500));
  await evaluateEvents(deps, [event(1)]);
  await evaluateEvents(deps, [event(1)], { rest: { of: 'wide', after: id(7) } });
  expect(bounds.slice(0, 2)).toEqual([undefined, { most: 11 }]);
  expect(bounds.slice(2)).toEqual([{ after: id(7), most: 101 }]);
});

test('where nothing is urgent, alarms that name the resource follow in slices, too', async () => {
  const { deps, rests, notifications, next } = world(...many(220, { resource_id: 'vm-1' }), {});
  const gentle = { ...deps, pace: gentlePace };
  expect(await evaluateEvents(gentle, [event(1)])).toMatchObject({ fired: 101 });
  expect(rests).toEqual([{ events: [event(1)], rest: { of: 'named', after: id(100) } }]);
  expect(await next()).toMatchObject({ fired: 100 });
  expect(await next()).toMatchObject({ fired: 20 });
  expect(rests).toEqual([]);
  expect(new Set(notifications().map(({ alarm_id }) => alarm_id)).size).toBe(221);
});

test('an event that fires 600 alarms of its project costs few and full requests, one at a time', async () => {
  const { deps, rests } = world(...many(600));
  const requests: Record<string, number> = {};
  let underWay = 0;
  const counted =
    <In extends readonly unknown[], Out>(name: string, call: (...given: In) => Promise<Out>) =>
    async (...given: In): Promise<Out> => {
      requests[name] = (requests[name] ?? 0) + 1;
      underWay += 1;
      // Other requests read the counts of alarms, the keys of an event, and the notes of a slice.
      if (['fire', 'publish', 'mark'].includes(name)) expect(underWay).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return call(...given);
    };
  const gentle: EvaluateDeps = {
    ...deps,
    pace: gentlePace,
    alarmCounts: counted('counts', deps.alarmCounts),
    alarmsUnder: counted('lookup', deps.alarmsUnder),
    alarms: counted('alarms', deps.alarms),
    fire: counted('fire', deps.fire),
    publish: counted('publish', deps.publish),
    markDelivered: counted('mark', deps.markDelivered),
  };
  let fired = 0;
  for (
    let rest: Rest | undefined = { events: [event(1)], rest: { of: 'wide', after: '' } };
    rest;
  ) {
    fired += (await evaluateEvents(gentle, rest.events, { rest: rest.rest })).fired;
    rest = rests.shift();
  }
  expect(fired).toBe(600);
  // Each has ten firings, the largest number in one call to publish.
  expect(requests).toEqual({
    ...{ counts: 6, lookup: 6, alarms: 6 },
    ...{ fire: 60, publish: 60, mark: 60 },
  });
});

test('a fault fires all alarms that name its resource at once', async () => {
  const { deps, rests } = world(...many(120, { resource_id: 'vm-1' }));
  expect(await evaluateEvents(deps, [event(1)])).toMatchObject({ fired: 120 });
  expect(rests).toEqual([]);
});

test('a rest that cannot be queued fails the evaluation, after the fired rows are delivered', async () => {
  const { deps, notifications } = world(...many(30), { resource_id: 'vm-1' });
  const sendRest = async () => {
    throw new Error('the queue is gone');
  };
  await expect(evaluateEvents({ ...deps, sendRest }, [event(1)])).rejects.toThrow('gone');
  expect(notifications()).toHaveLength(1);
});
