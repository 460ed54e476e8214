import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Alarm } from '../../../domain/alarms/alarm.ts';
import { alarmAfter, decide, statesNotified, visibleTo } from '../../../domain/alarms/evaluate.ts';
import type { DoctorEvent } from '../../../domain/events/event.ts';
import { anyEvent, anyRule, eventWith } from '../events/events.ts';
import { minute } from '../rows.ts';
import { alarmWith } from './alarms.ts';

const stamp = (revision: number, resource = 'vm-1', incarnation = 'i-1') => ({
  ...{ resource, incarnation, revision },
});
/** An event on vm-1 of project `a`, accepted at minute 5. */
const event = (given: Partial<DoctorEvent> = {}): DoctorEvent => ({
  ...eventWith(['project_id', 1, 'a'], ['resource_id', 1, 'vm-1'], ['state', 1, 'stopped']),
  accepted_at: minute(5),
  stamp: stamp(5),
  ...given,
});
const kindOf = (alarm: Alarm, of = event()) => decide(alarm, of).kind;
const matching = { event_type: 'compute.instance.*', query: [] };
const other = { event_type: 'port.*', query: [] };

/** The table of docs/wire/alarming.md#evaluation. */
test.each([
  { state: 'insufficient data', repeat: false, matches: 'transition' },
  { state: 'insufficient data', repeat: true, matches: 'transition' },
  { state: 'ok', repeat: false, matches: 'transition' },
  { state: 'ok', repeat: true, matches: 'transition' },
  { state: 'alarm', repeat: false, matches: 'nothing' },
  { state: 'alarm', repeat: true, matches: 'notice' },
] as const)(
  'in $state, repeating $repeat, a matching event makes a $matches, and any other nothing',
  ({ state, repeat, matches }) => {
    const alarm = (rule: Alarm['rule']) => alarmWith({ state, repeat_actions: repeat, rule });
    expect(kindOf(alarm(matching))).toBe(matches);
    expect(kindOf(alarm(other))).toBe('nothing');
  },
);

test.each([
  [{ enabled: false }, 'disabled'],
  [{ created_at: minute(6) }, 'accepted before the alarm was made'],
  [{ project_id: 'b' }, 'of another project'],
  [{ project_id: '' }, 'of another project'],
  [{ resource_id: 'vm-2' }, 'of another resource'],
  [{ rule: other }, 'does not match'],
  [{ state: 'alarm' }, 'already in alarm'],
] as const)('an alarm that has %o is not concerned: %s', (given, why) => {
  expect(decide(alarmWith(given), event())).toEqual({ kind: 'nothing', why });
});

test('an event that is accepted in the moment of the alarm’s creation concerns the alarm', () => {
  expect(kindOf(alarmWith({ created_at: minute(5) }))).toBe('transition');
});

test.each([
  { of: 'its resource', alarm: { resource_id: 'vm-1' }, kind: 'transition' },
  {
    of: 'the instance, if no resource is named',
    alarm: { resource_id: 'vm-9' },
    kind: 'transition',
  },
] as const)('an alarm on a resource is concerned by events of $of', ({ alarm, kind }) => {
  const traits: DoctorEvent['traits'] = [
    ['tenant_id', 1, 'a'],
    ['instance_id', 1, 'vm-9'],
  ];
  const of = alarm.resource_id === 'vm-9' ? event({ traits }) : event();
  expect(kindOf(alarmWith(alarm), of)).toBe(kind);
});

const left = { state: 'ok', entered_alarm_at: minute(3), left_alarm_at: minute(6) } as const;

/** Rules of order: docs/adr/0003. */
test.each([
  { name: 'newer than the last transition', known: stamp(4), kind: 'transition' },
  { name: 'of the same revision', known: stamp(5), kind: 'transition' },
  { name: 'older than the last transition', known: stamp(6), kind: 'notice' },
  { name: 'older, but of another resource', known: stamp(6, 'vm-2'), kind: 'transition' },
  {
    name: 'older, but of another incarnation of the id',
    known: stamp(6, 'vm-1', 'i-2'),
    kind: 'transition',
  },
  { name: 'the first', known: null, kind: 'transition' },
])('an event $name is a $kind', ({ known, kind }) => {
  expect(kindOf(alarmWith({ state: 'ok', stamp: known }))).toBe(kind);
});

