import { expect, test } from 'vitest';
import { checkFacts, requireOneRule } from '../../../domain/alarms/alarm-facts.ts';
import { alarmReader, readAlarm } from '../../../functions/alarming/alarm-input.ts';
import { alarmWith } from '../../domain/alarms/alarms.ts';

const least = { name: 'n', type: 'event', event_rule: {} };
const facts = (given: object) => readAlarm({ ...least, ...given }).facts;
const rule = (given: unknown) => {
  const { type, rule: read } = facts({ event_rule: given });
  if (type === 'prometheus' || type === 'composite') throw new Error('not an event alarm');
  return read;
};
const condition = (given: object) =>
  rule({ query: [{ field: 'traits.a', value: '1', ...given }] }).query[0];

test('an alarm with only a name and an empty rule has all defaults', () => {
  expect(readAlarm(least)).toEqual({
    facts: {
      name: 'n',
      type: 'event',
      description: 'Alarm when * event occurred.',
      enabled: true,
      rule: { event_type: '*', query: [] },
      resource_id: null,
      ok_actions: [],
      alarm_actions: [],
      insufficient_data_actions: [],
      repeat_actions: false,
      time_constraints: [],
      severity: 'low',
    },
    project_id: undefined,
    user_id: undefined,
    state: undefined,
    state_timestamp: undefined,
    actions: [],
  });
});

test.each([
  [{ enabled: null }, { enabled: true }],
  [{ enabled: '0' }, { enabled: false }],
  [{ enabled: 'off' }, { enabled: false }],
  [{ repeat_actions: null }, { repeat_actions: false }],
  [{ repeat_actions: 'yes' }, { repeat_actions: true }],
  [{ repeat_actions: 1 }, { repeat_actions: true }],
  [{ name: '' }, { name: '' }],
  [{ description: '' }, { description: 'Alarm when * event occurred.' }],
  [{ description: null }, { description: 'Alarm when * event occurred.' }],
  [
    { description: null, event_rule: { event_type: 'x.*' } },
    { description: 'Alarm when x.* event occurred.' },
  ],
  [{ ok_actions: null }, { ok_actions: [] }],
  [
    { alarm_actions: ['http://b/', 'http://a', 'http://b/'] },
    { alarm_actions: ['http://b/', 'http://a'] },
  ],
  [{ resource_id: null }, { resource_id: null }],
  [{ resource_id: '' }, { resource_id: null }],
  [{ resource_id: 'vm-1' }, { resource_id: 'vm-1' }],
  [{ severity: 'moderate' }, { severity: 'moderate' }],
  [{ time_constraints: null }, { time_constraints: [] }],
  [
    { time_constraints: [{ name: 't', start: '0 23 * * *', duration: '10', timezone: null }] },
    {
      time_constraints: [
        {
          name: 't',
          description: 'Time constraint at 0 23 * * * lasting for 10 seconds',
          start: '0 23 * * *',
          duration: 10,
          timezone: '',
        },
      ],
    },
  ],
])('%j is read as %j', (given, expected) => {
  expect(facts(given)).toMatchObject(expected);
});

test.each([
  ['log://', 'log:'],
  ['test://', 'test:'],
  ['HTTP://User@Host.example/Path?', 'http://User@Host.example/Path'],
  ['https://h/?#f', 'https://h/#f'],
  ['https://h/?a=1#', 'https://h/?a=1'],
  ['https://h:1/x?y=%20', 'https://h:1/x?y=%20'],
  ['https://h/?a=b?', 'https://h/?a=b?'],
  ['https://h/?a=b?#c?#', 'https://h/?a=b?#c?#'],
])('the action %s is stored as %s, as Python writes it', (given, expected) => {
  expect(facts({ alarm_actions: [given] }).alarm_actions).toEqual([expected]);
});

