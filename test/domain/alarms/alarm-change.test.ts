import { expect, test } from 'vitest';
import {
  alarmInState,
  type ChangeContext,
  createdAlarm,
  deletionOf,
  replacedAlarm,
} from '../../../domain/alarms/alarm-change.ts';
import { readAlarm } from '../../../functions/alarming/alarm-input.ts';
import { alarmView } from '../../../functions/alarming/alarm-view.ts';
import { alarmWith } from './alarms.ts';

const [before, now] = ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:01.250Z'];
const topic = 'arn:aws:sns:eu-west-1:123456789012:allowed';
const by = (role: 'admin' | 'member', project_id = 'a'): ChangeContext => ({
  caller: { user_id: 'u', user_name: 'u', project_id, roles: [role] },
  now,
  newId: () => 'id',
  acceptWithoutResource: true,
  actionTopics: [topic],
  hasPrometheus: true,
});
const [admin, member] = [by('admin', 'ops'), by('member')];

const least = { name: 'n', type: 'event', event_rule: {} };
const create = (given: object, context = member) =>
  createdAlarm(readAlarm({ ...least, ...given }), context);
const replace = (given: object, stored = alarmWith(), context = member) =>
  replacedAlarm(stored, readAlarm({ ...least, ...given }), context);

test('a new alarm has no data, and its history begins with the whole alarm', () => {
  const { alarm, change } = create({ severity: 'critical' });
  expect(alarm).toEqual(
    alarmWith({
      alarm_id: 'id',
      severity: 'critical',
      state_timestamp: now,
      timestamp: now,
      created_at: now,
    }),
  );
  expect({ ...change, detail: JSON.parse(change.detail) }).toEqual({
    event_id: 'id',
    alarm_id: 'id',
    type: 'creation',
    user_id: 'u',
    project_id: 'a',
    on_behalf_of: 'a',
    timestamp: now,
    severity: 'critical',
    detail: {
      alarm_id: 'id',
      type: 'event',
      enabled: true,
      name: 'n',
      description: 'Alarm when * event occurred.',
      timestamp: '2026-01-01T00:00:01.250000',
      user_id: 'u',
      project_id: 'a',
      state: 'insufficient data',
      state_timestamp: '2026-01-01T00:00:01.250000',
      state_reason: 'Not evaluated yet',
      ok_actions: [],
      alarm_actions: [],
      insufficient_data_actions: [],
      repeat_actions: false,
      time_constraints: [],
      severity: 'critical',
      rule: { event_type: '*', query: [] },
    },
  });
});

test('an alarm may be created in any state, with the initial reason', () => {
  expect(create({ state: 'alarm' }).alarm).toMatchObject({
    state: 'alarm',
    state_reason: 'Not evaluated yet',
    entered_alarm_at: now,
    left_alarm_at: null,
  });
});

test('a topic may be an action if the operator allows it, or if the alarm already has it', () => {
  const other = topic.replace('allowed', 'other');
  expect(create({ ok_actions: [topic] }).alarm.ok_actions).toEqual([topic]);
  const refused = expect.objectContaining({
    ...{ code: 'invalid', message: `Unsupported action ${other}` },
  });
  for (const context of [member, admin]) {
    expect(() => create({ ok_actions: [other] }, context)).toThrow(refused);
  }
  const had = alarmWith({ alarm_actions: [other] });
  expect(replace({ ok_actions: [other] }, had)?.alarm.ok_actions).toEqual([other]);
  for (const wrong of [`${topic}.fifo`, topic.replace(':sns:', ':sqs:'), 'arn:aws:sns:x']) {
    expect(() => create({ ok_actions: [wrong] })).toThrow(`Unsupported action ${wrong}`);
  }
});

test.each([
  [{ project_id: 'b' }, 'Not Authorized to access project b'],
  [{ project_id: '' }, 'Not Authorized to access project '],
  [{ project_id: null }, 'Not Authorized to access project None'],
  [{ user_id: 'v' }, 'Not Authorized to access user v'],
  [{ user_id: '' }, 'Not Authorized to access user '],
  [{ user_id: null }, 'Not Authorized to access user None'],
  [{ alarm_actions: ['log://'] }, 'You are not authorized to create action: log://'],
  [{ ok_actions: ['http://h', 'TEST:x'] }, 'You are not authorized to create action: TEST:x'],
])('only an administrator may create an alarm with %j', (given, message) => {
  expect(() => create(given)).toThrow(expect.objectContaining({ code: 'not_authorized', message }));
  expect(create(given, admin).alarm.name).toBe('n');
});

