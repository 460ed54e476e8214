import { beforeEach, expect, test } from 'vitest';
import type { Alarm } from '../../domain/alarm.ts';
import type { DoctorEvent } from '../../domain/event.ts';
import type { Firing, OutboxRow } from '../../domain/firing.ts';
import { lookupKeysOf } from '../../domain/lookup.ts';
import { Notification } from '../../domain/messages.ts';
import { type EvaluateDeps, evaluateEvents, type Fired } from '../../flows/evaluate-events.ts';
import { alarmWith } from '../domain/alarms.ts';
import { eventWith } from '../domain/events.ts';
import { id, minute } from '../domain/rows.ts';

/** Alarms and history as the tables hold them. */
const alarms = new Map<string, Alarm>();
const rows = new Map<string, OutboxRow>();
const published: OutboxRow[] = [];
const transactions: Firing[][] = [];
const interruptions: string[] = [];
/** Runs once, before the next transaction: somebody else. */
let meanwhile: (() => void) | undefined;

beforeEach(() => {
  for (const all of [alarms, rows]) all.clear();
  for (const all of [published, transactions, interruptions]) all.length = 0;
  meanwhile = undefined;
});

const keyOf = ({ event_id, alarm_id }: OutboxRow) => `${event_id} ${alarm_id}`;

const deps: EvaluateDeps = {
  sendWebhooks: async () => expect.unreachable(),
  alarmsUnder: async (keys) => {
    const under = (key: string) =>
      [...alarms.values()].filter((alarm) => lookupKeysOf(alarm).includes(key));
    return new Map(keys.map((key) => [key, under(key).map(({ alarm_id }) => alarm_id)]));
  },
  alarms: async (ids) => ids.flatMap((alarm_id) => alarms.get(alarm_id) ?? []),
  fire: async (firings) => {
    const others = meanwhile;
    meanwhile = undefined;
    others?.();
    transactions.push([...firings]);
    return firings.map(({ from, to, row }): Fired => {
      if (rows.has(keyOf(row))) return 'already written';
      if (to && alarms.get(to.alarm_id)?.revision !== from.revision) return 'alarm changed';
      rows.set(keyOf(row), row);
      if (to) alarms.set(to.alarm_id, to);
      return 'written';
    });
  },
  publish: async (given) => {
    published.push(...given);
    return given;
  },
  markDelivered: async (given) => {
    for (const row of given) rows.set(keyOf(row), { ...row, undelivered_shard: undefined });
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
const told = () => published.map(({ body }) => Notification.parse(JSON.parse(body)));
const undelivered = () => [...rows.values()].filter((row) => row.undelivered_shard);

test('an event fires every alarm that it concerns, and no other', async () => {
  file({ name: 'all' }, { name: 'its', resource_id: 'vm-1' }, { resource_id: 'vm-2' });
  file({ project_id: 'b' }, { rule: { event_type: 'port.*', query: [] } });
  expect(await evaluate([change(1)])).toEqual({ candidates: 3, fired: 2, published: 2 });
  expect(new Set(told().map(({ alarm_name }) => alarm_name))).toEqual(new Set(['all', 'its']));
  expect(undelivered()).toEqual([]);
});

test('an event that concerns nobody costs no read of an alarm and no write', async () => {
  const unasked = async () => expect.unreachable();
  const done = evaluate([change(1)], { alarms: unasked, fire: unasked, publish: unasked });
  expect(await done).toEqual({ candidates: 0, fired: 0, published: 0 });
});

test('an event evaluated twice is told once', async () => {
  file({}, { repeat_actions: true });
  await evaluate([change(1)]);
  expect(await evaluate([change(1)])).toMatchObject({ fired: 0, published: 0 });
  expect(published).toHaveLength(2);
});

test('an event that stands twice in a message is told once', async () => {
  file({ repeat_actions: true });
  expect(await evaluate([change(1), change(1)])).toMatchObject({ fired: 1 });
});

test('the safe copy after the tenant has reset the alarm tells nothing', async () => {
  file({}, { repeat_actions: true });
  await evaluate([change(1)]);
  for (const alarm of alarms.values()) {
    const reset = { state: 'ok', left_alarm_at: minute(2), revision: alarm.revision + 1 } as const;
    alarms.set(alarm.alarm_id, { ...alarm, ...reset });
  }
  expect(await evaluate([change(1)])).toMatchObject({ fired: 0, published: 0 });
});

test('of many events a plain alarm tells the first, a repeating one all, each once', async () => {
  file({ name: 'plain' }, { name: 'repeating', repeat_actions: true });
  const burst = Array.from({ length: 30 }, (_, n) => change(n + 1));
  expect(await evaluate(burst)).toMatchObject({ fired: 31, published: 31 });
  const of = (name: string) => told().filter(({ alarm_name }) => alarm_name === name);
  expect(of('plain').map(({ previous, current }) => [previous, current])).toEqual([
    ['insufficient data', 'alarm'],
  ]);
  expect(of('repeating').filter(({ previous }) => previous === 'alarm')).toHaveLength(29);
});

test('no transaction holds more than ten firings, nor changes an alarm twice', async () => {
  file(...Array.from({ length: 25 }, () => ({ repeat_actions: true })));
  await evaluate([change(1), change(2), change(3)]);
  expect(rows.size).toBe(75);
  for (const firings of transactions) {
    expect(firings.length).toBeLessThanOrEqual(10);
    const changed = firings.flatMap(({ to }) => (to ? [to.alarm_id] : []));
    expect(new Set(changed).size).toBe(changed.length);
  }
});

test('an event of very many alarms fires some at a time, and tells of them meanwhile', async () => {
  file(...Array.from({ length: 1_000 }, () => ({})));
  const [underWay, toldBy]: [number[], number[]] = [[], []];
  let running = 0;
  const fire: EvaluateDeps['fire'] = async (firings) => {
    underWay.push(++running);
    toldBy.push(published.length);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return deps.fire(firings);
  };
  expect(await evaluate([change(1)], { fire })).toMatchObject({ fired: 1_000, published: 1_000 });
  expect(Math.max(...underWay)).toBeLessThanOrEqual(16);
  expect(toldBy.at(-1)).toBeGreaterThan(0);
});

test('an alarm renamed in between is read again, and tells its new name', async () => {
  file({ name: 'old' });
  meanwhile = () => {
    alarms.set(id(1), alarmWith({ name: 'new', revision: 2 }));
  };
  expect(await evaluate([change(1)])).toMatchObject({ fired: 1 });
  expect(told().map(({ alarm_name }) => alarm_name)).toEqual(['new']);
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
  expect(told().map(({ alarm_id }) => alarm_id)).toEqual([id(2)]);
});

test('what another invocation wrote is left to it; later events go on from there', async () => {
  file({ repeat_actions: true });
  meanwhile = () => {
    rows.set(`m-1 ${id(1)}`, { ...rowOf(change(1)) });
    alarms.set(id(1), alarmWith({ repeat_actions: true, state: 'alarm', revision: 2 }));
  };
  expect(await evaluate([change(1), change(2)])).toMatchObject({ fired: 1 });
  expect(told()).toMatchObject([{ previous: 'alarm', current: 'alarm' }]);
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

test('tenants are told nothing of hosts', async () => {
  file({});
  await evaluate([change(1)]);
  expect(published[0]?.body).not.toContain('compute-1');
});

test('when a transaction throws, what others wrote is told before the message fails', async () => {
  file(...Array.from({ length: 25 }, () => ({})));
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

test('when a read throws, what was written is told before the message fails', async () => {
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
