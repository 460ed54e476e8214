import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Moment, momentOf, naive, parseMoment } from '../../domain/time.ts';

test.each([
  ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z'],
  ['2026-01-01T00:00:00', '2026-01-01T00:00:00.000Z'],
  ['2026-01-01 00:00', '2026-01-01T00:00:00.000Z'],
  ['2026-01-01T00:00:00.123456', '2026-01-01T00:00:00.123Z'],
  ['2026-01-01T00:00:00,5Z', '2026-01-01T00:00:00.500Z'],
  ['2026-01-01T00:00:00.123456789Z', '2026-01-01T00:00:00.123Z'],
  ['2026-01-01T02:00:00+02:00', '2026-01-01T00:00:00.000Z'],
  ['2025-12-31T18:30:00-0530', '2026-01-01T00:00:00.000Z'],
  ['2026-01-01t00:00:00z', '2026-01-01T00:00:00.000Z'],
])('%s means %s', (text, moment) => {
  expect(parseMoment(text)).toBe(moment);
});

test.each([
  ...['', 'now', '2026-01-01', '2026-01-01T00', '1767225600', '2026-13-01T00:00:00Z'],
  ...['2026-01-01T25:00:00Z', '2026-02-30T00:00:00Z', '2026-01-01T00:00:00+99:99'],
  ...['9999-12-31T23:59:00-01:00', '0000-01-01T00:00:00+01:00', '2026-01-01T00:00:00Z '],
])('"%s" is not a moment', (text) => {
  expect(parseMoment(text)).toBeUndefined();
});

test('a parsed moment has Doctor’s form, and parsing it again changes nothing', () => {
  const number = (max: number) => fc.nat(max).map((n) => String(n).padStart(2, '0'));
  const text = fc
    .tuple(fc.nat(9999), number(13), number(32), number(25), number(60), number(60), number(15))
    .map(
      ([year, month, day, hour, minute, second, offset]) =>
        `${String(year).padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}+${offset}:00`,
    );
  fc.assert(
    fc.property(text, (given) => {
      const moment = parseMoment(given);
      if (moment === undefined) return;
      expect(Moment.safeParse(moment).success).toBe(true);
      expect(parseMoment(moment)).toBe(moment);
    }),
  );
});

test('the order of moments as texts is the order of their times', () => {
  const time = fc.integer({ min: 0, max: 4e12 });
  fc.assert(
    fc.property(time, time, (a, b) => {
      expect(momentOf(a) < momentOf(b)).toBe(a < b);
    }),
  );
});

test('the form of events has microseconds, or no fraction if it is 0', () => {
  expect(naive('2026-01-01T00:00:00.000Z')).toBe('2026-01-01T00:00:00');
  expect(naive('2026-01-01T00:00:00.120Z')).toBe('2026-01-01T00:00:00.120000');
});
