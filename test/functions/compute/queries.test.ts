import { expect, test } from 'vitest';
import * as z from 'zod';
import { atLeast } from '../../../adapters/http/microversion.ts';
import { queryOf } from '../../../functions/compute/nova-types.ts';
import { serverEras } from '../../../functions/compute/servers/server-query.ts';
import { worldOf } from '../../flows/world.ts';
import { computeOf } from './surface.ts';

const asked = (query: Record<string, string[]>, version = '2.94') => {
  const era = serverEras.findLast(({ versions }) => atLeast(versionOf(version), versions.from));
  return z.safeParse(era?.query ?? z.never(), query);
};
const versionOf = (text: string) => {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  return { major, minor };
};

test.each([
  ['^web-[0-9]+$', true],
  ['.*db.*', true],
  ['a*a*a*b', true],
  ['(a|b)+c', true],
  ['a{', true],
  ['a**', false],
  ['(?=a)', false],
  ['(a', false],
  ['x{1000}', false],
])('a filter by the name %s is accepted: %s', (name, accepted) => {
  expect(asked({ name: [name] }).success).toBe(accepted);
});

test.each([
  ['changes-since', 'yesterday'],
  ['changes-since', '2026-02-30T00:00:00Z'],
  ['changes-before', '2026'],
  ['ip', '('],
  ['created_at', '['],
  ['locked', 'perhaps'],
  ['all_tenants', 'perhaps'],
  ['sort_key', 'happiness'],
  ['sort_key', ''],
  ['sort_key', 'constructor'],
  ['sort_dir', 'up'],
  ['limit', '-1'],
  ['happy', '1'],
  ['__proto__', '1'],
])('%s=%s is refused, and the error names the key', (key, value) => {
  const { success, error } = asked(Object.fromEntries([[key, [value]]]));
  expect(success).toBe(false);
  expect(error?.issues[0]?.path).toEqual([key]);
});

test('more directions than sort keys, and changes-before before changes-since, are refused', () => {
  expect(asked({ sort_key: ['uuid'], sort_dir: ['asc', 'desc'] }).success).toBe(false);
  expect(asked({ sort_dir: ['asc', 'desc'] }).success).toBe(false);
  const [early, late] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'];
  expect(asked({ 'changes-since': [late], 'changes-before': [early] }).success).toBe(false);
  expect(asked({ 'changes-since': [early], 'changes-before': [late] }).success).toBe(true);
});

/** Keys that a microversion does not know yet, or no longer. */
test.each([
  ['happy', '1', '2.74', true],
  ['happy', '1', '2.75', false],
  ['sort_key', 'memory_mb', '2.74', true],
  ['sort_key', 'memory_mb', '2.75', false],
  ['sort_key', 'locked', '2.72', true],
  ['sort_key', 'locked', '2.75', true],
  ['changes-before', 'x', '2.65', true],
  ['changes-before', 'x', '2.66', false],
  ['locked', 'x', '2.72', true],
  ['locked', 'x', '2.73', false],
])('%s=%s at %s is accepted: %s', (key, value, version, accepted) => {
  expect(asked({ [key]: [value] }, version).success).toBe(accepted);
});

test('a filter longer than any field is refused, and the error names the key', () => {
  const { success, error } = queryOf('host').safeParse({ host: ['x'.repeat(256)] });
  expect(success).toBe(false);
  expect(error?.issues[0]).toMatchObject({ path: ['host'], message: 'It is too long.' });
});

test.each([
  ['/v2.1/os-services', '2.74', 200],
  ['/v2.1/os-services', '2.75', 400],
  ['/v2.1/flavors/detail', '2.74', 200],
  ['/v2.1/flavors/detail', '2.75', 400],
  ['/v2.1/os-hypervisors', '2.75', 400],
  ['/v2.1/servers', '2.75', 400],
  ['/v2.1/servers/detail', '2.75', 400],
])('a key that %s does not know is at %s answered with %i', async (path, version, status) => {
  const query = Object.fromEntries([['__proto__', ['1']]]);
  for (const each of [query, { happy: ['1'] }]) {
    expect((await computeOf(worldOf())(path, { version, query: each })).status).toBe(status);
  }
});
