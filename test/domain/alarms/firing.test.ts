import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Alarm } from '../../../domain/alarms/alarm.ts';
import { firingOf } from '../../../domain/alarms/firing.ts';
import { OutboxRow } from '../../../domain/alarms/outbox-row.ts';
import { allShards } from '../../../domain/alarms/outbox-shards.ts';
import type { DoctorEvent } from '../../../domain/events/event.ts';
import { Notification } from '../../../domain/events/messages.ts';
import { notificationId } from '../../../domain/ids.ts';
import { anyEvent, eventWith } from '../events/events.ts';
import { id, minute } from '../rows.ts';
import { alarmWith } from './alarms.ts';

const event: DoctorEvent = {
  ...eventWith(['project_id', 1, 'a'], ['resource_id', 1, 'vm-1'], ['state', 1, 'stopped']),
  fault_id: id(7),
};
const decisions = {
  transition: { kind: 'transition', to: 'alarm', reason: 'because' },
  notice: { kind: 'notice', reason: 'because' },
} as const;
const fire = (alarm: Alarm, kind: keyof typeof decisions = 'transition', of = event) =>
  firingOf(alarm, of, decisions[kind], minute(9));
const notificationOf = ({ row }: ReturnType<typeof fire>) =>
  Notification.parse(JSON.parse(row.body));

test('a transition reports the states before and after, and the time of the change', () => {
  const alarm = alarmWith({ name: 'down', severity: 'critical', state: 'ok' });
  expect(notificationOf(fire(alarm))).toEqual({
    alarm_id: alarm.alarm_id,
    alarm_name: 'down',
    severity: 'critical',
    previous: 'ok',
    current: 'alarm',
    reason: 'because',
    reason_data: {
      type: 'event',
      event: {
        message_id: event.message_id,
        event_type: event.event_type,
        generated: event.generated,
        traits: event.traits,
        raw: {},
      },
    },
    notification_id: notificationId(alarm.alarm_id, event.message_id),
    project_id: 'a',
    resource_id: 'vm-1',
    fault_id: id(7),
    event_type: event.event_type,
    generated: event.generated,
    accepted_at: event.accepted_at,
    state_timestamp: minute(9),
  });
});

test.each(['alarm', 'ok'] as const)(
  'a notice in state %s does not change the alarm or its times',
  (state) => {
    const alarm = alarmWith({ state });
    const firing = fire(alarm, 'notice');
    expect(firing.to).toBeUndefined();
    expect(notificationOf(firing)).toMatchObject({
      previous: state,
      current: state,
      state_timestamp: alarm.state_timestamp,
    });
  },
);

test('the row is a record as in Aodh’s history, with the alarm’s owner as its user', () => {
  expect(fire(alarmWith()).row).toMatchObject({
    event_id: event.message_id,
    type: 'state transition',
    user_id: 'u',
    project_id: 'a',
    on_behalf_of: 'a',
    timestamp: minute(9),
    detail: JSON.stringify({ state: 'alarm', transition_reason: 'because' }),
  });
});

test('the row of an alarm without a project is in the index of no project', () => {
  const { row } = fire(alarmWith({ project_id: '' }));
  expect(row.on_behalf_of).toBe('');
  expect(row.attributes).not.toHaveProperty('project_id');
});

test('the message has six attributes for filter policies, and none is empty', () => {
  const { row } = fire(alarmWith());
  expect(row.attributes).toEqual({
    project_id: 'a',
    alarm_id: row.alarm_id,
    resource_id: 'vm-1',
    severity: 'low',
    current: 'alarm',
    event_type: 'compute.instance.update',
  });
  const without = fire(alarmWith(), 'transition', eventWith(['project_id', 1, 'a'])).row;
  expect(without.attributes).not.toHaveProperty('resource_id');
});

test('the row of any event is valid, and the same each time', () => {
  fc.assert(
    fc.property(anyEvent, (of) => {
      const { row } = fire(alarmWith(), 'transition', of);
      expect(OutboxRow.parse(row)).toEqual(row);
      expect(Notification.safeParse(JSON.parse(row.body)).success).toBe(true);
      expect(allShards).toContain(row.undelivered_shard);
      expect(fire(alarmWith(), 'transition', of).row).toEqual(row);
    }),
  );
});

test('the rows of a burst are spread over all shards', () => {
  const shards = Array.from(
    { length: 200 },
    (_, n) => fire(alarmWith({ alarm_id: id(n) })).row.undelivered_shard,
  );
  expect(new Set(shards).size).toBe(allShards.length);
});