test.each([
  'octavia://x',
  'trust+http://h',
  'zaqar://q',
  'h',
  '',
  'http://',
  'http:///p',
  'http://a b',
])('the action "%s" is refused, and the refusal names it', (action) => {
  expect(() => facts({ alarm_actions: [action] })).toThrow(`Unsupported action ${action}`);
});

test.each([
  [{}, '*'],
  [{ event_type: null }, '*'],
  [{ event_type: '' }, '*'],
  [{ event_type: 'compute.*' }, 'compute.*'],
])('the rule %j matches events of type %s', (given, event_type) => {
  expect(rule(given)).toEqual({ event_type, query: [] });
});

test.each([
  [{}, { field: 'traits.a', op: 'eq', type: '', value: '1' }],
  [
    { op: null, type: null },
    { op: 'eq', type: '' },
  ],
  [
    { op: 'ge', type: 'integer', value: '-5' },
    { op: 'ge', type: 'integer', value: '-5' },
  ],
  [{ type: 'float', value: '1.5' }, { type: 'float' }],
  [{ type: 'boolean', value: 'True' }, { type: 'boolean' }],
  [{ type: 'datetime', value: '2026-01-01T00:00:00' }, { type: 'datetime' }],
  [{ type: 'string', value: '' }, { value: '' }],
  [{ field: 'event_type' }, { field: 'event_type' }],
  [{ field: 'message_id' }, { field: 'message_id' }],
  [{ field: 'generated' }, { field: 'generated' }],
  [{ field: 'traits.a.b' }, { field: 'traits.a.b' }],
])('the condition %j is read as %j', (given, expected) => {
  expect(condition(given)).toMatchObject(expected);
});

test.each([
  [
    { type: 'integer', value: 'x' },
    'Unable to convert the value x to the expected data type integer.',
  ],
  [{ type: 'float', value: '' }, 'to the expected data type float.'],
  [{ type: 'boolean', value: 'maybe' }, 'to the expected data type boolean.'],
  [{ type: 'datetime', value: 'today' }, 'to the expected data type datetime.'],
  [{ type: 'text' }, 'Value should be one of: , string, integer, float, boolean, datetime'],
  [{ op: 'like' }, 'Value should be one of: eq, ne, lt, le, gt, ge'],
  [{ value: 5 }, "event_rule.query.0.value. Value: '5'. A string is expected."],
  [{ value: null }, 'A string is expected.'],
  [{ value: undefined }, 'Mandatory field missing.'],
  [{ value: 'x'.repeat(1025) }, 'Must be at most 1024 characters long.'],
  [{ field: 'raw.x' }, 'Must be event_type, message_id, generated or begin with "traits.".'],
  [{ field: 'traits.' }, 'Must be event_type'],
  [{ field: '' }, 'Must be event_type'],
  [{ field: 'traits.a b' }, 'Only letters, digits'],
  [{ extra: 1 }, 'Unknown attribute for argument data.event_rule.query.0: extra'],
])('the condition %j is refused: %s', (given, message) => {
  expect(() => condition(given)).toThrow(message);
});

test("a rule's query may be a text in the command line's form", () => {
  expect(rule({ query: 'traits.state=error;traits.n>=integer::5' }).query).toEqual([
    { field: 'traits.state', op: 'eq', type: '', value: 'error' },
    { field: 'traits.n', op: 'ge', type: 'integer', value: '5' },
  ]);
  expect(() => rule({ query: 'traits.state' })).toThrow('query');
  expect(() => rule({ query: 'traits.a=x::y' })).toThrow('Value should be one of');
});

