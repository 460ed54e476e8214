/**
 * An event alarm as stored. `condition.ts` says what its conditions mean, `evaluate.ts` when it
 * fires.
 */
import * as z from 'zod';
import { Stamp } from '../events/event.ts';
import { Moment } from '../time.ts';

/** The states of an alarm. */
export const alarmStates = ['ok', 'alarm', 'insufficient data'] as const;
/** A state of an alarm. */
export const AlarmState = z.enum(alarmStates);
export type AlarmState = z.infer<typeof AlarmState>;

/** The severities of an alarm, in ascending order. */
export const severities = ['low', 'moderate', 'critical'] as const;
/** A severity of an alarm. */
export const Severity = z.enum(severities);
export type Severity = z.infer<typeof Severity>;

/** Aodh's name and OPNFV Doctor's name of the same type: docs/wire/alarming.md#two-spellings. */
export const alarmTypes = ['event', 'notification'] as const;
/** A type of alarm. */
export const AlarmType = z.enum(alarmTypes);
export type AlarmType = z.infer<typeof AlarmType>;

/** The operators of a condition. */
export const operators = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const;
/** The types by which a condition compares. Empty means `string`. */
export const conditionTypes = ['', 'string', 'integer', 'float', 'boolean', 'datetime'] as const;

/** One comparison of a rule, with defaults filled in: `op` is `eq`, `type` is `''`. */
export const RuleCondition = z.object({
  field: z.string(),
  op: z.enum(operators),
  type: z.enum(conditionTypes),
  value: z.string(),
});
export type RuleCondition = z.infer<typeof RuleCondition>;

/** Events whose type matches the shell glob and that meet every condition. */
export const EventPattern = z.object({ event_type: z.string(), query: z.array(RuleCondition) });
export type EventPattern = z.infer<typeof EventPattern>;

/** The longest timeout of a rule, in seconds: a day. */
export const longestTimeout = 86_400;

/**
 * The events that raise an alarm, and in `clear` the events that take it back to `ok`. Without
 * `clear`, no event does. Aodh has neither `clear` nor `timeout`; its clients send unknown keys
 * back unchanged.
 */
export const Rule = EventPattern.extend({
  clear: EventPattern.optional(),
  /**
   * Seconds without a matching event after which the alarm has no data; without it, it never fires
   * by time.
   */
  timeout: z.int().min(1).max(longestTimeout).optional(),
});
export type Rule = z.infer<typeof Rule>;

/** A period in which an alarm may be raised: see `time-constraint.ts`. `duration` is in seconds. */
export const TimeConstraint = z.object({
  name: z.string(),
  description: z.string(),
  start: z.string(),
  duration: z.int().min(0),
  timezone: z.string(),
});
export type TimeConstraint = z.infer<typeof TimeConstraint>;

/** The part that clients set of an alarm of any type, with defaults filled in. */
export const CommonFacts = z.object({
  name: z.string(),
  description: z.string(),
  enabled: z.boolean(),
  ok_actions: z.array(z.string()),
  alarm_actions: z.array(z.string()),
  insufficient_data_actions: z.array(z.string()),
  repeat_actions: z.boolean(),
  time_constraints: z.array(TimeConstraint),
  /** Empty for an administrator's alarm on events of infrastructure. */
  project_id: z.string(),
  user_id: z.string(),
  severity: Severity,
});

/** The part of an event alarm that clients set, with defaults filled in. */
export const AlarmFacts = CommonFacts.extend({
  type: AlarmType,
  rule: Rule,
  /**
   * OPNFV Doctor's attribute: only events of this resource can raise or clear the alarm; null for
   * any.
   */
  resource_id: z.string().min(1).max(255).nullable(),
});
export type AlarmFacts = z.infer<typeof AlarmFacts>;

/**
 * What an alarm of any type stores besides the facts. Every change, also a transition, raises
 * `revision` by one.
 */
export const CommonRecord = z.object({
  alarm_id: z.uuid(),
  revision: z.int().min(1),
  state: AlarmState,
  state_reason: z.string(),
  /** When `state` last changed. */
  state_timestamp: Moment,
  /** When a request last changed the alarm. */
  timestamp: Moment,
  created_at: Moment,
  /**
   * How often the alarm was taken into each state, by events or rounds; a missing state means 0.
   */
  transitions: z.partialRecord(AlarmState, z.int().min(0)),
});

/** The row of an event alarm. */
export const Alarm = AlarmFacts.extend(CommonRecord.shape).extend({
  /**
   * The stamp of the newest event that the state reflects (`order.ts`); null before the first
   * event, and after an event from outside.
   */
  stamp: Stamp.nullable(),
  /** When Doctor accepted that event; null before the first. */
  stamped_at: Moment.nullable(),
  /**
   * When the alarm last entered `alarm`: the acceptance of the raising event, or the time of the
   * request; null if never.
   */
  entered_alarm_at: Moment.nullable(),
  /** When the alarm last left `alarm`; null if never. */
  left_alarm_at: Moment.nullable(),
  /**
   * When an alarm with a timeout was armed: when it was made or enabled, or the acceptance of the
   * newest event that matched, to a second. It stays when the alarm fires. Missing in rows written
   * before the field existed; read as null.
   */
  armed_at: Moment.nullable().default(null),
  /**
   * When its timer falls due; null if it has none: it is not armed, or has fired. Missing as
   * `armed_at` is.
   */
  timer_at: Moment.nullable().default(null),
});
export type Alarm = z.infer<typeof Alarm>;

/** Whether a text can be the id of an alarm. */
export const isAlarmId = (text: string): boolean => Alarm.shape.alarm_id.safeParse(text).success;
