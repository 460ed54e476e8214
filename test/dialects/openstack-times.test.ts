import { expect, test } from 'vitest';
import { microseconds, microsecondsZ, seconds } from '../../dialects/openstack-times.ts';

test.each([
  [seconds, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
  [microseconds, '2026-01-01T00:00:00.000000', '2026-01-01T00:00:00.120000'],
  [microsecondsZ, '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.120000Z'],
])('%o writes the form of its API', (write, whole, fraction) => {
  expect(write('2026-01-01T00:00:00.000Z')).toBe(whole);
  expect(write('2026-01-01T00:00:00.120Z')).toBe(fraction);
});
