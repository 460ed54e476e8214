import { expect, test } from 'vitest';
import { makeLogins } from '../../../adapters/identity/logins.ts';
import {
  hashGenerated,
  hashGiven,
  isSecret,
  newSecret,
} from '../../../adapters/identity/secret-hashes.ts';
import type { StoredCredential } from '../../../domain/identity/application-credential.ts';
import { accountOf } from '../../../domain/identity/identity.ts';
import { keysDerived } from './keys-derived.ts';

const alice = { ...accountOf('alice', []), incarnation: 'i' };
const credential: StoredCredential = {
  ...{ id: 'c1', name: 'n', user_id: alice.id, incarnation: 'i', unrestricted: false },
  ...{ project: { id: 'p', name: 'p' }, roles: [], description: null },
  secret_hash: hashGenerated('secret'),
};

function setUp({ allowed = true } = {}) {
  const begun: string[][] = [];
  const succeeded: string[][] = [];
  const logins = makeLogins({
    accounts: {
      get: async (id) => (id === alice.id ? alice : undefined),
      withPassword: async (id, password) =>
        id === alice.id && password === 'right' ? alice : undefined,
    },
    credentials: {
      byId: async (id) => (id === credential.id ? credential : undefined),
      byName: async ({ user_id, incarnation }, name) =>
        user_id === alice.id && incarnation === 'i' && name === 'n' ? credential : undefined,
    },
    attempts: {
      begin: async (...attempt) => {
        begun.push(attempt);
        return allowed;
      },
      succeed: async (...attempt) => {
        succeeded.push(attempt);
      },
    },
  });
  return { logins, begun, succeeded };
}

test('each password is an attempt of its source on its user; a right one is taken back', async () => {
  const { logins, begun, succeeded } = setUp();
  expect(await logins.withPassword(alice.id, 'wrong', '2001:db8::1')).toBeUndefined();
  expect(await logins.withPassword(undefined, 'right', '192.0.2.1')).toBeUndefined();
  expect(await logins.withPassword(alice.id, 'right', '192.0.2.1')).toEqual(alice);
  expect(begun).toEqual([
    [alice.id, '2001:db8:0:0::/64'],
    ['unknown', '192.0.2.1'],
    [alice.id, '192.0.2.1'],
  ]);
  expect(succeeded).toEqual([[alice.id, '192.0.2.1']]);
});

test('after too many attempts no login succeeds, with the right password or secret either', async () => {
  const { logins, succeeded } = setUp({ allowed: false });
  expect(await logins.withPassword(alice.id, 'right', 's')).toBeUndefined();
  expect(await logins.withCredential({ id: 'c1' }, 'secret', 's')).toBeUndefined();
  expect(succeeded).toEqual([]);
});

test.each([
  { how: 'its id', reference: { id: 'c1' }, found: true },
  { how: 'its name and user', reference: { user_id: alice.id, name: 'n' }, found: true },
  { how: 'an unknown id', reference: { id: 'c2' }, found: false },
  { how: 'an unknown name', reference: { user_id: alice.id, name: 'm' }, found: false },
  { how: 'an unknown user', reference: { user_id: 'x', name: 'n' }, found: false },
  { how: 'a user of elsewhere', reference: { user_id: undefined, name: 'n' }, found: false },
])('a credential is found by $how: $found', async ({ reference, found }) => {
  const { logins } = setUp();
  const login = await logins.withCredential(reference, 'secret', 's');
  expect(login).toEqual(found ? { account: alice, credential } : undefined);
  expect(await logins.withCredential(reference, 'wrong', 's')).toBeUndefined();
});

const given = await hashGiven('correct horse');
test.each([
  { what: 'no credential', hash: undefined, keys: 1 },
  { what: 'a generated secret', hash: hashGenerated('secret'), keys: 1 },
  { what: 'the secret of a credential', hash: given, keys: 1 },
])(
  'a wrong secret of $what derives one key: the time does not reveal which',
  async ({ hash, keys }) => {
    expect(await keysDerived(() => isSecret('wrong', hash))).toBe(keys);
  },
);

test('a right secret that we generated costs no key', async () => {
  const secret = newSecret();
  expect(secret).toMatch(/^[\w-]{86}$/);
  const hash = hashGenerated(secret);
  expect(hash).not.toContain(secret);
  expect(await isSecret(secret, hash)).toBe(true);
  expect(await keysDerived(() => isSecret(secret, hash))).toBe(0);
  expect(await isSecret('correct horse', given)).toBe(true);
});