test.each([
  [{}, member, 'a', 'u'],
  [{ project_id: 'a', user_id: 'u' }, member, 'a', 'u'],
  [{ project_id: 'b', user_id: 'v' }, admin, 'b', 'v'],
  [{ project_id: '', user_id: '' }, admin, '', ''],
  [{ project_id: null, user_id: null }, admin, 'ops', 'u'],
])('the owner of an alarm created with %j', (given, context, project_id, user_id) => {
  expect(create(given, context).alarm).toMatchObject({ project_id, user_id });
});

test('if alarms must name a resource, a new and a changed alarm without one are refused', () => {
  const strict = { ...member, acceptWithoutResource: false };
  const message = 'resource_id must be set for event type alarm';
  expect(() => create({}, strict)).toThrow(message);
  expect(() => replace({ name: 'm' }, alarmWith({ resource_id: 'vm' }), strict)).toThrow(message);
  expect(create({ resource_id: 'vm' }, strict).alarm).toMatchObject({ resource_id: 'vm' });
});

test('sending the shown alarm back changes nothing', () => {
  const alarms = [
    alarmWith({ state: 'alarm', state_reason: 'Event <…> hits', revision: 7 }),
    alarmWith({ type: 'notification', resource_id: 'vm' }),
    create({
      alarm_actions: ['HTTP://h/?'],
      time_constraints: [{ name: 't', start: '* * * * *', duration: '1', timezone: 'UTC' }],
      event_rule: { query: 'traits.a>=integer::5' },
    }).alarm,
    create({
      type: 'notification',
      event_rule: null,
      notification_rule: {
        event_type: 'port.*',
        clear: { query: [{ field: 'traits.status', op: null, value: 'ACTIVE' }] },
      },
    }).alarm,
  ];
  for (const alarm of alarms) {
    const shown: unknown = JSON.parse(JSON.stringify(alarmView(alarm)));
    expect(replacedAlarm(alarm, readAlarm(shown), member)).toBeUndefined();
  }
});

test('a replacement sets missing fields to their defaults, and records the changes', () => {
  const stored = alarmWith({ description: 'd', alarm_actions: ['http://h'], revision: 3 });
  const changed = replace({ name: 'm' }, stored);
  expect(changed?.alarm).toEqual(alarmWith({ name: 'm', timestamp: now, revision: 4 }));
  expect(changed?.change).toMatchObject({ type: 'rule change', on_behalf_of: 'a', user_id: 'u' });
  expect(JSON.parse(changed?.change.detail ?? '')).toEqual({
    name: 'm',
    description: 'Alarm when * event occurred.',
    alarm_actions: [],
  });
});

test.each([
  ['alarm', 'ok', { state: 'ok', state_timestamp: now, left_alarm_at: now }],
  ['alarm', undefined, { state: 'insufficient data', left_alarm_at: now }],
  ['ok', 'alarm', { state: 'alarm', entered_alarm_at: now, left_alarm_at: null }],
] as const)('a replacement takes the state from %s to %s', (from, to, expected) => {
  const changed = replace({ state: to }, alarmWith({ state: from }));
  expect(changed?.alarm).toMatchObject({ ...expected, state_reason: 'Manually set via API' });
  expect(changed?.change.type).toBe('rule change');
});

test('a state that the client read before a transition does not undo it', () => {
  const stored = alarmWith({ state: 'alarm', state_timestamp: now, state_reason: 'r' });
  const echo = { name: 'm', state: 'ok', state_timestamp: '2026-01-01T00:00:00' };
  expect(replace(echo, stored)?.alarm).toMatchObject({
    name: 'm',
    state: 'alarm',
    state_timestamp: now,
    state_reason: 'r',
  });
  const request = { ...echo, state_timestamp: '2026-01-01T00:00:01.250000' };
  expect(replace(request, stored)?.alarm).toMatchObject({ state: 'ok', left_alarm_at: now });
});

