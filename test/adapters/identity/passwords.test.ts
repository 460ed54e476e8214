import { scryptSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { hashPassword, isPassword } from '../../../adapters/identity/passwords.ts';
import { keysDerived } from './keys-derived.ts';

const hash = await hashPassword('correct horse');

test('a hash brings its salt and cost and not the password', () => {
  expect(hash).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[\w+/]{22}==\$[\w+/]{43}=$/);
});

test('the same password makes another hash each time', async () => {
  expect(await hashPassword('correct horse')).not.toBe(hash);
});

test.each([
  { password: 'correct horse', right: true },
  { password: 'correct horse ', right: false },
  { password: '', right: false },
])('$password is the password: $right', async ({ password, right }) => {
  expect(await isPassword(password, hash)).toBe(right);
});

test('a hash of another cost is checked at that cost', async () => {
  const key = scryptSync('old', Buffer.alloc(16), 32, { N: 1024, r: 8, p: 1 });
  const salt = Buffer.alloc(16).toString('base64');
  const old = `$scrypt$ln=10,r=8,p=1$${salt}$${key.toString('base64')}`;
  expect(await isPassword('old', old)).toBe(true);
  expect(await isPassword('new', old)).toBe(false);
});

test.each([10, 16])('a deployment may have hashes of %i rounds', async (rounds) => {
  const own = await hashPassword('correct horse', rounds);
  expect(own).toContain(`ln=${rounds},r=8,p=3`);
  expect(await isPassword('correct horse', own)).toBe(true);
  expect(await keysDerived(() => isPassword('wrong', undefined, rounds))).toBe(1);
});

test('no password fits a user who does not exist', async () => {
  expect(await isPassword('', undefined)).toBe(false);
});

test.each([
  { whose: 'no user', stored: undefined },
  { whose: 'a user', stored: hash },
])(
  "for a wrong password of $whose one key is derived: the answer's time does not reveal which",
  async ({ stored }) => {
    expect(await keysDerived(() => isPassword('wrong', stored))).toBe(1);
  },
);

test.each(['', 'plain text', '$scrypt$ln=15,r=8,p=3$AAAA$AAAA'])(
  'a malformed stored hash (%j) is our fault and not a wrong password',
  async (stored) => {
    await expect(isPassword('x', stored)).rejects.toThrow('a stored password hash is malformed');
  },
);
