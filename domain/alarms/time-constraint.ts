/**
 * Time constraints of alarms: when an alarm may be raised. Aodh keeps those of event alarms and does
 * not look at them; here they mean what they mean for its other alarms.
 */
import { Cron } from 'croner';
import type { AlarmFacts } from './alarm.ts';

type TimeConstraint = AlarmFacts['time_constraints'][number];

/** Whether a time zone of this name is known. */
export function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const year = /(19[7-9]\d|20\d\d)/.source;
/** Source: croniter `croniter.py`, `RANGES`. More of them would also take long to go through. */
const years = new RegExp(`^(\\*|${year}(-${year})?(,${year}(-${year})?)*)$`);

/**
 * The moments at which a constraint starts; undefined if `start` cannot be read. Its fields are in
 * croniter's order, as Aodh's clients write them: minute, hour, day, month and weekday, and behind
 * them second and year. croner has another order, and not all that croniter reads (`H`, reversed
 * ranges): that is undefined. No time zone is UTC.
 */
function scheduleOf({ start, timezone }: Schedule): Cron | undefined {
  const fields = start.trim().split(/\s+/);
  const [second = '0', inYears = '*'] = fields.slice(5);
  if (!years.test(inYears)) return undefined;
  try {
    return new Cron([second, ...fields.slice(0, 5), inYears].join(' '), {
      mode: '7-part',
      timezone: timezone || 'UTC',
    });
  } catch {
    return undefined;
  }
}

/** Looking for what never comes, as 31 April, takes long each time that an event is evaluated. */
export function everComes(start: string): boolean {
  return Boolean(scheduleOf({ start, timezone: '' })?.nextRun(new Date(-1)));
}

type Schedule = Pick<TimeConstraint, 'start' | 'timezone'>;

/** Whether the service can tell when the constraint starts. */
export const isReadable = (schedule: Schedule): boolean =>
  scheduleOf(schedule) !== undefined && (schedule.timezone === '' || isTimezone(schedule.timezone));

/**
 * Whether the moment lies within one of the constraints, both ends included; without any, it does.
 * Source: aodh `evaluator/__init__.py`, `within_time_constraint`.
 */
export const isWithin = (constraints: readonly TimeConstraint[], moment: string): boolean =>
  constraints.length === 0 ||
  constraints.some((constraint) => lasts(constraint, Date.parse(moment)));

/** Whether a period of the constraint has begun by then, and is not over. */
function lasts(constraint: TimeConstraint, at: number): boolean {
  const earliest = Math.max(at - constraint.duration * 1000, 0);
  // What runs next after a moment never runs in that moment.
  const start = scheduleOf(constraint)?.nextRun(new Date(earliest - 1));
  return start ? start.getTime() <= at : false;
}
