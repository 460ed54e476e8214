import { expect, test } from 'vitest';
import { makeAccounts } from '../../../adapters/identity/accounts.ts';
import { hashPassword } from '../../../adapters/identity/passwords.ts';
import { accountOf, admin } from '../../../domain/identity/identity.ts';

const alice = accountOf('alice', [{ name: 'tenant-a', roles: ['member'] }]);
const row = { ...alice, password_hash: await hashPassword('alice-secret') };
const reads: string[] = [];
const accounts = makeAccounts(
  async (id) => {
    reads.push(id);
    return id === alice.id ? row : undefined;
  },
  async () => JSON.stringify({ username: 'admin', password: 'admin-secret' }),
);

test.each([
  { who: 'a user', id: alice.id, password: 'alice-secret', found: alice },
  { who: 'a user with a wrong password', id: alice.id, password: 'admin-secret', found: undefined },
  { who: 'no user', id: 'unknown', password: 'alice-secret', found: undefined },
  { who: 'the admin', id: admin.id, password: 'admin-secret', found: admin },
  { who: 'the admin, wrongly', id: admin.id, password: 'admin-secre', found: undefined },
])('$who gives an account without its hash, or none', async ({ id, password, found }) => {
  expect(await accounts.withPassword(id, password)).toEqual(found);
});

test('an account is read by id, the admin without a read', async () => {
  reads.length = 0;
  expect(await accounts.get(alice.id)).toEqual(alice);
  expect(await accounts.get('unknown')).toBeUndefined();
  expect(await accounts.get(admin.id)).toEqual(admin);
  expect(reads).toEqual([alice.id, 'unknown']);
});
