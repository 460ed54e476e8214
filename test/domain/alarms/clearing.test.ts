/** Alarms that events raise and clear; docs/adr/0014. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Alarm, AlarmState, RuleCondition } from '../../../domain/alarms/alarm.ts';
import {
  alarmAfter,
  type Decision,
  decide,
  statesNotified,
} from '../../../domain/alarms/evaluate.ts';
import { lookupKeysOf } from '../../../domain/alarms/lookup.ts';
import type { DoctorEvent } from '../../../domain/events/event.ts';
import { eventWith } from '../events/events.ts';
import { minute } from '../rows.ts';
import { alarmWith } from './alarms.ts';

const state = (value: string): RuleCondition => ({
  field: 'traits.state',
  op: 'eq',
  type: '',
  value,
});
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
const shown = (decision: Decision): string =>
  decision.kind === 'transition' ? `to ${decision.to}` : decision.kind;

test.each([
  ['insufficient data', false, 'to alarm', 'noted'],
  ['insufficient data', true, 'to alarm', 'noted'],
  ['ok', false, 'to alarm', 'noted'],
  ['ok', true, 'to alarm', 'noted'],
  ['alarm', false, 'noted', 'to ok'],
  ['alarm', true, 'notice', 'to ok'],
] as const)(
  'in %s, repeating %s, a raising event makes: %s; a clearing one: %s; any other nothing',
  (state, repeat_actions, raising, clearing) => {
    const alarm = clearable({ state, repeat_actions });
    expect(shown(decide(alarm, change(1, 'stopped')))).toBe(raising);
    expect(shown(decide(alarm, change(1, 'active')))).toBe(clearing);
    expect(shown(decide(alarm, change(1, 'paused')))).toBe('nothing');
  },
);

test('an event that matches both patterns raises the alarm and does not clear it', () => {
  const both = { event_type: '*', query: [], clear: up };
  expect(shown(decide(clearable({ rule: both }), change(1, 'active')))).toBe('to alarm');
  const raised = clearable({ rule: both, state: 'alarm' });
  expect(shown(decide(raised, change(1, 'active')))).toBe('noted');
});

test('clearing takes the alarm to ok, and its reason names the clear query', () => {
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
  expect(statesNotified(alarm, decision)).toEqual({ previous: 'alarm', current: 'ok' });
});

test.each([
  { enabled: false },
  { project_id: 'b' },
  { resource_id: 'vm-2' },
  { created_at: minute(3) },
])('an event that does not concern the alarm does not clear it: %o', (given) => {
  expect(shown(decide(clearable({ state: 'alarm', ...given }), change(2, 'active')))).toBe(
    'nothing',
  );
});

test('time constraints apply to raising, not to clearing', () => {
  const office = { name: 'n', description: '', start: '0 9 * * *', duration: 60, timezone: '' };
  const given = { time_constraints: [office] };
  const at = (generated: string, to: string) => change(1, to, { generated });
  const [inside, outside] = ['2026-01-01T09:00:30', '2026-01-01T12:00:00.000001'] as const;
  expect(shown(decide(clearable(given), at(inside, 'stopped')))).toBe('to alarm');
  expect(decide(clearable(given), at(outside, 'stopped'))).toEqual({
    kind: 'nothing',
    why: 'outside of its time constraints',
  });
  expect(shown(decide(clearable({ ...given, state: 'alarm' }), at(outside, 'active')))).toBe(
    'to ok',
  );
});

test('an event without a readable time counts as of the time when Doctor accepted it', () => {
  const every = { name: 'n', description: '', start: '* * * * *', duration: 60, timezone: '' };
  const at = { generated: 'soon', accepted_at: '2026-01-01T12:00:00.000Z' };
  const alarm = clearable({ time_constraints: [every] });
  expect(shown(decide(alarm, change(1, 'stopped', at)))).toBe('to alarm');
});

/** Evaluates the events in order, each once: the final alarm, and the notifications to its owner. */
function play(alarm: Alarm, events: readonly DoctorEvent[]) {
  const notifications: { event: string; previous: AlarmState; current: AlarmState }[] = [];
  const rows = new Set<string>();
  let now = alarm;
  for (const event of events) {
    const decision = decide(now, event);
    if (decision.kind === 'nothing' || decision.kind === 'unreadable') continue;
    if (rows.has(event.message_id)) continue;
    rows.add(event.message_id);
    if (decision.kind !== 'noted') {
      notifications.push({ event: event.message_id, ...statesNotified(now, decision) });
    }
    now = alarmAfter(now, event, decision, minute(59)) ?? now;
  }
  return { alarm: now, notifications };
}
const notified = (alarm: Alarm, ...events: DoctorEvent[]): string[] =>
  play(alarm, events).notifications.map(
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
  ['the clearing event comes before the raising one', [up2, down1], ['m-1 ok→ok']],
  ['a clearing event comes after the alarm was raised again', [down3, up2], ['m-3 ok→alarm']],
  [
    'the clearing event between two raising ones comes last',
    [down1, down3, up2],
    ['m-1 ok→alarm', 'm-2 alarm→alarm'],
  ],
  ['an older raising event comes while the alarm is raised', [down3, down1], ['m-3 ok→alarm']],
  [
    'a late raising event is of a time when the alarm was raised',
    [down1, up4, down3],
    ['m-1 ok→alarm', 'm-4 alarm→ok'],
  ],
  [
    'a late clearing event comes while the alarm is clear',
    [down1, up4, up2],
    ['m-1 ok→alarm', 'm-4 alarm→ok'],
  ],
  [
    'raised late before it was raised',
    [down3, up4, down1],
    ['m-3 ok→alarm', 'm-4 alarm→ok', 'm-1 ok→ok'],
  ],
])('%s: the owner is notified of the true state', (_, events, expected) => {
  expect(notified(clearable({ state: 'ok' }), ...events)).toEqual(expected);
});

