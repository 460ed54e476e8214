import { expect, test } from 'vitest';
import type { AlarmFacts } from '../../../domain/alarms/alarm.ts';
import { isReadable, isWithin, scheduleOf } from '../../../domain/alarms/time-constraint.ts';
import { TimeConstraints } from '../../../functions/alarming/time-constraint-input.ts';

type Constraint = AlarmFacts['time_constraints'][number];

const constraint = (start: string, duration: number, timezone = ''): Constraint => ({
  ...{ name: 'n', description: '', start, duration, timezone },
});
/** Monday to Friday, 9 to 17. */
const office = (timezone: string) => constraint('0 9 * * 1-5', 8 * 3600, timezone);

test('without a constraint every moment is within', () => {
  expect(isWithin([], '2026-01-01T00:00:00.000Z')).toBe(true);
});

test.each([
  ['a moment before the start', office(''), '2026-01-05T08:59:59.999Z', false],
  ['the start', office(''), '2026-01-05T09:00:00.000Z', true],
  ['the middle', office(''), '2026-01-05T12:34:56.789Z', true],
  ['the end', office(''), '2026-01-05T17:00:00.000Z', true],
  ['a moment after the end', office(''), '2026-01-05T17:00:00.001Z', false],
  ['a day that has no start', office(''), '2026-01-04T12:00:00.000Z', false],

  ['the start in winter', office('Europe/Berlin'), '2026-01-05T08:00:00.000Z', true],
  [
    'an hour before the start in winter',
    office('Europe/Berlin'),
    '2026-01-05T07:00:00.000Z',
    false,
  ],
  ['the start in summer', office('Europe/Berlin'), '2026-07-06T07:00:00.000Z', true],
  ['the other side of the date line', office('Asia/Tokyo'), '2026-01-04T23:59:59.999Z', false],
  ['Monday there, Sunday here', office('Asia/Tokyo'), '2026-01-05T00:00:00.000Z', true],

  ['a period over midnight', constraint('0 22 * * *', 7200), '2026-01-02T00:00:00.000Z', true],
  ['no duration, in time', constraint('0 22 * * *', 0), '2026-01-02T22:00:00.000Z', true],
  ['no duration, late', constraint('0 22 * * *', 0), '2026-01-02T22:00:00.001Z', false],
  ['periods that overlap', constraint('* * * * *', 3600), '2026-01-02T22:00:30.000Z', true],
  ['a duration beyond time', constraint('0 0 1 1 *', 1e15), '2026-06-01T00:00:00.000Z', true],
  ['the last day of a month', constraint('0 0 L * *', 60), '2026-02-28T00:00:30.000Z', true],
  ['names of days', constraint('0 0 * * MON', 60), '2026-01-05T00:00:30.000Z', true],
  ['Sunday as 7', constraint('0 0 * * 7', 60), '2026-01-04T00:00:30.000Z', true],
  ['one of day and weekday', constraint('0 0 13 * 5', 60), '2026-01-13T00:00:30.000Z', true],
  ['the other of day and weekday', constraint('0 0 13 * 5', 60), '2026-01-02T00:00:30.000Z', true],
  ['a second, after the weekday', constraint('0 9 * * * 30', 5), '2026-01-05T09:00:31.000Z', true],
  ['a moment before the second', constraint('0 9 * * * 30', 5), '2026-01-05T09:00:29.999Z', false],
  ['a year', constraint('0 9 * * * 0 2027', 5), '2027-01-05T09:00:01.000Z', true],
  ['another year', constraint('0 9 * * * 0 2027', 5), '2026-01-05T09:00:01.000Z', false],
  ['a day that never comes', constraint('0 0 31 2 *', 5), '2026-02-28T00:00:00.000Z', false],
] as const)('%s: of %o, %s is within: %s', (_, given, moment, expected) => {
  expect(isWithin([given], moment)).toBe(expected);
});

test('one of several constraints is enough', () => {
  const both = [constraint('0 9 * * *', 60), constraint('0 21 * * *', 60)];
  expect(isWithin(both, '2026-01-01T21:00:00.000Z')).toBe(true);
  expect(isWithin(both, '2026-01-01T15:00:00.000Z')).toBe(false);
});

test.each([
  ['0 9 * * *', '', true],
  ['*/5 9-17 1,15 JAN-MAR MON-FRI', 'Europe/Berlin', true],
  ['0 9 * * * 0 2026-2030,2040', '', true],
  ['0 9 * * *', 'Europe/Atlantis', false],
  ['61 9 * * *', '', false],
  ['0 9 * *', '', false],
  ['0 9 * * XYZ', '', false],
  ['0 9 * * * 0 9999', '', false],
  ['0 9 * * * 0 */2', '', false],
])('a start of %o in the zone %o can be read: %s', (start, timezone, expected) => {
  expect(isReadable({ start, timezone })).toBe(expected);
});

test('a constraint that cannot be read is refused when the alarm is created', () => {
  const given = [{ name: 'n', start: '0 25 * * *', duration: 60 }];
  expect(TimeConstraints.safeParse(given).error?.issues[0]?.message).toBe(
    'Invalid cron expression.',
  );
});

test.each([
  ['0 0 31 2,4,6,9,11 *', false],
  ['0 0 29 2 * 0 2025,2026', false],
  ['0 0 29 2 1', true],
  ['0 0 1 1 * 0 1970', true],
  ['0 0 L 2 *', true],
])(
  'a start of %o is accepted: %s; a start that never comes would be searched for at each event',
  (start, expected) => {
    const { success, error } = TimeConstraints.safeParse([{ name: 'n', start, duration: 60 }]);
    expect(success).toBe(expected);
    if (error) expect(error.issues[0]?.message).toBe('This time never occurs.');
  },
);

test('the search for a start never takes long', () => {
  const slow = ['* * 31 2 *', '0 0 * 2 MON#5', '59 23 31 2 * 59 1970-2099', '0 0 31 2,4,6,9,11 *'];
  const constraints = slow.map((start) => constraint(start, 60, 'Europe/Berlin'));
  for (const each of constraints) {
    expect(isWithin([each], '2026-01-01T12:00:00.000Z')).toBe(false);
  }
});

test('a schedule is built once, whichever constraint has it, and one for each time zone', () => {
  const first = scheduleOf(office('Europe/Berlin'));
  expect(first).toBeDefined();
  expect(scheduleOf(constraint(office('').start, 60, 'Europe/Berlin'))).toBe(first);
  expect(scheduleOf(office('Asia/Tokyo'))).not.toBe(first);
  expect(scheduleOf(office(''))).not.toBe(first);
});

test('a schedule that was used for one time is right for an earlier one', () => {
  const each = [office('')];
  expect(isWithin(each, '2026-01-05T12:00:00.000Z')).toBe(true);
  expect(isWithin(each, '2026-01-04T12:00:00.000Z')).toBe(false);
  expect(isWithin(each, '2026-01-02T12:00:00.000Z')).toBe(true);
});
