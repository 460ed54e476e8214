import { expect, test } from 'vitest';
import { isAllowed } from '../../../domain/identity/access-rule.ts';
import { callerOf } from '../../../domain/identity/identity.ts';
import {
  type OtherToken,
  rememberedUntil,
  sessionOfOther,
} from '../../../domain/identity/other-issuer.ts';

const token: OtherToken = {
  audit_id: 'audit',
  methods: ['password'],
  user: { id: 'u', name: 'alice' },
  project: { id: 'p', name: 'red' },
  roles: ['member'],
  issued_at: 0,
  expires_at: 3600,
};

test.each<[string[], string[]]>([
  [['reader'], ['reader']],
  [['member'], ['member', 'reader']],
  [['admin'], ['admin', 'member', 'reader']],
  [['service'], ['service']],
  [['swiftoperator'], ['swiftoperator']],
])('the roles %j in a project are %j here, as for Doctor’s own users', (given, held) => {
  expect(callerOf(sessionOfOther({ ...token, roles: given }))).toEqual({
    user_id: 'u',
    user_name: 'alice',
    project_id: 'p',
    project_name: 'red',
    roles: held,
  });
});

test('the roles of a token without a project do not count, because they may be for a domain or the system', () => {
  const { project, ...without } = token;
  const caller = callerOf(sessionOfOther({ ...without, roles: ['admin'] }));
  expect(caller).toEqual({ user_id: 'u', user_name: 'alice', roles: [] });
});

test.each([
  { access_rules: undefined, allowed: true },
  { access_rules: [], allowed: false },
  { access_rules: [{ service: 'alarming', method: 'GET', path: '/v2/**' }], allowed: true },
  { access_rules: [{ service: 'alarming', method: 'POST', path: '/v2/**' }], allowed: false },
  { access_rules: [{ service: 'alarming', method: 'GET', path: '/v2' }], allowed: false },
  // A method that Doctor does not have, and no path: such rules allow nothing.
  { access_rules: [{ service: 'alarming', method: 'COPY', path: '/v2/**' }], allowed: false },
  { access_rules: [{ service: 'alarming', method: 'GET', path: '' }], allowed: false },
])('$access_rules: a request is allowed: $allowed', ({ access_rules, allowed }) => {
  const credential = {
    id: 'c',
    name: 'n',
    restricted: true,
    ...(access_rules && { access_rules }),
  };
  const session = sessionOfOther({ ...token, credential });
  const asked = { service: 'alarming', method: 'GET', path: '/v2/alarms' };
  expect(isAllowed(session.credential?.access_rules, asked)).toBe(allowed);
  expect(callerOf(session).credential).toEqual({ restricted: true });
});

test('an accepted token is remembered for a minute at most, and never beyond its end', () => {
  expect(rememberedUntil({ expires_at: 3600 }, 100)).toBe(160);
  expect(rememberedUntil({ expires_at: 130 }, 100)).toBe(130);
});