test.each([
  [undefined, 'Missing argument: "data"'],
  [null, "data. Value: 'None'. An object is expected."],
  [[], 'An object is expected.'],
  ['x', 'An object is expected.'],
  [{ type: 'event', event_rule: {} }, "name. Value: 'None'. Mandatory field missing."],
  [{ ...least, name: null }, 'field/attribute name.'],
  [{ ...least, name: 5 }, 'field/attribute name.'],
  [{ ...least, name: 'x'.repeat(1_000_000) }, 'Must be at most 255 characters long.'],
  [{ ...least, name: '\ud800' }, 'Not a valid text.'],
  [{ ...least, type: 'threshold' }, 'Value should be one of: event, notification'],
  [{ ...least, type: null }, 'Value should be one of: event, notification'],
  [{ name: 'n', type: 'event' }, 'event_rule must be set for event type alarm'],
  [{ ...least, event_rule: null }, 'event_rule must be set for event type alarm'],
  [{ ...least, type: 'notification' }, 'notification_rule must be set for notification type alarm'],
  [{ ...least, event_rule: [] }, 'field/attribute event_rule.'],
  [{ ...least, event_rule: { a: 1 } }, 'Unknown attribute for argument data.event_rule: a'],
  [{ ...least, event_rule: { query: {} } }, 'A list is expected.'],
  [{ ...least, event_rule: { event_type: 'x'.repeat(256) } }, 'at most 255'],
  [{ ...least, surprise: 1 }, 'Unknown attribute for argument data: surprise'],
  [JSON.parse('{"name":"n","type":"event","event_rule":{},"__proto__":1}'), '__proto__'],
  [{ ...least, enabled: 'TRUE' }, 'Value not an unambiguous boolean.'],
  [{ ...least, enabled: {} }, 'Value not an unambiguous boolean.'],
  [{ ...least, state: null }, 'Value should be one of: ok, alarm, insufficient data'],
  [{ ...least, severity: null }, 'Value should be one of: low, moderate, critical'],
  [
    { ...least, alarm_actions: 'http://h' },
    "alarm_actions. Value: 'http://h'. A list is expected.",
  ],
  [{ ...least, alarm_actions: [null] }, 'alarm_actions.0'],
  [{ ...least, alarm_actions: Array(101).fill('http://h') }, 'At most 100'],
  [{ ...least, state_reason: 'x'.repeat(70_000) }, 'state_reason'],
  [{ ...least, resource_id: 'x'.repeat(256) }, 'field/attribute resource_id.'],
  [{ ...least, timestamp: 'yesterday' }, 'A date and time is expected.'],
  [{ ...least, time_constraints: [{ name: 't', start: 'x', duration: 1 }] }, 'Invalid cron'],
  [
    { ...least, time_constraints: [{ name: 't', start: '* * * * *', duration: -1 }] },
    'time_constraints.0.duration',
  ],
  [
    {
      ...least,
      time_constraints: [{ name: 't', start: '* * * * *', duration: 1, timezone: 'X/Y' }],
    },
    'Timezone X/Y is not valid',
  ],
  [
    {
      ...least,
      time_constraints: Array(2).fill({ name: 't', start: '* * * * *', duration: 1 }),
    },
    'Time constraint names must be unique',
  ],
])('a body is refused, and the refusal names the field (%#: %.60j)', (body, message) => {
  expect(() => readAlarm(body)).toThrow(message);
});

test('a deeply nested value is refused without reading all of it', () => {
  const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  expect(() => facts({ name: deep })).toThrow('A string is expected.');
  expect(() => facts({ event_rule: { query: deep } })).toThrow('event_rule');
  expect(() => facts({ enabled: deep })).toThrow('boolean');
});

test('read-only keys that clients send back are accepted and ignored', () => {
  const echo = {
    alarm_id: null,
    timestamp: '2026-01-01T00:00:00',
    state_timestamp: '2026-01-01T00:00:00.250000',
    evaluate_timestamp: null,
    state_reason: 'whatever',
  };
  expect(readAlarm({ ...least, ...echo })).toEqual({
    ...readAlarm(least),
    state_timestamp: '2026-01-01T00:00:00.250Z',
  });
});

