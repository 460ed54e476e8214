import { beforeEach, expect, test } from 'vitest';
import type { Alarm, Condition } from '../../domain/alarms/alarm.ts';
import type { Chain, OutboxRow } from '../../domain/alarms/firing.ts';
import type { DoctorEvent } from '../../domain/events/event.ts';
import { Notification } from '../../domain/events/messages.ts';
import { type EvaluateDeps, evaluateEvents, gentlePace } from '../../flows/evaluate-events.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { eventWith } from '../domain/events/events.ts';
import { id, minute } from '../domain/rows.ts';
import { alarmTables, rowKey } from './alarm-tables.ts';

const { alarms, rows, notifications: notificationRows, deps: tables } = alarmTables();
const published: OutboxRow[] = [];
const transactions: Chain[][] = [];
const interruptions: string[] = [];
/** Another writer: runs once, before the next transaction. */
let meanwhile: (() => void) | undefined;

beforeEach(() => {
  for (const all of [alarms, rows]) all.clear();
  for (const all of [published, transactions, interruptions]) all.length = 0;
  meanwhile = undefined;
});

const deps: EvaluateDeps = {
  pace: tables.pace,
  alarmsUnder: async (keys, bounds) => tables.alarmsUnder(keys, bounds),
  sendRest: async () => expect.unreachable(),
  alarms: async (ids) => tables.alarms(ids),
  fire: async (chains) => {
    const others = meanwhile;
    meanwhile = undefined;
    others?.();
    transactions.push([...chains]);
    return tables.fire(chains);
  },
  report: async (unreadable) => tables.report(unreadable),
  sendWebhooks: async () => undefined,
  publish: async (given) => {
    published.push(...given);
    return given;
  },
  markDelivered: async (given) => {
    for (const row of given) rows.set(rowKey(row), { ...row, undelivered_shard: undefined });
  },
  interrupted: (step) => {
    interruptions.push(step);
  },
  now: () => minute(9),
};
const evaluate = (events: readonly DoctorEvent[], given: Partial<EvaluateDeps> = {}) =>
  evaluateEvents({ ...deps, ...given }, events);

const file = (...given: Partial<Alarm>[]) => {
  for (const each of given) {
    const alarm = alarmWith({ alarm_id: id(alarms.size + 1), ...each });
    alarms.set(alarm.alarm_id, alarm);
  }
};
/** The n-th change of vm-1. */
const change = (n: number, given: Partial<DoctorEvent> = {}): DoctorEvent => ({
  ...eventWith(['project_id', 1, 'a'], ['resource_id', 1, 'vm-1'], ['host', 1, 'compute-1']),
  message_id: `m-${n}`,
  accepted_at: minute(n),
  stamp: { resource: 'vm-1', incarnation: 'i', revision: n },
  ...given,
});
const notified = () => published.map(({ body }) => Notification.parse(JSON.parse(body)));
const undelivered = () => notificationRows().filter((row) => row.undelivered_shard);

test('an event fires every alarm that it concerns, and no other', async () => {
  file({ name: 'all' }, { name: 'its', resource_id: 'vm-1' }, { resource_id: 'vm-2' });
  file({ project_id: 'b' }, { rule: { event_type: 'port.*', query: [] } });
  expect(await evaluate([change(1)])).toEqual({ candidates: 3, fired: 2, published: 2 });
  expect(new Set(notified().map(({ alarm_name }) => alarm_name))).toEqual(new Set(['all', 'its']));
  expect(undelivered()).toEqual([]);
});

test('an event that concerns no alarm costs no read of an alarm and no write', async () => {
  const unasked = async () => expect.unreachable();
  const done = evaluate([change(1)], { alarms: unasked, fire: unasked, publish: unasked });
  expect(await done).toEqual({ candidates: 0, fired: 0, published: 0 });
});

test('an event that is evaluated twice is notified once', async () => {
  file({}, { repeat_actions: true });
  await evaluate([change(1)]);
  expect(await evaluate([change(1)])).toMatchObject({ fired: 0, published: 0 });
  expect(published).toHaveLength(2);
});

test('an event that stands twice in a message is notified once', async () => {
  file({ repeat_actions: true });
  expect(await evaluate([change(1), change(1)])).toMatchObject({ fired: 1 });
});

test('the safe copy after the tenant has reset the alarm sends no notification', async () => {
  file({}, { repeat_actions: true });
  await evaluate([change(1)]);
  for (const alarm of alarms.values()) {
    const reset = { state: 'ok', left_alarm_at: minute(2), revision: alarm.revision + 1 } as const;
    alarms.set(alarm.alarm_id, { ...alarm, ...reset });
  }
  expect(await evaluate([change(1)])).toMatchObject({ fired: 0, published: 0 });
});

