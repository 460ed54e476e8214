import { expect, test } from 'vitest';
import { DomainError } from '../../../domain/errors.ts';
import {
  accountOf,
  admin,
  callerOf,
  type Grant,
  grantFor,
  IdentityName,
  membershipIn,
  type Scope,
  tokenLifeSeconds,
} from '../../../domain/identity/identity.ts';
import { nameId } from '../../../domain/ids.ts';

const alice = accountOf('alice', [
  { name: 'tenant-a', roles: ['member'] },
  { name: 'tenant-b', roles: ['reader', 'service'] },
  { name: 'tenant-c', roles: [] },
]);
const homeless = accountOf('bob', []);
const project = (name: string): Scope => ({ kind: 'project', id: nameId('project', name) });
const login = (scope: Scope, from?: Grant) =>
  grantFor({ account: alice, scope, audit_id: 'audit-2', now: 1_000, ...(from && { from }) });

test.each([
  { account: alice, scope: { kind: 'default' }, name: 'tenant-a' },
  { account: homeless, scope: { kind: 'default' }, name: undefined },
  { account: alice, scope: { kind: 'unscoped' }, name: undefined },
  { account: alice, scope: project('tenant-b'), name: 'tenant-b' },
] as const)('scope $scope of $account.name is $name', ({ account, scope, name }) => {
  expect(membershipIn(account, scope)?.name).toBe(name);
});

test.each([
  { why: 'a project of others', scope: project('tenant-z') },
  { why: 'a project without a role in it', scope: project('tenant-c') },
  { why: 'a domain, the system or a trust', scope: { kind: 'foreign' } },
] as const)('a scope on $why is refused like a wrong password', ({ scope }) => {
  expect(() => membershipIn(alice, scope)).toThrow(
    new DomainError('unauthenticated', 'The request you have made requires authentication.'),
  );
});

test('implied roles are written out in a grant', () => {
  const scope = { kind: 'default' } as const;
  expect(login(scope).roles).toEqual(['member', 'reader']);
  expect(grantFor({ account: admin, scope, audit_id: 'a', now: 0 }).roles).toEqual([
    'admin',
    'member',
    'reader',
  ]);
});

test('an unscoped grant has neither project nor roles', () => {
  const grant = login({ kind: 'unscoped' });
  expect(grant).not.toHaveProperty('project');
  expect(grant.roles).toEqual([]);
  expect(callerOf(grant)).toEqual({ user_id: alice.id, user_name: 'alice', roles: [] });
});

test('a grant lives an hour', () => {
  expect(login({ kind: 'default' })).toMatchObject({
    issued_at: 1_000,
    expires_at: 1_000 + tokenLifeSeconds,
    methods: ['password'],
  });
});

test('a rescoped grant ends with the one it was made from and names the first of its chain', () => {
  const first: Grant = { ...login({ kind: 'unscoped' }), audit_id: 'audit-1', expires_at: 1_500 };
  const second = login(project('tenant-b'), first);
  expect(second).toMatchObject({
    audit_id: 'audit-2',
    parent_audit_id: 'audit-1',
    methods: ['token', 'password'],
    expires_at: 1_500,
    project: { name: 'tenant-b' },
  });
  const third = login(project('tenant-a'), second);
  expect(third).toMatchObject({ parent_audit_id: 'audit-1', methods: ['token', 'password'] });
});

test.each(['a', 'tenant-a', 'alice@example.org', '7', 'a'.repeat(64)])('%s is a name', (name) => {
  expect(IdentityName.safeParse(name).success).toBe(true);
});

test.each(['', '-a', 'a:b', 'a b', 'a/b', 'å', 'a\n', 'a'.repeat(65)])('%j is no name', (name) => {
  expect(IdentityName.safeParse(name).success).toBe(false);
});
