import { expect, test } from 'vitest';
import { alarmAfter, decide } from '../../../domain/alarms/evaluate.ts';
import { isReflected, oldestFirst } from '../../../domain/alarms/order.ts';
import { eventWith } from '../events/events.ts';
import { minute } from '../rows.ts';
import { alarmWith } from './alarms.ts';

const at = (revision: number, accepted_at: string) => ({
  ...eventWith(['project_id', 1, 'a']),
  stamp: { resource: 'r', incarnation: 'i', revision },
  accepted_at,
});

test('events of one moment are ordered by their revisions', () => {
  const [first, second, third] = [at(1, minute(1)), at(2, minute(1)), at(3, minute(1))];
  expect(oldestFirst([third, first, second])).toEqual([first, second, third]);
});

test('an alarm reflects the event whose stamp and time it has, and no other one of that moment', () => {
  const { stamp, accepted_at: stamped_at } = at(7, minute(1));
  const alarm = alarmWith({ stamp, stamped_at });
  expect(isReflected(alarm, at(7, minute(1)))).toBe(true);
  expect(isReflected(alarm, at(6, minute(1)))).toBe(false);
  expect(isReflected(alarm, at(7, minute(2)))).toBe(false);
  expect(isReflected(alarm, { ...at(7, minute(1)), stamp: { ...stamp, resource: 's' } })).toBe(
    false,
  );
  expect(isReflected(alarm, { ...at(7, minute(1)), stamp: null })).toBe(false);
  const outside = { ...at(1, minute(1)), stamp: null };
  expect(isReflected(alarmWith({ stamp: null, stamped_at }), outside)).toBe(true);
  expect(isReflected(alarmWith({ stamp: null, stamped_at: null }), outside)).toBe(false);
});

const left = alarmWith({
  state: 'ok',
  stamp: { resource: 'r', incarnation: 'i', revision: 7 },
  ...{ stamped_at: minute(1), entered_alarm_at: minute(1), left_alarm_at: minute(2) },
});

test('an alarm that was left covers the events that were accepted while it was raised, and no others', () => {
  expect(decide(left, at(6, minute(1)))).toMatchObject({ kind: 'nothing' });
  // The clock of the event's writer is ahead, but its revision is older.
  expect(decide(left, at(6, minute(2)))).toMatchObject({ kind: 'notice' });
  expect(decide(left, at(6, minute(3)))).toMatchObject({ kind: 'notice' });
});

test('a late clearing event is notified if the alarm was raised when it was accepted', () => {
  const rule = {
    ...{ event_type: 'up', query: [] },
    clear: { event_type: 'down', query: [] },
  };
  const raised = alarmWith({ ...left, rule, state: 'alarm', left_alarm_at: null });
  const down = (accepted_at: string) => ({ ...at(6, accepted_at), event_type: 'down' });
  expect(decide(raised, down(minute(1)))).toMatchObject({ kind: 'notice' });
  expect(decide(raised, down(minute(0)))).toMatchObject({ kind: 'noted' });
  const notice = { kind: 'notice', reason: '' } as const;
  expect(alarmAfter(raised, down(minute(1)), notice, minute(9))).toBeUndefined();
});
