/** Alarms that events raise and clear; docs/adr/0014. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Alarm, AlarmState, Condition } from '../../../domain/alarms/alarm.ts';
import { alarmAfter, type Decision, decide, statesTold } from '../../../domain/alarms/evaluate.ts';
import { lookupKeysOf } from '../../../domain/alarms/lookup.ts';
import type { DoctorEvent } from '../../../domain/events/event.ts';
import { eventWith } from '../events/events.ts';
import { minute } from '../rows.ts';
import { alarmWith } from './alarms.ts';

const state = (value: string): Condition => ({ field: 'traits.state', op: 'eq', type: '', value });
const down = { event_type: 'compute.instance.update', query: [state('stopped')] };
const up = { event_type: 'compute.instance.update', query: [state('active')] };
const rule = { ...down, clear: up };
const clearable = (given: Partial<Alarm> = {}) => alarmWith({ rule, ...given });

/** The n-th change of vm-1, at minute n. */
const change = (n: number, to: string, given: Partial<DoctorEvent> = {}): DoctorEvent => ({
  ...eventWith(['project_id', 1, 'a'], ['resource_id', 1, 'vm-1'], ['state', 1, to]),
  message_id: `m-${n}`,
  accepted_at: minute(n),
  stamp: { resource: 'vm-1', incarnation: 'i', revision: n },
  ...given,
});
const told = (decision: Decision): string =>
  decision.kind === 'transition' ? `to ${decision.to}` : decision.kind;

test.each([
  ['insufficient data', false, 'to alarm', 'noted'],
  ['insufficient data', true, 'to alarm', 'noted'],
  ['ok', false, 'to alarm', 'noted'],
  ['ok', true, 'to alarm', 'noted'],
  ['alarm', false, 'noted', 'to ok'],
  ['alarm', true, 'notice', 'to ok'],
] as const)(
  'in %s, repeating %s, what raises makes: %s; what clears: %s; anything else nothing',
  (state, repeat_actions, raising, clearing) => {
    const alarm = clearable({ state, repeat_actions });
    expect(told(decide(alarm, change(1, 'stopped')))).toBe(raising);
    expect(told(decide(alarm, change(1, 'active')))).toBe(clearing);
    expect(told(decide(alarm, change(1, 'paused')))).toBe('nothing');
  },
);

test('an event that meets both conditions raises, and clears nothing', () => {
  const both = { event_type: '*', query: [], clear: up };
  expect(told(decide(clearable({ rule: both }), change(1, 'active')))).toBe('to alarm');
  const raised = clearable({ rule: both, state: 'alarm' });
  expect(told(decide(raised, change(1, 'active')))).toBe('noted');
});

test('clearing takes the alarm to ok, with a reason that says so', () => {
  const alarm = clearable({ state: 'alarm', entered_alarm_at: minute(1) });
  const event = change(2, 'active');
  const decision = decide(alarm, event);
  const reason =
    'Event <id=m-2,event_type=compute.instance.update> hits the clear query <query=[{"field": "traits.state", "op": "eq", "type": "", "value": "active"}]>.';
  expect(decision).toEqual({ kind: 'transition', to: 'ok', reason });
  if (decision.kind !== 'transition') return;
  expect(alarmAfter(alarm, event, decision, minute(9))).toEqual({
    ...alarm,
    transitions: { ok: 1 },
    revision: 2,
    state: 'ok',
    state_reason: reason,
    state_timestamp: minute(9),
    stamp: event.stamp,
    stamped_at: minute(2),
    left_alarm_at: minute(2),
  });
  expect(statesTold(alarm, decision)).toEqual({ previous: 'alarm', current: 'ok' });
});

test.each([
  { enabled: false },
  { project_id: 'b' },
  { resource_id: 'vm-2' },
  { created_at: minute(3) },
])('an alarm that is not concerned is not cleared: %o', (given) => {
  expect(told(decide(clearable({ state: 'alarm', ...given }), change(2, 'active')))).toBe(
    'nothing',
  );
});

