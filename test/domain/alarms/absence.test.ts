/**
 * Alarms on events that do not come: when they are armed, and what happens when their timer falls
 * due.
 */
import { expect, test } from 'vitest';
import {
  armedBy,
  armingAfter,
  armingOfNew,
  decideTimeout,
} from '../../../domain/alarms/absence.ts';
import type { Alarm } from '../../../domain/alarms/alarm.ts';
import { Notification } from '../../../domain/events/messages.ts';
import { laterBy } from '../../../domain/time.ts';
import { eventWith } from '../events/events.ts';
import { alarmWith } from './alarms.ts';

const at = (seconds: number): string => laterBy('2026-01-01T00:00:00.000Z', seconds);
const rule = { event_type: '*', query: [], timeout: 60 };
/** An alarm of project `a` that was armed at second 100, with its timer. */
const armed = (given: Partial<Alarm> = {}) =>
  alarmWith({ rule, armed_at: at(100), timer_at: at(161), ...given });
const event = (seconds: number, type = 'compute.instance.update') => ({
  ...eventWith(['project_id', 1, 'a']),
  ...{ accepted_at: at(seconds), event_type: type },
});

test('a new alarm with a timeout is armed, with a second of grace; any other is not', () => {
  expect(armingOfNew(armed(), at(5))).toEqual({ armed_at: at(5), timer_at: at(66) });
  const none = { armed_at: null, timer_at: null };
  expect(armingOfNew(armed({ enabled: false }), at(5))).toEqual(none);
  expect(armingOfNew(alarmWith(), at(5))).toEqual(none);
});

test.each<[string, Partial<Alarm>, boolean]>([
  ['its name', { name: 'other' }, false],
  ['its actions', { alarm_actions: ['log:'] }, false],
  ['its timeout', { rule: { ...rule, timeout: 30 } }, true],
  ['what it matches', { rule: { ...rule, event_type: 'x' } }, true],
  ['its resource', { resource_id: 'vm' }, true],
  ['its project', { project_id: 'b' }, true],
])('a change of %s arms it again: %s → %s', (_, given, again) => {
  const { armed_at } = armingAfter(armed(), armed(given), at(500));
  expect(armed_at).toBe(at(again ? 500 : 100));
});

test('an alarm that is disabled or loses its timeout is not armed; an alarm that is enabled is', () => {
  const none = { armed_at: null, timer_at: null };
  expect(armingAfter(armed(), armed({ enabled: false }), at(500))).toEqual(none);
  expect(armingAfter(armed(), alarmWith(), at(500))).toEqual(none);
  expect(armingAfter(armed({ enabled: false, ...none }), armed(), at(500))).toEqual({
    ...{ armed_at: at(500), timer_at: at(561) },
  });
});

test.each<[string, Partial<Alarm>, number[], string | undefined]>([
  ['a later event', {}, [120], at(120)],
  ['the newest of several', {}, [150, 120], at(150)],
  ['an event within the same second', {}, [100.5], undefined],
  ['an event one second later', {}, [101], at(101)],
  ['an older event', {}, [50], undefined],
  ['no event', {}, [], undefined],
  ['an event, of an alarm that has fired', { timer_at: null }, [100.5], at(100.5)],
  ['the event that armed it before it fired', { timer_at: null }, [100], undefined],
  [
    'an event, of a row written before alarms were armed',
    { armed_at: null, timer_at: null },
    [9],
    at(9),
  ],
  ['an event of another project', { project_id: 'b' }, [120], undefined],
  ['an event, of a disabled alarm', { enabled: false }, [120], undefined],
  [
    'an event, of an alarm without a timeout',
    { rule: { event_type: '*', query: [] } },
    [120],
    undefined,
  ],
])('%s arms it again, or not', (_, given, events, expected) => {
  const alarm = armed(given);
  const to = armedBy(
    alarm,
    events.map((seconds) => event(seconds)),
    at(200),
  );
  expect(to?.armed_at).toBe(expected);
  if (to) expect(to.revision).toBe(alarm.revision + 1);
});

test('an event changes only the time of an armed alarm; its timer stays', () => {
  expect(armedBy(armed(), [event(120)], at(120))?.timer_at).toBe(at(161));
});

