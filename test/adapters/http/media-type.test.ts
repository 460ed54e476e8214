import { describe, expect, test } from 'vitest';
import type { DialectName } from '../../../adapters/http/dialects.ts';
import { requireReadable } from '../../../adapters/http/media-type.ts';
import { DomainError } from '../../../domain/errors.ts';

/** The status with which a media type is refused; `read` if the body is read. */
function outcome(dialect: DialectName, type: string): string {
  try {
    requireReadable(dialect, type);
    return 'read';
  } catch (error) {
    return error instanceof DomainError ? error.code : String(error);
  }
}

const dialects = ['identity', 'compute', 'network', 'alarming', 'doctor'] as const;

describe.each(dialects)('on %s', (dialect) => {
  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON'])(
    'JSON that is said to be %s is read',
    (type) => {
      expect(outcome(dialect, type)).toBe('read');
    },
  );
});

const unsupported = 'unsupported_media_type';

/** What each service does with JSON of this media type; `none`: without the header. */
test.each([
  ['identity', 'none', 'read'],
  ['identity', 'application/vnd.api+json', 'read'],
  ['identity', 'text/plain', 'invalid'],
  ['identity', 'application/x-www-form-urlencoded', 'invalid'],
  ['compute', 'none', 'read'],
  ['compute', 'text/plain', 'read'],
  ['compute', 'application/vnd.openstack.compute+json', 'read'],
  ['compute', 'application/xml', unsupported],
  ['compute', 'application/x-www-form-urlencoded', unsupported],
  ['network', 'none', 'read'],
  ['network', 'text/plain', 'read'],
  ['network', 'application/x-www-form-urlencoded', 'read'],
  ['alarming', 'none', unsupported],
  ['alarming', 'text/plain', unsupported],
  ['alarming', 'application/jsonp', unsupported],
  ['doctor', 'none', 'read'],
  ['doctor', 'application/x-www-form-urlencoded', unsupported],
  ['doctor', 'text/plain', unsupported],
] as const)('on %s JSON of the type %s: %s', (dialect, type, expected) => {
  expect(outcome(dialect, type === 'none' ? '' : type)).toBe(expected);
});

test('a refusal names the type, and no more of it than one may read', () => {
  expect(() => requireReadable('alarming', 'text/plain')).toThrow('Unknown mimetype: text/plain');
  const long = `text/${'x'.repeat(10_000)}`;
  expect(() => requireReadable('compute', long)).toThrow(/^.{0,200}$/);
});
