/** What an alarm would have done with events that came before it was made. */
import { expect, test } from 'vitest';
import type { Rule } from '../../../domain/alarms/alarm.ts';
import { previewEffectOf, previewOf } from '../../../domain/alarms/preview.ts';
import type { DoctorEvent, Trait } from '../../../domain/events/event.ts';
import { eventWith } from '../events/events.ts';
import { alarmWith } from './alarms.ts';

const condition = (name: string, value: string) =>
  ({ field: `traits.${name}`, op: 'eq', type: '', value }) as const;
const stopped: Rule = {
  event_type: 'compute.instance.update',
  query: [condition('state', 'stopped')],
};
const project: Trait = ['project_id', 1, 'a'];
const event = (state: string, ...more: Trait[]): DoctorEvent =>
  eventWith(project, ['resource_id', 1, 's-1'], ['state', 1, state], ...more);

test('an event before the alarm’s creation counts, also for a disabled alarm', () => {
  const alarm = alarmWith({
    rule: stopped,
    enabled: false,
    created_at: '2027-01-01T00:00:00.000Z',
  });
  expect(previewEffectOf(alarm, event('stopped'))).toBe('raise');
  expect(previewEffectOf(alarm, event('active'))).toBeUndefined();
});

test('an event that takes the alarm back clears it', () => {
  const clear = { event_type: '*', query: [condition('state', 'active')] };
  expect(previewEffectOf(alarmWith({ rule: { ...stopped, clear } }), event('active'))).toBe(
    'clear',
  );
});

test.each([
  ['another project', alarmWith({ rule: stopped, project_id: 'b' })],
  ['another resource', alarmWith({ rule: stopped, resource_id: 's-2' })],
  [
    'a time outside of its constraints',
    alarmWith({
      rule: stopped,
      time_constraints: [
        { name: 'noon', description: '', start: '0 12 * * *', duration: 60, timezone: 'UTC' },
      ],
    }),
  ],
])('an event of %s does nothing', (_, alarm) => {
  expect(previewEffectOf(alarm, event('stopped'))).toBeUndefined();
});

test('each event is shown once, with the traits of the rule and those that say what happened', () => {
  const alarm = alarmWith({
    rule: { ...stopped, query: [...stopped.query, condition('vcpus', '2')] },
  });
  const found = event('stopped', ['vcpus', 1, '2'], ['memory_mb', 2, 512], ['name', 1, 'web-1']);
  const other = { ...event('active'), message_id: 'm-2' };
  expect(previewOf(alarm, [found, found, other])).toEqual([
    {
      ...{ message_id: 'm-1', event_type: 'compute.instance.update', effect: 'raise' },
      ...{ accepted_at: '2026-01-01T00:00:00.000Z', resource_id: 's-1' },
      traits: { state: 'stopped', vcpus: '2', name: 'web-1' },
    },
  ]);
});

test('a long value is cut', () => {
  const [shown] = previewOf(alarmWith(), [event('x'.repeat(2_000))]);
  expect(shown?.traits.state).toBe('x'.repeat(255));
});
