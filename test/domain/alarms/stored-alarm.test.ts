import { expect, test } from 'vitest';
import { storedAlarm } from '../../../domain/alarms/stored-alarm.ts';
import { alarmWith } from './alarms.ts';

const alarm = alarmWith({ name: 'mine', alarm_actions: ['https://a.example/'] });

test('a valid row is the alarm', () => {
  expect(storedAlarm({ ...alarm, kind: 'alarm' })).toEqual(alarm);
});

test.each([
  ['severity', 'huge', { severity: 'low' }],
  ['rule', { event_type: '*', query: [{ op: 'like' }] }, { rule: { event_type: '*', query: [] } }],
  ['alarm_actions', null, { alarm_actions: [] }],
  ['created_at', 'yesterday', { created_at: '1970-01-01T00:00:00.000Z' }],
  ['name', undefined, { name: '' }],
])(
  'an alarm with a broken %s is shown without it, not enabled, and says so',
  (name, value, kept) => {
    expect(storedAlarm({ ...alarm, [name]: value })).toEqual({
      ...alarm,
      ...kept,
      enabled: false,
      state_reason: expect.stringMatching(`^Cannot be evaluated: ${name}`),
    });
  },
);

test.each(['alarm_id', 'project_id', 'revision'])('a row without %s is not an alarm', (name) => {
  expect(storedAlarm({ ...alarm, [name]: undefined })).toBeUndefined();
});
