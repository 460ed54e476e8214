/** The notification of a test: what the alarm would send, marked, so that filters treat it the same. */
import { expect, test } from 'vitest';
import { matches } from '../../../domain/alarms/condition.ts';
import { groupedRow } from '../../../domain/alarms/outbox-row.ts';
import {
  newAlarmTest,
  secondsToNextMinute,
  testCounter,
  testedWebhooks,
} from '../../../domain/delivery/alarm-test.ts';
import { claimOf, type SubscriptionRequest } from '../../../domain/delivery/subscription.ts';
import { testMessage } from '../../../domain/delivery/test-message.ts';
import { groupOfOne, rowOfWebhook, webhooksOf } from '../../../domain/delivery/webhook.ts';
import { DoctorEvent } from '../../../domain/events/event.ts';
import { Notification, RoundNotification } from '../../../domain/events/messages.ts';
import { alarmWith } from '../alarms/alarms.ts';
import { compositeAlarm, prometheusAlarm } from '../alarms/periodic-alarms.ts';
import { id, minute } from '../rows.ts';

const of = { id: id(7), state: 'alarm', now: minute(5) } as const;
const stopped = { field: 'traits.state', op: 'eq', type: 'string', value: 'stopped' } as const;
const actions = {
  alarm_actions: ['https://u:p@a.example/x?key=1'],
  ok_actions: ['https://b.example/'],
};
const alarm = alarmWith({
  ...actions,
  resource_id: 'vm-1',
  state: 'ok',
  severity: 'critical',
  rule: { event_type: 'compute.instance.update', query: [stopped] },
});

test('it is the notification of an event as the alarm expects it, marked as a test', () => {
  const { body, attributes, actions: called } = testMessage(alarm, of);
  const notification = Notification.parse(JSON.parse(body));
  expect(notification).toMatchObject({
    ...{ alarm_id: alarm.alarm_id, previous: 'ok', current: 'alarm', test: true },
    ...{ resource_id: 'vm-1', fault_id: null, state_timestamp: alarm.state_timestamp },
  });
  expect(notification.reason).toMatch(/This is a test .* nothing has happened/);
  expect(notification.reason_data.event.traits).toEqual([
    ['project_id', 1, 'a'],
    ['resource_id', 1, 'vm-1'],
    ['state', 1, 'stopped'],
  ]);
  expect(attributes).toEqual({
    ...{ project_id: 'a', alarm_id: alarm.alarm_id, severity: 'critical', current: 'alarm' },
    ...{ resource_id: 'vm-1', event_type: 'compute.instance.update', test: 'true' },
  });
  expect(called).toEqual(alarm.alarm_actions);
});

test('the event would match the rule of the alarm, whatever the type of its conditions', () => {
  const query = [
    stopped,
    { field: 'traits.vcpus', op: 'eq', type: 'integer', value: '2' },
    { field: 'traits.load', op: 'eq', type: 'float', value: '0.5' },
    { field: 'traits.dp_down', op: 'eq', type: 'boolean', value: 'true' },
    { field: 'traits.launched_at', op: 'eq', type: 'datetime', value: '2026-01-01T00:00:00Z' },
    { field: 'traits.instance_id', op: 'eq', type: '', value: 'vm-1' },
  ] as const;
  const rule = { event_type: 'port.update.end', query: [...query] };
  const { reason_data } = Notification.parse(JSON.parse(testMessage(alarmWith({ rule }), of).body));
  const more = { accepted_at: of.now, stamp: null, fault_id: null };
  expect(matches(rule, DoctorEvent.parse({ ...reason_data.event, ...more }))).toBe(true);
});

test.each([
  ['ok, as its clear pattern does', 'ok', 'compute.instance.create.end'],
  ['insufficient data, as a timeout does', 'insufficient data', 'alarm.timeout'],
] as const)('it takes the alarm to %s', (_, state, event_type) => {
  const clear = { event_type: 'compute.instance.create.end', query: [] };
  const { rule } = alarm;
  const given = { ...alarm, rule: { ...rule, clear, timeout: 60 } };
  const { attributes, actions: called } = testMessage(given, { ...of, state });
  expect(attributes).toMatchObject({ current: state, event_type });
  expect(called).toEqual(state === 'ok' ? alarm.ok_actions : []);
});

test('without one event type it says that it is a test, and without a project or resource it names none', () => {
  const rule = { event_type: 'compute.*', query: [] };
  const { attributes } = testMessage(alarmWith({ rule, project_id: '' }), of);
  expect(attributes).toEqual({
    ...{ alarm_id: alarm.alarm_id, severity: 'low', current: 'alarm' },
    ...{ event_type: 'alarm.test', test: 'true' },
  });
});

