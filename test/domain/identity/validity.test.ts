import { expect, test } from 'vitest';
import { accountOf, grantFor } from '../../../domain/identity/identity.ts';
import { chainOf, sessionOf } from '../../../domain/identity/validity.ts';

const account = { ...accountOf('alice', []), generation: 'g' };
const grant = grantFor({ account, scope: { kind: 'default' }, audit_id: 'a', now: 0 });
const made = { ...grant, credential_id: 'c' };
const credential = { id: 'c', name: 'n', unrestricted: false };

test.each([
  { what: 'of which nothing is known', given: grant, facts: { revoked: false }, good: true },
  { what: 'that was revoked', given: grant, facts: { revoked: true }, good: false },
  {
    what: 'of a user who has changed since',
    given: grant,
    facts: { revoked: false, generation: 'h' },
    good: false,
  },
  {
    what: 'of a user who changed before',
    given: grant,
    facts: { revoked: false, generation: 'g' },
    good: true,
  },
  {
    what: 'of a deleted user',
    given: grant,
    facts: { revoked: false, generation: null },
    good: false,
  },
  { what: 'of a credential', given: made, facts: { revoked: false, credential }, good: true },
  { what: 'of a deleted credential', given: made, facts: { revoked: false }, good: false },
])('a token $what is good: $good', ({ given, facts, good }) => {
  expect(sessionOf(given, facts) !== undefined).toBe(good);
});

test('a session knows its credential', () => {
  expect(sessionOf(made, { revoked: false, credential })).toEqual({ ...made, credential });
});

test('a chain has the audit id of its first token', () => {
  expect(chainOf(grant)).toBe('a');
  expect(chainOf({ ...grant, audit_id: 'b', parent_audit_id: 'a' })).toBe('a');
});