test('a caller who replaces an alarm becomes its user; an administrator keeps the owner or names a new one', () => {
  const owner = ({ project_id = '', user_id = '' } = {}) => ({ project_id, user_id });
  const stored = alarmWith({ user_id: 'v' });
  const foreign = { name: 'm', project_id: 'b', user_id: 'w' };
  expect(owner(replace(foreign, stored)?.alarm)).toEqual({ project_id: 'a', user_id: 'u' });
  expect(owner(replace(foreign, stored, admin)?.alarm)).toEqual({ project_id: 'b', user_id: 'w' });
  expect(owner(replace({ name: 'm' }, stored, admin)?.alarm)).toEqual({
    project_id: 'a',
    user_id: 'v',
  });
});

test("a member may send an administrator's action back, but not add one", () => {
  const stored = alarmWith({ alarm_actions: ['log:'] });
  const kept = replace({ name: 'm', alarm_actions: ['log:'] }, stored);
  expect(kept?.alarm.alarm_actions).toEqual(['log:']);
  expect(() => replace({ alarm_actions: ['log:', 'test:'] }, stored)).toThrow(
    'create action: test:',
  );
});

test('the type may change together with the rule', () => {
  const rule = { event_type: 'x', query: [] };
  const changed = replace({ type: 'notification', event_rule: null, notification_rule: rule });
  expect(changed?.alarm).toMatchObject({ type: 'notification', rule });
});

test.each([
  ['ok', 'alarm', { entered_alarm_at: now, left_alarm_at: null, state_timestamp: now }],
  ['alarm', 'ok', { entered_alarm_at: null, left_alarm_at: now, state_timestamp: now }],
  ['ok', 'insufficient data', { left_alarm_at: null, state_timestamp: now }],
  ['alarm', 'alarm', { entered_alarm_at: null, left_alarm_at: null, state_timestamp: before }],
] as const)('a state set by hand from %s to %s', (from, to, expected) => {
  const changed = alarmInState(alarmWith({ state: from }), to, member);
  expect(changed?.alarm).toMatchObject({
    ...expected,
    state: to,
    state_reason: 'Manually set via API',
    timestamp: before,
    revision: 2,
  });
  expect(changed?.change).toMatchObject({ type: 'state transition', timestamp: now });
  expect(JSON.parse(changed?.change.detail ?? '')).toEqual({
    state: to,
    state_reason: 'Manually set via API',
  });
});

test('setting a state that a request has already set writes nothing', () => {
  const stored = alarmWith({ state: 'ok', state_reason: 'Manually set via API' });
  expect(alarmInState(stored, 'ok', member)).toBeUndefined();
});

test("a deletion is recorded for the alarm's project, with the last state", () => {
  expect(deletionOf(alarmWith({ state: 'ok' }), admin)).toMatchObject({
    type: 'deletion',
    project_id: 'ops',
    on_behalf_of: 'a',
    detail: '{"state":"ok"}',
  });
});

test('an event alarm is shown with exactly the keys of Aodh', () => {
  expect(alarmView(alarmWith({ timestamp: now }))).toEqual({
    alarm_id: '00000000-0000-4000-8000-000000000001',
    name: 'n',
    description: 'Alarm when * event occurred.',
    enabled: true,
    type: 'event',
    ok_actions: [],
    alarm_actions: [],
    insufficient_data_actions: [],
    repeat_actions: false,
    time_constraints: [],
    project_id: 'a',
    user_id: 'u',
    timestamp: '2026-01-01T00:00:01.250000',
    state: 'insufficient data',
    state_timestamp: '2026-01-01T00:00:00',
    state_reason: 'Not evaluated yet',
    severity: 'low',
    evaluate_timestamp: '2026-01-01T00:00:00',
    event_rule: { event_type: '*', query: [] },
  });
  expect(alarmView(alarmWith({ resource_id: 'vm' }))).toHaveProperty('resource_id', 'vm');
});

test('a notification alarm is shown with its rule under both keys, and its resource', () => {
  const rule = { event_type: '*', query: [] };
  expect(alarmView(alarmWith({ type: 'notification' }))).toMatchObject({
    type: 'notification',
    notification_rule: rule,
    event_rule: rule,
    resource_id: null,
  });
});

test('a replaced alarm no longer says that it cannot be evaluated', () => {
  const stored = alarmWith({
    state_reason: 'Cannot be evaluated: the value "x" of a is no integer.',
  });
  const changed = replace({ state_timestamp: before, state: stored.state }, stored);
  expect(changed?.alarm).toMatchObject({
    state: 'insufficient data',
    state_reason: 'Not evaluated yet',
    state_timestamp: stored.state_timestamp,
  });
});
