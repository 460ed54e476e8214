import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { makeTokens, maxTokenLength } from '../../../adapters/identity/tokens.ts';
import { accountOf, type Grant, grantFor } from '../../../domain/identity/identity.ts';

const key = 'k'.repeat(64);
const start = 1_800_000_000;
const clock = { now: start };
const tokens = makeTokens(
  async () => key,
  () => clock.now * 1000,
);

const account = accountOf('alice', [{ name: 'tenant-a', roles: ['member'] }]);
const scope = { kind: 'default' } as const;
const grant = grantFor({ account, scope, audit_id: 'VcxU2JYqT8OzfUVvrjEITQ', now: start });

const at = async <T>(seconds: number, ask: () => Promise<T>): Promise<T> => {
  clock.now = seconds;
  return ask().finally(() => {
    clock.now = start;
  });
};

test('a token says what was signed', async () => {
  expect(await tokens.verify(await tokens.sign(grant))).toEqual(grant);
});

test('a rescoped and an unscoped token say so', async () => {
  const unscoped: Grant = grantFor({ account, scope: { kind: 'unscoped' }, audit_id: 'a', now: 1 });
  const rescoped = grantFor({ account, scope, from: grant, audit_id: 'b', now: start });
  expect(await at(2, async () => tokens.verify(await tokens.sign(unscoped)))).toEqual(unscoped);
  expect(await tokens.verify(await tokens.sign(rescoped))).toEqual(rescoped);
});

test('a token is good to its last second and not in the next', async () => {
  const token = await tokens.sign(grant);
  expect(await at(grant.expires_at - 1, () => tokens.verify(token))).toBeDefined();
  expect(await at(grant.expires_at, () => tokens.verify(token))).toBeUndefined();
});

test('the longest names and all roles make a token that fits in a header', async () => {
  const longest = accountOf('u'.repeat(64), [
    { name: 'p'.repeat(64), roles: ['admin', 'member', 'reader', 'service'] },
  ]);
  const audit_id = 'x'.repeat(22);
  const from = grantFor({ account: longest, scope, audit_id, now: start });
  const token = await tokens.sign(
    grantFor({ account: longest, scope, from, audit_id, now: start }),
  );
  expect(token.length).toBeLessThan(maxTokenLength);
  expect(token).toMatch(/^[\w.-]+$/);
});

const claims = { sub: 'u', name: 'n', roles: ['admin'], methods: ['password'], jti: 'j' };
const forged = (payload: Record<string, unknown>, alg = 'HS256', secret = key) =>
  new SignJWT(payload)
    .setProtectedHeader({ alg })
    .setIssuer('doctor')
    .setIssuedAt(start)
    .setExpirationTime(start + 60)
    .sign(new TextEncoder().encode(secret));

const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(
  JSON.stringify({ ...claims, iss: 'doctor', iat: start, exp: start + 60 }),
).toString('base64url')}.`;

test.each([
  { what: 'nothing', token: '' },
  { what: 'a word', token: 'notused' },
  { what: 'a token of real Keystone', token: `gAAAAABl${'x'.repeat(170)}` },
  { what: 'one with its signature cut off', token: unsigned },
  { what: 'one under another key', token: await forged(claims, 'HS256', 'z'.repeat(64)) },
  { what: 'one of another algorithm', token: await forged(claims, 'HS512') },
  { what: 'one that lacks a claim', token: await forged({ ...claims, roles: undefined }) },
  { what: 'one that is too long', token: await forged({ ...claims, name: 'n'.repeat(3_000) }) },
  { what: 'one with a changed letter', token: (await forged(claims)).replace('.e', '.f') },
])('$what is not a token', async ({ token }) => {
  expect(await tokens.verify(token)).toBeUndefined();
});

test('what the forgeries are made of would be a token', async () => {
  expect(await tokens.verify(await forged(claims))).toMatchObject({ roles: ['admin'] });
});
