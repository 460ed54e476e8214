import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alarmLookup } from '../../adapters/alarms/alarm-lookup.ts';
import { alarmStore } from '../../adapters/alarms/alarms.ts';
import { projectRounds } from '../../adapters/alarms/project-rounds.ts';
import { plannedAlarms, roundStore } from '../../adapters/alarms/rounds.ts';
import type { AlarmChange } from '../../domain/alarms/alarm-history.ts';
import type { AnyAlarm, PeriodicAlarm } from '../../domain/alarms/periodic-alarm.ts';
import { allSlots, placePrefix, slotOf } from '../../domain/alarms/periodic-index.ts';
import { roundAt, roundOf, roundWrite } from '../../domain/alarms/round.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import {
  compositeAlarm,
  findings,
  prometheusAlarm,
  values,
} from '../domain/alarms/periodic-alarms.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';

const dynamo = dynamodb();
let own: OwnThings;
let store: ReturnType<typeof alarmStore>;
let rounds: ReturnType<typeof roundStore>;
let newest: ReturnType<typeof projectRounds>;
let index: ReturnType<typeof plannedAlarms>;

const interrupted = (what: string, why: unknown): void => {
  throw new Error(`${what}: ${JSON.stringify(why)}`);
};
const storeWith = (periodic: number) => {
  const { ALARMS_TABLE: alarms, HISTORY_TABLE: history, QUOTAS_TABLE: quotas } = own.env;
  const quota = { project: -1, user: -1, wide: -1, periodic };
  const timers = own.env.TIMERS_TABLE;
  return alarmStore(dynamo, { alarms, history, quotas, timers, retentionDays: 30, quota });
};

beforeAll(async () => {
  own = await ownThings();
  const { ALARMS_TABLE: table, HISTORY_TABLE: history, PLACES_TABLE: places } = own.env;
  store = storeWith(-1);
  rounds = roundStore(dynamo, { table, history, places, interrupted });
  newest = projectRounds(dynamo, { table: places, now: Date.now });
  index = plannedAlarms(dynamo, { table, interrupted });
});
afterAll(async () => {
  await own.cleanup();
  dynamo.destroy();
});

const fresh = () => ({ alarm_id: randomUUID(), project_id: randomUUID() });
const changeOf = ({ alarm_id, project_id }: AnyAlarm, type: AlarmChange['type']): AlarmChange => ({
  ...{ event_id: randomUUID(), alarm_id, type, detail: '{}', user_id: 'u', project_id: null },
  ...{ on_behalf_of: project_id, timestamp: '2026-01-01T00:00:00.000Z', severity: 'low' },
});
const create = (alarm: AnyAlarm) => store.create(alarm, changeOf(alarm, 'creation'));
const replace = (from: AnyAlarm, to: AnyAlarm) =>
  store.replace(from, to, changeOf(to, 'rule change'));

/** The ids of all alarms in the index. */
async function indexed(): Promise<string[]> {
  const ids: string[] = [];
  for (const slot of allSlots) {
    for await (const page of index.plannedAlarms(slot))
      ids.push(...page.map((one) => one.alarm_id));
  }
  return ids;
}

test('the index has enabled periodic alarms and no others, whatever becomes of them', async () => {
  const event = alarmWith(fresh());
  const metric = prometheusAlarm(fresh());
  const composite = compositeAlarm({ or: [{ type: 'event', alarm_id: event.alarm_id }] }, fresh());
  for (const alarm of [event, metric, composite]) expect(await create(alarm)).toBe('filed');
  const has = async (alarm: AnyAlarm) => (await indexed()).includes(alarm.alarm_id);
  expect(await Promise.all([event, metric, composite].map(has))).toEqual([false, true, true]);
  expect(await store.alarm(metric.alarm_id)).toEqual(metric);
  // Disabled, enabled again, and of another type.
  const { alarm_id, project_id } = metric;
  const off = { ...metric, enabled: false, revision: 2 };
  const on = { ...metric, revision: 3 };
  const asEvent = alarmWith({ alarm_id, project_id, revision: 4 });
  const seen: boolean[] = [];
  for (const [from, to] of [
    [metric, off],
    [off, on],
    [on, asEvent],
  ] as const) {
    expect(await replace(from, to)).toBe(true);
    seen.push(await has(metric));
  }
  expect(seen).toEqual([false, true, false]);
  const changed = {
    ...prometheusAlarm({ alarm_id: event.alarm_id, project_id: event.project_id, revision: 2 }),
  };
  expect(await replace(event, changed)).toBe(true);
  expect(await has(event)).toBe(true);
  expect(await store.remove(composite, changeOf(composite, 'deletion'))).toBe(true);
  expect(await has(composite)).toBe(false);
});

test('events never read a periodic alarm, even if an index still shows it', async () => {
  const [event, metric] = [alarmWith(fresh()), prometheusAlarm(fresh())];
  for (const alarm of [event, metric]) await create(alarm);
  const lookup = alarmLookup(dynamo, own.env.ALARMS_TABLE);
  const read = await lookup.alarms([event.alarm_id, metric.alarm_id]);
  expect(read).toEqual({ alarms: [event], unreadable: [] });
  expect(await rounds.periodicAlarms([event.alarm_id, metric.alarm_id])).toEqual([metric]);
});

test('alarms with the same query have one place', async () => {
  const { project_id } = fresh();
  const alarms = ['up', 'up', 'down'].map((query) =>
    prometheusAlarm({ alarm_id: randomUUID(), project_id }, { query }),
  );
  for (const alarm of alarms) await create(alarm);
  const found: string[] = [];
  const [first] = alarms;
  if (!first) throw new Error('none');
  const place = { slot: slotOf(project_id), prefix: placePrefix(first) };
  for await (const page of index.members(place)) found.push(...page.map((one) => one.alarm_id));
  expect(found.sort()).toEqual(
    alarms
      .slice(0, 2)
      .map(({ alarm_id }) => alarm_id)
      .sort(),
  );
});

