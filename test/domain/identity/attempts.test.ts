import { expect, test } from 'vitest';
import { attemptSource, countersOf } from '../../../domain/identity/attempts.ts';

const limits = { perUser: 10, perSource: 300, windowSeconds: 900 };

test.each([
  { address: '192.0.2.1', source: '192.0.2.1' },
  { address: '::ffff:192.0.2.1', source: '192.0.2.1' },
  { address: '2001:db8:1:2:3:4:5:6', source: '2001:db8:1:2::/64' },
  { address: '2001:DB8::1', source: '2001:db8:0:0::/64' },
  { address: '2001:db8:1:2::', source: '2001:db8:1:2::/64' },
  { address: '::1', source: '0:0:0:0::/64' },
  { address: 'fe80::1%eth0', source: 'fe80:0:0:0::/64' },
  { address: '', source: '' },
])('requests from $address are of the source $source', ({ address, source }) => {
  expect(attemptSource(address)).toBe(source);
});

test('a user of one source has a counter, and the source has one', () => {
  expect(countersOf(limits, 'u', 's')).toEqual([
    { id: 'user#s#u', limit: 10 },
    { id: 'source#s', limit: 300 },
  ]);
});

test('a limit of 0 counts nothing', () => {
  expect(countersOf({ ...limits, perUser: 0 }, 'u', 's')).toMatchObject([{ limit: 300 }]);
  expect(countersOf({ ...limits, perUser: 0, perSource: 0 }, 'u', 's')).toEqual([]);
});