test.each([
  ['threshold', prometheusAlarm({ alarm_actions: ['https://a.example/'] })],
  [
    'composite',
    compositeAlarm(
      {
        or: [
          { type: 'event', alarm_id: id(3) },
          { type: 'event', alarm_id: id(4) },
        ],
      },
      { alarm_actions: ['https://a.example/'] },
    ),
  ],
])('an alarm that is evaluated every minute is tested with a reason of type %s', (type, given) => {
  const message = testMessage(given, of);
  const notification = RoundNotification.parse(JSON.parse(message.body));
  expect(notification).toMatchObject({ test: true, evaluated_at: of.now, reason_data: { type } });
  expect(message.attributes).not.toHaveProperty('event_type');
  const [webhook] = webhooksOf(message);
  expect(webhook && rowOfWebhook(webhook)).toEqual({ event_id: of.id, alarm_id: given.alarm_id });
});

test('its webhooks are marked, and their outcomes belong on the row of the test', () => {
  const [webhook] = webhooksOf(testMessage(alarm, of));
  expect(webhook?.body).toMatchObject({ test: true, alarm_name: 'n', current: 'alarm' });
  expect(webhook && rowOfWebhook(webhook)).toEqual({ event_id: of.id, alarm_id: alarm.alarm_id });
});

test('for receivers of groups it is a marked group by itself', () => {
  const grouping = { ...alarm, alarm_actions: ['https://a.example/?doctor-group=fault'] };
  const message = groupedRow(testMessage(grouping, of));
  expect(groupOfOne(message)).toMatchObject({
    ...{ group: 'fault', fault_id: null, number: 1, test: true },
    ...{ reason: expect.stringContaining('This is a test'), resources: [{ resource_id: 'vm-1' }] },
  });
  const [webhook] = webhooksOf(message);
  expect(webhook?.body).toMatchObject({ group: 'fault', test: true });
  expect(webhook && rowOfWebhook(webhook)).toEqual({ event_id: of.id, alarm_id: alarm.alarm_id });
});

const subscribed = (endpoint: string, more: Partial<SubscriptionRequest> = {}) =>
  claimOf(
    {
      ...{ protocol: 'https', endpoint, project_id: 'a', all_projects: false, filter: {} },
      ...{ raw_message_delivery: false, ...more },
    },
    minute(1),
  );

test('its row names the subscriptions whose filters select the message', () => {
  const message = testMessage(alarm, of);
  const subscriptions = [
    subscribed('https://all.example/'),
    subscribed('https://some.example/', { filter: { severity: ['low', 'critical'] } }),
    subscribed('https://others.example/', { filter: { resource_id: ['vm-2'] } }),
    subscribed('https://group.example/', { group: 'fault' }),
  ];
  const row = newAlarmTest(alarm, message, { of, subscriptions, silenced_by: id(9) });
  expect(row).toMatchObject({
    ...{ event_id: of.id, state: 'alarm', topics: 1, silenced_by: id(9), enabled: true },
  });
  expect(row.subscriptions.map(({ endpoint, group }) => [endpoint, group])).toEqual([
    ['https://all.example/', null],
    ['https://some.example/', null],
    ['https://group.example/', 'fault'],
  ]);
  const both = { of, subscriptions: [], silenced_by: null };
  expect(newAlarmTest(alarm, groupedRow(message), both).topics).toBe(2);
});

test('its webhooks are shown without secrets, pending until they have an outcome', () => {
  const given = { ...alarm, alarm_actions: [...alarm.alarm_actions, 'https://b.example/'] };
  const message = testMessage(given, of);
  const row = newAlarmTest(given, message, { of, subscriptions: [], silenced_by: null });
  const [, second] = webhooksOf(message);
  const outcome = {
    ...{ action: 'https://b.example/', result: 'retrying' as const, attempts: 1, status: 500 },
    ...{ reason: 'answered 500', at: minute(6) },
  };
  expect(testedWebhooks({ ...row, webhooks: { [second?.webhook_id ?? '']: outcome } })).toEqual([
    {
      ...{ action: 'https://a.example/x', result: 'pending', attempts: 0, status: null },
      ...{ reason: '', at: null },
    },
    outcome,
  ]);
});

test('tests are counted for each project and minute, unless there is no limit', () => {
  expect(testCounter('a', 10, minute(5))).toEqual({
    key: 'minute#2026-01-01T00:05#tests#a',
    most: 10,
  });
  expect(testCounter('a', 0, minute(5))).toBeUndefined();
  expect(secondsToNextMinute('2026-01-01T00:05:00.000Z')).toBe(60);
  expect(secondsToNextMinute('2026-01-01T00:05:59.999Z')).toBe(1);
});
