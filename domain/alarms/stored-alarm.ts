/** Alarms as their rows hold them. A row may hold what this version cannot read. */
import type * as z from 'zod';
import { Alarm } from './alarm.ts';
import { cannotBeEvaluated } from './evaluate.ts';
import { type AnyAlarm, isPeriodicType, PeriodicAlarm } from './periodic-alarm.ts';

/** Why a row is not a valid alarm, for its `state_reason`. */
export const whyNoAlarm = ({ issues: [issue] }: z.ZodError): string =>
  `${cannotBeEvaluated}: ${issue?.path.join('.')}: ${issue?.message}.`;

const unknownTime = '1970-01-01T00:00:00.000Z';

/** The value of each field that cannot be read. The id, the project and the revision have none. */
const commonFallbacks = {
  name: '',
  description: '',
  enabled: false,
  ok_actions: [],
  alarm_actions: [],
  insufficient_data_actions: [],
  repeat_actions: false,
  time_constraints: [],
  user_id: '',
  severity: 'low',
  state: 'insufficient data',
  state_reason: '',
  state_timestamp: unknownTime,
  timestamp: unknownTime,
  created_at: unknownTime,
  transitions: {},
} as const;

const eventFallbacks = {
  ...commonFallbacks,
  type: 'event',
  rule: { event_type: '*', query: [] },
  resource_id: null,
  stamp: null,
  stamped_at: null,
  entered_alarm_at: null,
  left_alarm_at: null,
  armed_at: null,
  timer_at: null,
} as const;

/** The query of a rule that cannot be read has no result, and reads nothing. */
const periodicFallbacks = {
  ...commonFallbacks,
  rule: { query: 'vector(0) < 0', comparison_operator: 'eq', threshold: 0 },
  scope: null,
  failed_rounds: 0,
  last_round: 0,
} as const;

/**
 * The alarm of a row, for requests that show or change it. If a field cannot be read, the alarm has
 * a fallback for it, is shown as not enabled, and its `state_reason` names the field. So its owner
 * can replace or delete it, and lists still work. Undefined if its id, project or revision cannot
 * be read.
 */
export function storedAlarm(row: Readonly<Record<string, unknown>>): AnyAlarm | undefined {
  return isPeriodicType(row.type)
    ? readAs(PeriodicAlarm, row, periodicFallbacks)
    : readAs(Alarm, row, eventFallbacks);
}

function readAs<T extends AnyAlarm>(
  schema: z.ZodType<T>,
  row: Readonly<Record<string, unknown>>,
  fallbacks: Readonly<Record<string, unknown>>,
): T | undefined {
  const { data, error } = schema.safeParse(row);
  if (!error) return data;
  const broken = new Set(error.issues.map(({ path: [name] }) => name));
  const readable = Object.fromEntries(Object.entries(row).filter(([name]) => !broken.has(name)));
  const report = { enabled: false, state_reason: whyNoAlarm(error) };
  return schema.safeParse({ ...fallbacks, ...readable, ...report }).data;
}