test('of many events a plain alarm notifies of the first, a repeating one of all, each once', async () => {
  file({ name: 'plain' }, { name: 'repeating', repeat_actions: true });
  const burst = Array.from({ length: 30 }, (_, n) => change(n + 1));
  expect(await evaluate(burst)).toMatchObject({ fired: 31, published: 31 });
  const of = (name: string) => notified().filter(({ alarm_name }) => alarm_name === name);
  expect(of('plain').map(({ previous, current }) => [previous, current])).toEqual([
    ['insufficient data', 'alarm'],
  ]);
  expect(of('repeating').filter(({ previous }) => previous === 'alarm')).toHaveLength(29);
});

test('no transaction holds more than ten firings, nor changes an alarm twice', async () => {
  file(...Array.from({ length: 25 }, () => ({ resource_id: 'vm-1', repeat_actions: true })));
  await evaluate([change(1), change(2), change(3)]);
  expect(rows.size).toBe(75);
  for (const chains of transactions) {
    const firings = chains.flat();
    expect(firings.length).toBeLessThanOrEqual(10);
    const changed = chains.flatMap((chain) => chain.find(({ to }) => to)?.to?.alarm_id ?? []);
    expect(new Set(changed).size).toBe(changed.length);
  }
});

test('an event of very many alarms fires some at a time, and delivers them meanwhile', async () => {
  file(...Array.from({ length: 1_000 }, () => ({ resource_id: 'vm-1' })));
  const [underWay, publishedBy]: [number[], number[]] = [[], []];
  let running = 0;
  const fire: EvaluateDeps['fire'] = async (firings) => {
    underWay.push(++running);
    publishedBy.push(published.length);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return deps.fire(firings);
  };
  expect(await evaluate([change(1)], { fire })).toMatchObject({ fired: 1_000, published: 1_000 });
  expect(Math.max(...underWay)).toBeLessThanOrEqual(16);
  expect(publishedBy.at(-1)).toBeGreaterThan(0);
});

test('an alarm renamed in between is read again, and its notification has the new name', async () => {
  file({ name: 'old' });
  meanwhile = () => {
    alarms.set(id(1), alarmWith({ name: 'new', revision: 2 }));
  };
  expect(await evaluate([change(1)])).toMatchObject({ fired: 1 });
  expect(notified().map(({ alarm_name }) => alarm_name)).toEqual(['new']);
  expect(alarms.get(id(1))).toMatchObject({ state: 'alarm', revision: 3 });
});

test.each([
  ['disabled', () => alarms.set(id(1), alarmWith({ enabled: false, revision: 2 }))],
  ['deleted', () => alarms.delete(id(1))],
  ['raised', () => alarms.set(id(1), alarmWith({ state: 'alarm', revision: 2 }))],
] as const)('an alarm that was %s in between does not fire; the others do', async (_, others) => {
  file({}, {});
  meanwhile = others;
  expect(await evaluate([change(1)])).toMatchObject({ fired: 1, published: 1 });
  expect(notified().map(({ alarm_id }) => alarm_id)).toEqual([id(2)]);
});

test('what another invocation wrote is left to it; later events go on from there', async () => {
  file({ repeat_actions: true });
  meanwhile = () => {
    rows.set(`m-1 ${id(1)}`, { ...rowOf(change(1)) });
    alarms.set(id(1), alarmWith({ repeat_actions: true, state: 'alarm', revision: 2 }));
  };
  expect(await evaluate([change(1), change(2)])).toMatchObject({ fired: 1 });
  expect(notified()).toMatchObject([{ previous: 'alarm', current: 'alarm' }]);
});

const rowOf = ({ message_id, event_type }: DoctorEvent): OutboxRow => ({
  ...{ event_id: message_id, alarm_id: id(1), type: 'state transition', detail: '{}' },
  ...{
    user_id: null,
    project_id: null,
    on_behalf_of: 'a',
    severity: 'low',
    timestamp: minute(1),
    body: '{}',
  },
  ...{ actions: [], webhooks: {} },
  ...{ attributes: { event_type }, undelivered_shard: 'undelivered#0', written_at: minute(1) },
});

test('notifications of tenants name no host', async () => {
  file({});
  await evaluate([change(1)]);
  expect(published[0]?.body).not.toContain('compute-1');
});

