/** Alarms for tests. */
import type { Alarm } from '../../../domain/alarms/alarm.ts';

/** An alarm of project `a` on any event, as stored. */
export const alarmWith = (given: Partial<Alarm> = {}): Alarm => ({
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
  project_id: 'a',
  user_id: 'u',
  severity: 'low',
  alarm_id: '00000000-0000-4000-8000-000000000001',
  revision: 1,
  state: 'insufficient data',
  state_reason: 'Not evaluated yet',
  state_timestamp: '2026-01-01T00:00:00.000Z',
  timestamp: '2026-01-01T00:00:00.000Z',
  created_at: '2026-01-01T00:00:00.000Z',
  stamp: null,
  stamped_at: null,
  entered_alarm_at: null,
  left_alarm_at: null,
  transitions: {},
  ...given,
});
