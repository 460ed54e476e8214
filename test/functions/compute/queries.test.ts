import { expect, test } from 'vitest';
import { queryOf } from '../../../functions/compute/nova-types.ts';
import { ServerQuery } from '../../../functions/compute/server-query.ts';

test.each([
  ['^web-[0-9]+$', true],
  ['.*db.*', true],
  ['a*a*a*b', false], // a name of 255 letters would keep a function busy for minutes
  ['a?a?a?b', false],
  ['(a|b)', false],
  ['a{', false], // a pattern for some engines, not for the one that is used
  [']', false],
])('servers named like %s can be asked for: %s', (name, accepted) => {
  expect(ServerQuery.safeParse({ name: [name] }).success).toBe(accepted);
});

test('a filter longer than anything that is filtered by is refused, with its name', () => {
  const { success, error } = queryOf('host').safeParse({ host: ['x'.repeat(256)] });
  expect(success).toBe(false);
  expect(error?.issues[0]).toMatchObject({ path: ['host'], message: 'It is too long.' });
});