test('an event from outside has no order, so it never counts as older', () => {
  const alarm = alarmWith({ state: 'ok', stamp: stamp(9) });
  expect(kindOf(alarm, event({ stamp: null }))).toBe('transition');
});

test.each([
  { name: 'before the alarm was raised', at: minute(2), once: 'notice', repeating: 'notice' },
  { name: 'in the moment when it was raised', at: minute(3), once: 'nothing', repeating: 'notice' },
  { name: 'while the alarm was raised', at: minute(5), once: 'nothing', repeating: 'notice' },
  {
    name: 'in the moment when it was left',
    at: minute(6),
    once: 'transition',
    repeating: 'transition',
  },
  { name: 'after it was left', at: minute(7), once: 'transition', repeating: 'transition' },
])(
  'once left, the alarm takes an event accepted $name as $once, repeating as $repeating',
  ({ at, once, repeating }) => {
    const late = event({ accepted_at: at });
    expect(kindOf(alarmWith(left), late)).toBe(once);
    expect(kindOf(alarmWith({ ...left, repeat_actions: true }), late)).toBe(repeating);
  },
);

test('a notification about an older event reports the present state', () => {
  const alarm = alarmWith({ ...left, entered_alarm_at: null });
  expect(statesNotified(alarm, { kind: 'notice', reason: '' })).toEqual({
    previous: 'ok',
    current: 'ok',
  });
  expect(statesNotified(alarm, { kind: 'transition', to: 'alarm', reason: '' })).toEqual({
    previous: 'ok',
    current: 'alarm',
  });
});

test('a transition changes the state, its reason and its time, and nothing else', () => {
  const alarm = alarmWith({ ...left, left_alarm_at: minute(4), revision: 4 });
  const decision = { kind: 'transition', to: 'alarm', reason: 'because' } as const;
  expect(alarmAfter(alarm, event(), decision, minute(8))).toEqual({
    ...alarm,
    transitions: { alarm: 1 },
    revision: 5,
    state: 'alarm',
    state_reason: 'because',
    state_timestamp: minute(8),
    stamp: stamp(5),
    stamped_at: minute(5),
    entered_alarm_at: minute(5),
  });
});

test('the reason has Aodh’s words, with the keys of each condition in order', () => {
  const query = [{ field: 'traits.state', op: 'eq', type: 'string', value: 'stopped' }] as const;
  const alarm = alarmWith({ rule: { event_type: '*', query: [...query] } });
  expect(decide(alarm, event())).toEqual({
    kind: 'transition',
    to: 'alarm',
    reason:
      'Event <id=m-1,event_type=compute.instance.update> hits the query <query=[{"field": "traits.state", "op": "eq", "type": "string", "value": "stopped"}]>.',
  });
});

test('a tenant’s alarm sees no traits of infrastructure; an administrator’s without a project sees all', () => {
  const of = event({ traits: [...event().traits, ['host', 1, 'compute-1']] });
  const hosts = (alarm: Alarm) => visibleTo(alarm, of).traits.filter(([name]) => name === 'host');
  expect(hosts(alarmWith())).toEqual([]);
  expect(hosts(alarmWith({ project_id: '' }))).toHaveLength(1);
});

const anyAlarm = fc
  .record({
    rule: anyRule,
    state: fc.constantFrom('ok', 'alarm', 'insufficient data'),
    repeat_actions: fc.boolean(),
    project_id: fc.constantFrom('a', 'b', ''),
    left_alarm_at: fc.constantFrom(null, minute(1), minute(9)),
    entered_alarm_at: fc.constantFrom(null, minute(0)),
  })
  .map(alarmWith);

test('an event that is evaluated twice fires one transition', () => {
  fc.assert(
    fc.property(anyAlarm, anyEvent, (alarm, given) => {
      const of = visibleTo(alarm, given);
      const decision = decide(alarm, of);
      if (decision.kind !== 'transition') return;
      const after = alarmAfter(alarm, of, decision, minute(8)) ?? alarm;
      const reset: Alarm = { ...after, state: 'ok', left_alarm_at: minute(10) };
      const again = alarm.repeat_actions ? 'notice' : 'nothing';
      expect(decide(after, of).kind).toBe(again);
      expect(decide(reset, of).kind).toBe(again);
    }),
  );
});