test('a timer that was lost does not keep its alarm from ever firing: the next event sets another', () => {
  // The timer's dead letter was deleted. For one minute it counts only as late, because it may
  // still arrive.
  expect(armedBy(armed(), [event(215)], at(221))?.timer_at).toBe(at(161));
  const to = armedBy(armed(), [event(215)], at(222)) ?? expect.unreachable();
  expect(to).toMatchObject({ armed_at: at(215), timer_at: at(276) });
  expect(decideTimeout(to, at(161), at(300))).toEqual({ kind: 'stale' });
  expect(decideTimeout(to, at(276), at(276)).kind).toBe('fired');
});

test('an alarm that has fired gets a timer, which is not in the past', () => {
  const fired = armed({ timer_at: null });
  expect(armedBy(fired, [event(180)], at(181))?.timer_at).toBe(at(241));
  expect(armedBy(fired, [event(180)], at(900))?.timer_at).toBe(at(900));
});

test('events that raise and do not match do not arm it, and none does that only clears', () => {
  const clear = { event_type: 'clear', query: [] };
  const alarm = armed({ rule: { ...rule, event_type: 'raise', clear } });
  expect(armedBy(alarm, [event(120, 'clear')], at(120))).toBeUndefined();
  expect(armedBy(alarm, [event(120, 'raise')], at(120))).toBeDefined();
});

test.each<[string, Partial<Alarm>]>([
  ['another timer', { timer_at: at(170) }],
  ['no timer', { timer_at: null }],
  ['no timeout', { rule: { event_type: '*', query: [] } }],
  ['been disabled', { enabled: false }],
])('a timer of an alarm that has %s is stale', (_, given) => {
  expect(decideTimeout(armed(given), at(161), at(162))).toEqual({ kind: 'stale' });
});

test('if an event has arrived since, the timer is set to the timeout of that event', () => {
  const decision = decideTimeout(armed({ armed_at: at(150) }), at(161), at(162));
  expect(decision).toMatchObject({ kind: 'armed', to: { armed_at: at(150), timer_at: at(211) } });
});

test('outside of its time constraints the alarm is armed for another timeout', () => {
  const never = { name: 't', description: '', start: '0 0 1 6 *', duration: 60, timezone: '' };
  const decision = decideTimeout(armed({ time_constraints: [never] }), at(161), at(162));
  expect(decision).toMatchObject({ kind: 'armed', to: { armed_at: at(162), timer_at: at(223) } });
});

test.each(['ok', 'alarm', 'insufficient data'] as const)(
  'otherwise the alarm has no data, and its owner is notified, also in the state %s',
  (state) => {
    const alarm = armed({
      ...{ state, resource_id: 'vm', insufficient_data_actions: ['https://a.example/'] },
      ...{ ok_actions: ['log:'], alarm_actions: ['log:'] },
    });
    const decision = decideTimeout(alarm, at(161), at(163));
    if (decision.kind !== 'fired') return expect.unreachable();
    const { to, row } = decision.firing;
    expect(to).toMatchObject({
      ...{ state: 'insufficient data', state_reason: 'timeout', timer_at: null },
      ...{ armed_at: at(100), revision: 2, transitions: { 'insufficient data': 1 } },
      left_alarm_at: state === 'alarm' ? at(161) : null,
    });
    expect(row.actions).toEqual(['https://a.example/']);
    expect(Notification.parse(JSON.parse(row.body))).toMatchObject({
      ...{ previous: state, current: 'insufficient data', reason: 'timeout' },
      ...{ event_type: 'alarm.timeout', resource_id: 'vm', fault_id: null },
      reason_data: {
        type: 'event',
        event: { traits: expect.arrayContaining([['timeout', 2, 60]]), message_id: row.event_id },
      },
    });
    expect(JSON.parse(row.detail)).toEqual({
      ...{ state: 'insufficient data', transition_reason: 'timeout' },
    });
  },
);

test('the same timeout has the same id, another one another', () => {
  const idOf = (due: number, given: Partial<Alarm> = {}) => {
    const decision = decideTimeout(armed({ timer_at: at(due), ...given }), at(due), at(900));
    return decision.kind === 'fired' ? decision.firing.row.event_id : expect.unreachable();
  };
  expect(idOf(161)).toBe(idOf(161, { state: 'ok' }));
  expect(idOf(161)).not.toBe(idOf(162));
});

test('a clock that is behind that of the timer neither fires it early nor loses it', () => {
  expect(decideTimeout(armed(), at(161), at(150)).kind).toBe('fired');
  expect(decideTimeout(armed({ armed_at: at(101) }), at(161), at(150))).toMatchObject({
    ...{ kind: 'armed', to: { timer_at: at(162) } },
  });
});