test('at a gentle pace few are fired at a time, and delivered before the next', async () => {
  file(...Array.from({ length: 23 }, () => ({ resource_id: 'vm-1' })));
  const steps: string[] = [];
  const fire: EvaluateDeps['fire'] = async (firings) => {
    steps.push(`fire ${firings.flat().length}`);
    return deps.fire(firings);
  };
  const publish: EvaluateDeps['publish'] = async (given) => {
    await new Promise((resolve) => setImmediate(resolve));
    steps.push(`publish ${given.length}`);
    return deps.publish(given);
  };
  expect(await evaluate([change(1)], { fire, publish, pace: gentlePace })).toMatchObject({
    fired: 23,
    published: 23,
  });
  expect(steps).toEqual([...Array(4).fill(['fire 5', 'publish 5']).flat(), 'fire 3', 'publish 3']);
});

test('when a transaction throws, the rows of others are delivered before the message fails', async () => {
  file(...Array.from({ length: 25 }, () => ({ resource_id: 'vm-1' })));
  let calls = 0;
  const fire: EvaluateDeps['fire'] = async (firings) => {
    if (++calls === 2) throw new Error('too many conflicts');
    return deps.fire(firings);
  };
  await expect(evaluate([change(1)], { fire })).rejects.toThrow('too many conflicts');
  expect(published).toHaveLength(15);
  expect(undelivered()).toEqual([]);
  expect(await evaluate([change(1)])).toMatchObject({ fired: 10, published: 10 });
});

test('when a read throws, written rows are delivered before the message fails', async () => {
  file({ repeat_actions: true }, { repeat_actions: true });
  meanwhile = () => {
    alarms.set(id(1), alarmWith({ repeat_actions: true, revision: 2 }));
  };
  let reads = 0;
  const failing: EvaluateDeps['alarms'] = async (ids) => {
    if (++reads === 2) throw new Error('the table is gone');
    return deps.alarms(ids);
  };
  const publish: EvaluateDeps['publish'] = async (given) => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return deps.publish(given);
  };
  const done = evaluate([change(1), change(2)], { alarms: failing, publish });
  await expect(done).rejects.toThrow('the table is gone');
  expect(published.length).toBe(rows.size);
  expect(undelivered()).toEqual([]);
});

test('a topic that is gone fails no message: the row stays for the sweeper', async () => {
  file({});
  const publish = async () => {
    throw new Error('the topic is gone');
  };
  expect(await evaluate([change(1)], { publish })).toMatchObject({ fired: 1, published: 0 });
  expect(undelivered()).toHaveLength(1);
  expect(interruptions).toEqual(['delivery']);
});

const state = (value: string): Condition => ({ field: 'traits.state', op: 'eq', type: '', value });
/** Raised by what stops, cleared by what runs again. */
const clearing = {
  rule: {
    event_type: '*',
    query: [state('stopped')],
    clear: { event_type: '*', query: [state('active')] },
  },
};
const becomes = (n: number, to: string): DoctorEvent => {
  const event = change(n);
  return { ...event, traits: [...event.traits, ['state', 1, to]] };
};
const transitions = () =>
  notified().map(
    ({ previous, current, reason_data: { event } }) => `${event.message_id} ${previous}→${current}`,
  );

test('a burst that raises and clears an alarm is written ten events at a time, and notified in order', async () => {
  file(clearing);
  const burst = Array.from({ length: 25 }, (_, n) => becomes(n + 1, n % 2 ? 'active' : 'stopped'));
  expect(await evaluate(burst)).toMatchObject({ fired: 25, published: 25 });
  expect(transactions.map((chains) => chains.flat().length)).toEqual([10, 10, 5]);
  expect(transitions().slice(0, 3)).toEqual([
    'm-1 insufficient data→alarm',
    'm-2 alarm→ok',
    'm-3 ok→alarm',
  ]);
  expect(alarms.get(id(1))).toMatchObject({ state: 'alarm', revision: 26 });
  expect(await evaluate(burst)).toMatchObject({ fired: 0 });
});

test('events of a message are evaluated oldest first', async () => {
  file(clearing);
  await evaluate([becomes(3, 'stopped'), becomes(2, 'active'), becomes(1, 'stopped')]);
  expect(transitions()).toEqual(['m-1 insufficient data→alarm', 'm-2 alarm→ok', 'm-3 ok→alarm']);
});

test('an event without a notification is recorded, so that a late copy does not count as new', async () => {
  file(clearing);
  await evaluate([becomes(1, 'stopped'), becomes(2, 'stopped'), becomes(3, 'active')]);
  expect(rows.get(`m-2 ${id(1)}`)).toMatchObject({ noted: 'already in alarm' });
  await evaluate([becomes(4, 'stopped')]);
  expect(await evaluate([becomes(2, 'stopped')])).toMatchObject({ fired: 0 });
  expect(published).toHaveLength(3);
});