test('an alarm without data that is cleared before it is raised ends in ok and notifies its owner', () => {
  const states = notified(clearable(), up4, down1, down3, up2);
  expect(states).toEqual(['m-1 insufficient data→ok']);
  const { alarm } = play(clearable(), [up4, down1]);
  expect(alarm).toMatchObject({ stamped_at: minute(4), left_alarm_at: minute(4) });
  const setSince = clearable({ stamped_at: minute(4), state_timestamp: minute(5) });
  expect(shown(decide(setSince, down1))).toBe('notice');
});

test('a newer event changes a state that the owner set; an older one does not', () => {
  const reset = clearable({ state: 'ok', left_alarm_at: minute(3) });
  expect(shown(decide(reset, change(2, 'stopped')))).toBe('notice');
  expect(shown(decide(reset, change(3, 'stopped')))).toBe('to alarm');
  const set = clearable({ state: 'alarm', entered_alarm_at: minute(3) });
  expect(shown(decide(set, change(2, 'active')))).toBe('noted');
  expect(shown(decide(set, change(3, 'active')))).toBe('to ok');
});

test('events of one resource are ordered by revision, even if the clocks of the writers differ', () => {
  const early = { accepted_at: minute(0) };
  expect(notified(clearable({ state: 'ok' }), down1, change(2, 'active', early))).toEqual([
    'm-1 ok→alarm',
    'm-2 alarm→ok',
  ]);
  const cleared = play(clearable({ state: 'ok' }), [down1, up2]).alarm;
  expect(shown(decide(cleared, change(3, 'stopped', early)))).toBe('to alarm');
});

const kinds = fc.constantFrom('stopped', 'active', 'paused');
/** Changes of some resources, one minute apart, in the order in which they were accepted. */
const history = fc
  .array(fc.tuple(fc.constantFrom('vm-1', 'vm-2', null), kinds), { maxLength: 8 })
  .map((given) =>
    given.map(([resource, to], n) =>
      change(n + 1, to, {
        stamp: resource && { resource, incarnation: 'i', revision: n + 1 },
      }),
    ),
  );
/** The same events in any order, some of them repeated. */
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

test('in whatever order events arrive, the alarm ends in the same state', () => {
  fc.assert(
    fc.property(anyAlarm, arrivals, (alarm, [events, arrived]) => {
      expect(play(alarm, arrived).alarm.state).toBe(play(alarm, events).alarm.state);
    }),
    { numRuns: 2_000 },
  );
});

test('in whatever order events arrive, each is notified at most once, and the last notification is true', () => {
  fc.assert(
    fc.property(anyAlarm, arrivals, (alarm, [, arrived]) => {
      const after = play(alarm, arrived);
      const ids = after.notifications.map(({ event }) => event);
      expect(new Set(ids).size).toBe(ids.length);
      const last = after.notifications.at(-1);
      if (last) expect(last.current).toBe(after.alarm.state);
    }),
    { numRuns: 2_000 },
  );
});

test('late copies of events that arrived in order send no notification and change nothing', () => {
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

test('a rule has a key for each of its patterns, or one key that finds both', () => {
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
