import { severities } from '../../domain/alarms/alarm.ts';
import { type AnyAlarm, isPeriodic } from '../../domain/alarms/periodic-alarm.ts';
import type { Field, Fields } from './field.ts';

const text = (of: (alarm: AnyAlarm) => string | null): Field<AnyAlarm> => ({ kind: 'text', of });
const moment = (of: (alarm: AnyAlarm) => string): Field<AnyAlarm> => ({ kind: 'moment', of });
const truth = (of: (alarm: AnyAlarm) => boolean): Field<AnyAlarm> => ({ kind: 'truth', of });
/** Lists and rules are compared as JSON texts. */
const json = (of: (alarm: AnyAlarm) => unknown): Field<AnyAlarm> =>
  text((alarm) => JSON.stringify(of(alarm)));

const userId = text(({ user_id }) => user_id);
const projectId = text(({ project_id }) => project_id);

/** The fields by which alarms can be filtered and sorted, under Aodh's names of its columns. */
export const alarmFields: Fields<AnyAlarm> = new Map([
  ['alarm_id', text(({ alarm_id }) => alarm_id)],
  ['name', text(({ name }) => name)],
  ['type', text(({ type }) => type)],
  ['description', text(({ description }) => description)],
  ['enabled', truth(({ enabled }) => enabled)],
  ['ok_actions', json(({ ok_actions }) => ok_actions)],
  ['alarm_actions', json(({ alarm_actions }) => alarm_actions)],
  ['insufficient_data_actions', json((alarm) => alarm.insufficient_data_actions)],
  ['repeat_actions', truth(({ repeat_actions }) => repeat_actions)],
  ['time_constraints', json(({ time_constraints }) => time_constraints)],
  ['project_id', projectId],
  ['user_id', userId],
  ['state', text(({ state }) => state)],
  ['state_reason', text(({ state_reason }) => state_reason)],
  ['state_timestamp', moment(({ state_timestamp }) => state_timestamp)],
  ['timestamp', moment(({ timestamp }) => timestamp)],
  ['evaluate_timestamp', moment(({ created_at }) => created_at)],
  ['severity', { kind: 'rank', words: severities, of: ({ severity }) => severity }],
  ['rule', json(({ rule }) => rule)],
  ['resource_id', text((alarm) => (isPeriodic(alarm) ? null : alarm.resource_id))],
  ['user', userId],
  ['project', projectId],
]);