test('of a chain that a rival has begun the rest is decided anew', async () => {
  file(clearing);
  const rival = alarmTables([...alarms.values()]);
  const burst = [becomes(1, 'stopped'), becomes(2, 'active'), becomes(3, 'stopped')];
  await evaluateEvents({ ...deps, ...rivalDeps(rival) }, burst.slice(0, 2));
  published.length = 0;
  meanwhile = () => {
    for (const [key, row] of rival.rows) rows.set(key, row);
    for (const [key, alarm] of rival.alarms) alarms.set(key, alarm);
  };
  expect(await evaluate(burst)).toMatchObject({ fired: 1 });
  expect(transitions()).toEqual(['m-3 ok→alarm']);
});

const rivalDeps = ({ deps: made }: ReturnType<typeof alarmTables>): Partial<EvaluateDeps> => ({
  alarmsUnder: async (keys) => made.alarmsUnder(keys),
  alarms: async (ids) => made.alarms(ids),
  fire: async (chains) => made.fire(chains),
});

const broken = (given: Partial<Condition>) => ({
  rule: { event_type: '*', query: [{ ...state('x'), ...given }] },
});

test.each([
  [broken({ type: 'integer', value: 'many' }), 'the value "many" of traits.state is no integer.'],
  [
    { rule: { ...broken({}).rule, query: [], clear: broken({ type: 'float', value: 'x' }).rule } },
    'the value "x" of traits.state is no float.',
  ],
  [
    {
      time_constraints: [
        { name: 'office', description: '', start: 'nine', duration: 1, timezone: '' },
      ],
    },
    'the time constraint "office" has no start that can be read.',
  ],
])('an alarm that cannot be evaluated says so once, and the others fire', async (given, why) => {
  file({}, given, {});
  let reports = 0;
  const report: EvaluateDeps['report'] = async (unreadable) => {
    reports += 1;
    return deps.report(unreadable);
  };
  expect(await evaluate([change(1), change(2)], { report })).toMatchObject({ fired: 2 });
  expect(alarms.get(id(2))).toMatchObject({
    state: 'insufficient data',
    state_reason: `Cannot be evaluated: ${why}`,
  });
  await evaluate([change(3)], { report });
  expect(reports).toBe(1);
});

test('an alarm on which the service itself fails harms no other', async () => {
  file({}, {});
  const cursed = {
    ...alarmWith({ alarm_id: id(1) }),
    get enabled(): boolean {
      throw new Error('oh');
    },
  };
  const read: EvaluateDeps['alarms'] = async () => ({
    alarms: [cursed, alarmWith({ alarm_id: id(2) })],
    unreadable: [],
  });
  expect(await evaluate([change(1)], { alarms: read })).toMatchObject({ fired: 1 });
  expect(interruptions).toEqual(['decision']);
  expect(alarms.get(id(1))?.state_reason).toBe('Cannot be evaluated: an error of the service.');
});

test('a row that is no alarm is reported, and a report that fails stops no other alarm', async () => {
  file({}, {});
  const unreadable = { alarm_id: id(1), revision: 1, reason: 'why', isReported: false };
  const read: EvaluateDeps['alarms'] = async () => ({
    alarms: [alarmWith({ alarm_id: id(2) })],
    unreadable: [unreadable],
  });
  const reported: unknown[] = [];
  const report: EvaluateDeps['report'] = async (given) => {
    reported.push(given);
    throw new Error('the table is gone');
  };
  expect(await evaluate([change(1)], { alarms: read, report })).toMatchObject({ fired: 1 });
  expect(reported).toEqual([unreadable]);
  expect(interruptions).toEqual(['report']);
});

test('notes are small: more of them are written at once', async () => {
  file({ ...clearing, state: 'alarm' });
  const burst = Array.from({ length: 50 }, (_, n) => becomes(n + 1, 'stopped'));
  expect(await evaluate(burst)).toMatchObject({ fired: 0 });
  expect(transactions.map((chains) => chains.flat().length)).toEqual([37, 13]);
  expect(rows.size).toBe(50);
});

test('when the service fails on a later event, what it decided before is written', async () => {
  file({ ...clearing, project_id: '' });
  const [first, second] = [becomes(1, 'stopped'), becomes(2, 'active')].map((event) => ({
    ...event,
    traits: event.traits.filter(([name]) => name !== 'project_id'),
  }));
  if (!first || !second) return expect.unreachable();
  const cursed: DoctorEvent = {
    ...second,
    get stamp(): null {
      throw new Error('oh');
    },
  };
  expect(await evaluate([first, cursed])).toMatchObject({ fired: 1, published: 1 });
  expect(alarms.get(id(1))).toMatchObject({
    state: 'alarm',
    state_reason: 'Cannot be evaluated: an error of the service.',
  });
});
