import { expect, test } from 'vitest';
import { accessRuleId, isAllowed } from '../../../domain/identity/access-rule.ts';

const get = (path: string) => ({ service: 'compute', method: 'GET', path }) as const;

test.each([
  { pattern: '/v2.1/servers', path: '/v2.1/servers', is: true },
  { pattern: '/v2.1/servers', path: '/v2.1/servers/1', is: false },
  { pattern: '/v2.1/servers', path: '/v2X1/servers', is: false }, // a dot is a dot
  { pattern: '/v2.1/*', path: '/v2.1/servers', is: true },
  { pattern: '/v2.1/*', path: '/v2.1/servers/1', is: false },
  { pattern: '/v2.1/*', path: '/v2.1/', is: false },
  { pattern: '/v2.1/servers/{id}', path: '/v2.1/servers/1', is: true },
  { pattern: '/v2.1/servers/{server_id}/tags/{tag}', path: '/v2.1/servers/1/tags/a', is: true },
  { pattern: '/v2.1/servers/{id}', path: '/v2.1/servers/1/tags', is: false },
  { pattern: '/v2.1/**', path: '/v2.1/servers/1/tags', is: true },
  { pattern: '/v2.1/**', path: '/v2.1/', is: true },
  { pattern: '/**/tags', path: '/v2.1/servers/1/tags', is: true },
  { pattern: '/**/tags', path: '/v2.1/servers/1/tags/a', is: false },
  { pattern: '/a*c', path: '/abc', is: true },
  { pattern: '/a*c', path: '/ac', is: false },
  { pattern: '/{open', path: '/{open', is: true },
  { pattern: '/(a|b)+', path: '/a', is: false },
])('$pattern allows $path: $is', ({ pattern, path, is }) => {
  expect(isAllowed([get(pattern)], get(path))).toBe(is);
});

test('service and method count, and one rule of several is enough', () => {
  const rules = [get('/a'), get('/b')];
  expect(isAllowed(rules, get('/b'))).toBe(true);
  expect(isAllowed(rules, { ...get('/b'), method: 'HEAD' })).toBe(false);
  expect(isAllowed(rules, { ...get('/b'), service: 'network' })).toBe(false);
});

test('without rules all requests are allowed, with an empty list none', () => {
  expect(isAllowed(undefined, get('/a'))).toBe(true);
  expect(isAllowed([], get('/a'))).toBe(false);
});

test('a pattern of many wildcards is matched in the time of a short one', () => {
  const pattern = `/${'**a'.repeat(74)}`;
  expect(isAllowed([get(pattern)], get(`/${'a'.repeat(5_000)}b`))).toBe(false);
});

test('the same rule of the same user has the same id, of another user another', () => {
  expect(accessRuleId('u', get('/a'))).toMatch(/^[0-9a-f]{32}$/);
  expect(accessRuleId('u', get('/a'))).toBe(accessRuleId('u', get('/a')));
  expect(accessRuleId('v', get('/a'))).not.toBe(accessRuleId('u', get('/a')));
});