test('time constraints hold back what raises, and not what clears', () => {
  const office = { name: 'n', description: '', start: '0 9 * * *', duration: 60, timezone: '' };
  const given = { time_constraints: [office] };
  const at = (generated: string, to: string) => change(1, to, { generated });
  const [inside, outside] = ['2026-01-01T09:00:30', '2026-01-01T12:00:00.000001'] as const;
  expect(told(decide(clearable(given), at(inside, 'stopped')))).toBe('to alarm');
  expect(decide(clearable(given), at(outside, 'stopped'))).toEqual({
    kind: 'nothing',
    why: 'outside of its time constraints',
  });
  expect(told(decide(clearable({ ...given, state: 'alarm' }), at(outside, 'active')))).toBe(
    'to ok',
  );
});

test('an event whose sender tells no time happened when Doctor accepted it', () => {
  const every = { name: 'n', description: '', start: '* * * * *', duration: 60, timezone: '' };
  const at = { generated: 'soon', accepted_at: '2026-01-01T12:00:00.000Z' };
  const alarm = clearable({ time_constraints: [every] });
  expect(told(decide(alarm, change(1, 'stopped', at)))).toBe('to alarm');
});

/** An alarm and what its owner hears, while events come in; each (alarm, event) is decided once. */
function play(alarm: Alarm, events: readonly DoctorEvent[]) {
  const heard: { event: string; previous: AlarmState; current: AlarmState }[] = [];
  const rows = new Set<string>();
  let now = alarm;
  for (const event of events) {
    const decision = decide(now, event);
    if (decision.kind === 'nothing' || decision.kind === 'unreadable') continue;
    if (rows.has(event.message_id)) continue;
    rows.add(event.message_id);
    if (decision.kind !== 'noted') {
      heard.push({ event: event.message_id, ...statesTold(now, decision) });
    }
    now = alarmAfter(now, event, decision, minute(59)) ?? now;
  }
  return { alarm: now, heard };
}
const hearing = (alarm: Alarm, ...events: DoctorEvent[]): string[] =>
  play(alarm, events).heard.map(
    ({ event, previous, current }) => `${event} ${previous}→${current}`,
  );

const [down1, up2, down3, up4] = [
  change(1, 'stopped'),
  change(2, 'active'),
  change(3, 'stopped'),
  change(4, 'active'),
];

test.each([
  ['in order', [down1, up2, down3], ['m-1 ok→alarm', 'm-2 alarm→ok', 'm-3 ok→alarm']],
  ['each twice', [down1, down1, up2, down1, up2], ['m-1 ok→alarm', 'm-2 alarm→ok']],
  ['cleared before it is raised', [up2, down1], ['m-1 ok→ok']],
  ['cleared too late, after it was raised again', [down3, up2], ['m-3 ok→alarm']],
  ['raised twice, cleared in between', [down1, down3, up2], ['m-1 ok→alarm', 'm-2 alarm→alarm']],
  ['raised late while it stands', [down3, down1], ['m-3 ok→alarm']],
  ['raised late while it stood', [down1, up4, down3], ['m-1 ok→alarm', 'm-4 alarm→ok']],
  ['cleared late while it is clear', [down1, up4, up2], ['m-1 ok→alarm', 'm-4 alarm→ok']],
  [
    'raised late before it was raised',
    [down3, up4, down1],
    ['m-3 ok→alarm', 'm-4 alarm→ok', 'm-1 ok→ok'],
  ],
])('%s: the owner hears what is true', (_, events, expected) => {
  expect(hearing(clearable({ state: 'ok' }), ...events)).toEqual(expected);
});

test('what was cleared before it is raised ends in ok, also without data, and is told so', () => {
  const heard = hearing(clearable(), up4, down1, down3, up2);
  expect(heard).toEqual(['m-1 insufficient data→ok']);
  const { alarm } = play(clearable(), [up4, down1]);
  expect(alarm).toMatchObject({ stamped_at: minute(4), left_alarm_at: minute(4) });
  const setSince = clearable({ stamped_at: minute(4), state_timestamp: minute(5) });
  expect(told(decide(setSince, down1))).toBe('notice');
});

test('what the owner set by hand is not undone by older news, and is by newer', () => {
  const reset = clearable({ state: 'ok', left_alarm_at: minute(3) });
  expect(told(decide(reset, change(2, 'stopped')))).toBe('notice');
  expect(told(decide(reset, change(3, 'stopped')))).toBe('to alarm');
  const set = clearable({ state: 'alarm', entered_alarm_at: minute(3) });
  expect(told(decide(set, change(2, 'active')))).toBe('noted');
  expect(told(decide(set, change(3, 'active')))).toBe('to ok');
});