/** Begins the round of a project, and returns what a write of it says. */
async function begun(project_id: string, round: number) {
  expect(await newest.beginRound(project_id, round)).toMatchObject({ round });
  return { project_id, round, now: '2026-01-01T00:05:01.000Z' };
}

test('a round writes an alarm with its record once, and only as it was read', async () => {
  const alarm = prometheusAlarm({ ...fresh(), state: 'ok', last_round: 1 });
  await create(alarm);
  const round = roundAt(Date.parse('2026-01-01T00:05:00.000Z'));
  const write = roundWrite(alarm, findings(values(0)), round, '2026-01-01T00:05:01.000Z');
  if (!write) throw new Error('nothing is written');
  const writer = await begun(alarm.project_id, round.round);
  expect(await rounds.writeRounds([write], writer)).toEqual(['written']);
  expect(await store.alarm(alarm.alarm_id)).toEqual(write.to);
  expect(await rounds.writeRounds([write], writer)).toEqual(['fired before']);
  const unrecorded = { ...write, row: undefined };
  expect(await rounds.writeRounds([unrecorded], writer)).toEqual(['alarm changed']);
  // The revision is right, but this round has fired already: a second copy of the round read the
  // alarm after the first copy had written it.
  const again = { ...write, from: write.to, to: { ...write.to, revision: 3 } };
  expect(await rounds.writeRounds([again], writer)).toEqual(['fired before']);
});

test('a round writes nothing once a newer one of its project has begun', async () => {
  const { project_id } = fresh();
  const alarms = [1, 2].map(() =>
    prometheusAlarm({ alarm_id: randomUUID(), project_id, state: 'ok', last_round: 1 }),
  );
  for (const alarm of alarms) await create(alarm);
  const writesOf = (round: number) =>
    alarms.flatMap((alarm) => roundWrite(alarm, findings(values(0)), roundOf(round), 'now') ?? []);
  const older = await begun(project_id, 7);
  const newer = await begun(project_id, 8);
  expect(await rounds.writeRounds(writesOf(7), older)).toEqual(['round over', 'round over']);
  expect(await store.alarm(alarms[0]?.alarm_id ?? '')).toEqual(alarms[0]);
  // A late message of the older round goes on as a part of the newer one.
  expect(await newest.beginRound(project_id, 7)).toEqual({ round: 8, written_before: '' });
  const [first, second] = writesOf(8);
  if (!first || !second) throw new Error('nothing is written');
  // One that was changed meanwhile does not hold back the others, nor undo the condition.
  const stale = { ...second, from: { ...second.from, revision: 9 } };
  expect(await rounds.writeRounds([first, stale], newer)).toEqual(['written', 'alarm changed']);
  const next = await newest.beginRound(project_id, 9);
  expect(next).toEqual({ round: 9, written_before: newer.now });
  const other = await newest.beginRound(randomUUID(), 7);
  expect(other).toEqual({ round: 7, written_before: '' });
});

test('of many evaluators that begin rounds at once, all find the newest', async () => {
  const { project_id } = fresh();
  const begin = (round: number) => newest.beginRound(project_id, round);
  await Promise.all([3, 5, 4, 5, 1, 2].map(begin));
  expect(await begin(1)).toMatchObject({ round: 5 });
});

test('a round never writes an event alarm', async () => {
  const event = alarmWith(fresh());
  await create(event);
  const from: PeriodicAlarm = prometheusAlarm({
    alarm_id: event.alarm_id,
    project_id: event.project_id,
  });
  const to = { ...from, revision: 2, state_reason: 'no' };
  const writer = await begun(event.project_id, 7);
  expect(await rounds.writeRounds([{ from, to, row: undefined }], writer)).toEqual([
    'alarm changed',
  ]);
  expect(await store.alarm(event.alarm_id)).toEqual(event);
});

test('parts are alarms of the project that are not composite', async () => {
  const { project_id } = fresh();
  const alarms = [
    alarmWith({ alarm_id: randomUUID(), project_id, state: 'alarm' }),
    prometheusAlarm({ alarm_id: randomUUID(), project_id, state: 'ok' }),
    compositeAlarm({ or: [] }, { alarm_id: randomUUID(), project_id }),
    alarmWith(fresh()),
  ];
  for (const alarm of alarms) await create(alarm);
  const ids = alarms.map(({ alarm_id }) => alarm_id);
  const states = await rounds.partStates([...ids, randomUUID()], project_id);
  expect([...states].sort()).toEqual(
    [
      [ids[0], 'alarm'],
      [ids[1], 'ok'],
    ].sort(),
  );
});

test('a project has no more periodic alarms than it may', async () => {
  const strict = storeWith(1);
  const { project_id } = fresh();
  const [first, second] = [1, 2].map(() => prometheusAlarm({ alarm_id: randomUUID(), project_id }));
  const event = alarmWith({ alarm_id: randomUUID(), project_id });
  if (!first || !second) throw new Error('none');
  const outcome = (alarm: AnyAlarm) => strict.create(alarm, changeOf(alarm, 'creation'));
  expect(await outcome(first)).toBe('filed');
  expect(await outcome(second)).toBe('over kind quota');
  expect(await outcome(event)).toBe('filed');
  const turned = prometheusAlarm({ alarm_id: event.alarm_id, project_id, revision: 2 });
  expect(await strict.replace(event, turned, changeOf(turned, 'rule change'))).toBe(
    'over kind quota',
  );
  expect(await strict.remove(first, changeOf(first, 'deletion'))).toBe(true);
  expect(await outcome(second)).toBe('filed');
});
