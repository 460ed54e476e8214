/**
 * Time constraints of alarms: the periods in which an alarm may be raised. Aodh stores those of
 * event alarms but ignores them. In Doctor they have the meaning that they have for Aodh's other
 * alarms.
 */
import type { Cron } from 'croner';
import { croner } from '../on-demand.ts';
import { recent } from '../recent.ts';
import type { TimeConstraint } from './alarm.ts';

/** Whether there is a time zone of this name. */
export function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const year = /(19[7-9]\d|20\d\d)/.source;
/**
 * The years 1970 to 2099. Source: croniter `croniter.py`, `RANGES`. A longer range would take too
 * long.
 */
const years = new RegExp(`^(\\*|${year}(-${year})?(,${year}(-${year})?)*)$`);

/**
 * The schedules that were read, by time zone and start: an evaluator reads one once, and not once
 * for each event, because croner takes 2 to 5 ms for it. `unreadable` is kept as well. A schedule
 * takes some 84 kB (an entry for each year up to 9999), so all take at most 17 MB.
 */
const schedules = recent<Cron | typeof unreadable>(200);
const unreadable = 'unreadable';

/**
 * The moments at which a constraint starts; undefined if `start` cannot be read. The same start and
 * time zone give the same object.
 */
export function scheduleOf({ start, timezone }: Schedule): Cron | undefined {
  const key = JSON.stringify([timezone, start]);
  const schedule = schedules.get(key) ?? readSchedule({ start, timezone }) ?? unreadable;
  schedules.set(key, schedule);
  return schedule === unreadable ? undefined : schedule;
}

/**
 * Reads a schedule; undefined if `start` cannot be read. The fields are in croniter's order, as
 * Aodh's clients write them: minute, hour, day, month, weekday, then optionally second and year.
 * croner has another order. It does not read all that croniter reads (`H`, reversed ranges); for
 * these the result is undefined. An empty time zone means UTC.
 */
function readSchedule({ start, timezone }: Schedule): Cron | undefined {
  const fields = start.trim().split(/\s+/);
  const [second = '0', inYears = '*'] = fields.slice(5);
  if (!years.test(inYears)) return undefined;
  const { Cron } = croner();
  try {
    return new Cron([second, ...fields.slice(0, 5), inYears].join(' '), {
      mode: '7-part',
      timezone: timezone || 'UTC',
    });
  } catch {
    return undefined;
  }
}

/**
 * Whether the constraint ever starts. One that never does, such as on 31 April, is refused, because
 * the search for its start would take long at each evaluation.
 */
export function everStarts(start: string): boolean {
  return Boolean(scheduleOf({ start, timezone: '' })?.nextRun(new Date(-1)));
}

type Schedule = Pick<TimeConstraint, 'start' | 'timezone'>;

/** Whether the schedule of a constraint can be read. */
export const isReadable = (schedule: Schedule): boolean =>
  scheduleOf(schedule) !== undefined && (schedule.timezone === '' || isTimezone(schedule.timezone));

/**
 * Whether the moment lies within one of the constraints, both ends included. Without constraints:
 * true.
 * Source: aodh `evaluator/__init__.py`, `within_time_constraint`.
 */
export const isWithin = (constraints: readonly TimeConstraint[], moment: string): boolean =>
  constraints.length === 0 ||
  constraints.some((constraint) => covers(constraint, Date.parse(moment)));

/** Whether a period of the constraint has begun at the time, and has not ended. */
function covers(constraint: TimeConstraint, at: number): boolean {
  const earliest = Math.max(at - constraint.duration * 1000, 0);
  // `nextRun` never returns the moment that it is given.
  const start = scheduleOf(constraint)?.nextRun(new Date(earliest - 1));
  return start ? start.getTime() <= at : false;
}