const other = { event_type: 'other', query: [] };
test.each([
  ['event', { event_rule: {}, notification_rule: null }],
  ['event', { event_rule: {}, notification_rule: { event_type: '*' } }],
  ['event', { event_rule: {}, notification_rule: other }],
  ['notification', { notification_rule: {}, event_rule: null }],
  ['notification', { notification_rule: {}, event_rule: { query: null } }],
  ['notification', { notification_rule: {}, event_rule: other }],
])('for type %s the other rule may be null, the same or the stored one: %j', (type, rules) => {
  const input = readAlarm({ name: 'n', type, ...rules });
  expect(input.facts.rule).toEqual({ event_type: '*', query: [] });
  expect(() => requireOneRule(input, other)).not.toThrow();
});

test('two different rules are refused', () => {
  const both = { name: 'n', type: 'event', event_rule: {}, notification_rule: other };
  expect(() => requireOneRule(readAlarm(both))).toThrow(
    'event_rule and notification_rule cannot be set at the same time',
  );
});

const named = (field: string, given = {}) => ({
  rule: { event_type: '*', query: [{ field, op: 'eq', type: '', value: 'x', ...given } as const] },
});
test.each([
  [true, { resource_id: 'vm-1' }],
  [true, named('traits.resource_id')],
  [true, named('traits.instance_id', { type: 'string' })],
  [false, {}],
  [false, named('traits.host')],
  [false, named('traits.resource_id', { type: 'integer', value: '5' })],
  [false, named('traits.resource_id', { op: 'ne' })],
])('if a resource must be named, the check for a resource is %j for %j', (accepted, given) => {
  for (const type of ['event', 'notification'] as const) {
    const alarm = alarmWith({ ...given, type });
    checkFacts(alarm, true);
    const check = () => checkFacts(alarm, false);
    if (accepted) check();
    else expect(check).toThrow(`resource_id must be set for ${type} type alarm`);
  }
});

test('an alarm that is too large in total is refused', () => {
  const alarm = alarmWith({ alarm_actions: Array(20).fill(`http://h/${'x'.repeat(2000)}`) });
  checkFacts(alarm, true);
  const larger = { ...alarm, ok_actions: alarm.alarm_actions };
  expect(() => checkFacts(larger, true)).toThrow('larger than 65536 bytes');
});

const url = (n: number) => `http://h/${n}`;
const zone = { start: '0 9 * * *', duration: 60 };
test.each([
  ['alarm_actions', [url(1), url(2), url(3)], 2],
  ['ok_actions', [url(1), url(2), url(3)], 2],
  ['insufficient_data_actions', [url(1), url(2), url(3)], 2],
  [
    'time_constraints',
    [
      { name: 'a', ...zone },
      { name: 'b', ...zone },
    ],
    1,
  ],
])('more %s than the operator allows are refused in the words of Aodh', (name, list, most) => {
  const read = alarmReader({ actions: 2, timeConstraints: 1 });
  expect(() => read({ ...least, [name]: list })).toThrow(
    `${name} count exceeds maximum value ${most}`,
  );
  expect(read({ ...least, [name]: list.slice(0, most) }).facts).toHaveProperty(name);
});

test('an action that is given twice counts once', () => {
  const read = alarmReader({ actions: 1, timeConstraints: 0 });
  const { alarm_actions } = read({ ...least, alarm_actions: [url(1), url(1)] }).facts;
  expect(alarm_actions).toEqual([url(1)]);
});

test('an action may request groups by fault, and is refused for any other grouping', () => {
  const grouped = 'https://pager.example/a?team=1&doctor-group=fault';
  expect(facts({ alarm_actions: [grouped] }).alarm_actions).toEqual([grouped]);
  for (const wrong of ['host', '', 'fault&doctor-group=host']) {
    const action = `https://pager.example/?doctor-group=${wrong}`;
    expect(() => facts({ ok_actions: [action] })).toThrow(
      `Unsupported action ${action}: its doctor-group must be fault`,
    );
  }
});