test('of one resource revisions are believed, whatever the clocks of the writers say', () => {
  const early = { accepted_at: minute(0) };
  expect(hearing(clearable({ state: 'ok' }), down1, change(2, 'active', early))).toEqual([
    'm-1 ok→alarm',
    'm-2 alarm→ok',
  ]);
  const cleared = play(clearable({ state: 'ok' }), [down1, up2]).alarm;
  expect(told(decide(cleared, change(3, 'stopped', early)))).toBe('to alarm');
});

const kinds = fc.constantFrom('stopped', 'active', 'paused');
/** Changes of some resources, in the order in which they were accepted, a minute apart. */
const history = fc
  .array(fc.tuple(fc.constantFrom('vm-1', 'vm-2', null), kinds), { maxLength: 8 })
  .map((given) =>
    given.map(([resource, to], n) =>
      change(n + 1, to, {
        stamp: resource && { resource, incarnation: 'i', revision: n + 1 },
      }),
    ),
  );
/** The same events in any order, some of them several times. */
const arrivals = history.chain((events) =>
  fc.tuple(
    fc.constant(events),
    fc
      .tuple(fc.array(fc.constantFrom(...events, undefined), { maxLength: 8 }), fc.constant(events))
      .chain(([again, all]) => {
        const both = [...again.filter((event) => event !== undefined), ...all];
        return fc.shuffledSubarray(both, { minLength: both.length });
      }),
  ),
);
const anyAlarm = fc
  .record({
    state: fc.constantFrom<AlarmState>('ok', 'insufficient data'),
    repeat_actions: fc.boolean(),
  })
  .map(clearable);

test('however events arrive, the alarm ends as it does when they arrive in order', () => {
  fc.assert(
    fc.property(anyAlarm, arrivals, (alarm, [events, arrived]) => {
      expect(play(alarm, arrived).alarm.state).toBe(play(alarm, events).alarm.state);
    }),
    { numRuns: 2_000 },
  );
});

test('however events arrive, nothing is told twice, and what is told last is true', () => {
  fc.assert(
    fc.property(anyAlarm, arrivals, (alarm, [, arrived]) => {
      const after = play(alarm, arrived);
      const ids = after.heard.map(({ event }) => event);
      expect(new Set(ids).size).toBe(ids.length);
      const last = after.heard.at(-1);
      if (last) expect(last.current).toBe(after.alarm.state);
    }),
    { numRuns: 2_000 },
  );
});

test('late copies of what arrived in order tell nothing and change nothing', () => {
  const late = history.chain((events) =>
    fc.tuple(
      fc.constant(events),
      fc.array(fc.tuple(fc.nat({ max: 8 }), fc.nat({ max: 8 })), { maxLength: 6 }),
    ),
  );
  fc.assert(
    fc.property(anyAlarm, late, (alarm, [events, copies]) => {
      const withCopies = events.flatMap((event, n) => [
        event,
        ...copies.flatMap(([of, after]) => (after === n && of <= n ? (events[of] ?? []) : [])),
      ]);
      expect(play(alarm, withCopies)).toEqual(play(alarm, events));
    }),
    { numRuns: 2_000 },
  );
});

test('a rule has a key for each of its conditions, and one where that finds both', () => {
  const query = (value: string) => [{ ...state(value), field: 'traits.instance_id' }];
  const keys = (given: Partial<Alarm>) => lookupKeysOf(clearable(given));
  expect(keys({})).toEqual(['project#a#compute.instance.update']);
  expect(keys({ resource_id: 'vm-1' })).toEqual(['resource#a#vm-1']);
  const instance = { event_type: '*', query: query('vm-1') };
  expect(keys({ rule: { ...instance, clear: up } })).toEqual([
    'resource#a#vm-1',
    'project#a#compute.instance.update',
  ]);
  expect(keys({ rule: { ...instance, clear: { event_type: '*', query: [] } } })).toEqual([
    'project#a#*',
  ]);
});
