/** An event alarm as stored. What its conditions mean is in `condition.ts`, when it fires in `evaluate.ts`. */
import * as z from 'zod';
import { Stamp } from '../events/event.ts';
import { Moment } from '../time.ts';

export const alarmStates = ['ok', 'alarm', 'insufficient data'] as const;
export const AlarmState = z.enum(alarmStates);
export type AlarmState = z.infer<typeof AlarmState>;

export const severities = ['low', 'moderate', 'critical'] as const;
export const Severity = z.enum(severities);
export type Severity = z.infer<typeof Severity>;

/** Aodh's spelling and OPNFV Doctor's; they mean the same: docs/wire/alarming.md#two-spellings. */
export const alarmTypes = ['event', 'notification'] as const;
export const AlarmType = z.enum(alarmTypes);
export type AlarmType = z.infer<typeof AlarmType>;

export const operators = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const;
export const conditionTypes = ['', 'string', 'integer', 'float', 'boolean', 'datetime'] as const;

/** One comparison of a rule, normalised: `op` is there, a missing `type` is `''` (means string). */
export const Condition = z.object({
  field: z.string(),
  op: z.enum(operators),
  type: z.enum(conditionTypes),
  value: z.string(),
});
export type Condition = z.infer<typeof Condition>;

/** Events whose type matches the shell glob and that meet every condition. */
export const EventPattern = z.object({ event_type: z.string(), query: z.array(Condition) });
export type EventPattern = z.infer<typeof EventPattern>;

/**
 * What an alarm waits for, and what takes it from `alarm` back to `ok`: without `clear` no event
 * does. Aodh has no such key; its clients send back what they do not know.
 */
export const Rule = EventPattern.extend({ clear: EventPattern.optional() });
export type Rule = z.infer<typeof Rule>;

export const TimeConstraint = z.object({
  name: z.string(),
  description: z.string(),
  start: z.string(),
  duration: z.int().min(0),
  timezone: z.string(),
});

/** What a client may say of an alarm, normalised: no nulls. */
export const AlarmFacts = z.object({
  name: z.string(),
  type: AlarmType,
  description: z.string(),
  enabled: z.boolean(),
  rule: Rule,
  /** OPNFV Doctor's attribute: only events of this resource concern the alarm; null for any. */
  resource_id: z.string().min(1).max(255).nullable(),
  ok_actions: z.array(z.string()),
  alarm_actions: z.array(z.string()),
  insufficient_data_actions: z.array(z.string()),
  repeat_actions: z.boolean(),
  time_constraints: z.array(TimeConstraint),
  /** Empty for an administrator's alarm on infrastructure's events. */
  project_id: z.string(),
  user_id: z.string(),
  severity: Severity,
});
export type AlarmFacts = z.infer<typeof AlarmFacts>;

/** The row. Every change of it, a transition included, raises `revision` by one. */
export const Alarm = AlarmFacts.extend({
  alarm_id: z.uuid(),
  revision: z.int().min(1),
  state: AlarmState,
  state_reason: z.string(),
  /** When `state` last changed. */
  state_timestamp: Moment,
  /** When the alarm was last changed by hand. */
  timestamp: Moment,
  created_at: Moment,
  /** Of the newest event that the state reflects (`order.ts`); null before the first, and outside. */
  stamp: Stamp.nullable(),
  /** When Doctor accepted that event; null before the first. */
  stamped_at: Moment.nullable().default(null),
  /** The newest acceptance that `alarm` stands for: of the event that fired it; null if never. */
  entered_alarm_at: Moment.nullable(),
  /** When the alarm last left `alarm`; null if never. */
  left_alarm_at: Moment.nullable(),
  /** How often events took the alarm into each state. */
  transitions: z.partialRecord(AlarmState, z.int().min(0)).default({}),
});
export type Alarm = z.infer<typeof Alarm>;

/** Whether a text can be the id of an alarm. */
export const isAlarmId = (text: string): boolean => Alarm.shape.alarm_id.safeParse(text).success;
