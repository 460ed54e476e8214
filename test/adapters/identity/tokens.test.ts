import { decodeProtectedHeader, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { makeTokens, maxTokenLength } from '../../../adapters/identity/tokens.ts';
import { cached } from '../../../adapters/secrets.ts';
import { accountOf, type Grant, grantFor } from '../../../domain/identity/identity.ts';
import {
  keyRingText,
  readKeyRing,
  replaced,
  rotated,
} from '../../../domain/identity/signing-keys.ts';

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

test('a token contains what was signed', async () => {
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

test('the token from which the forgeries are made is valid', async () => {
  expect(await tokens.verify(await forged(claims))).toMatchObject({ roles: ['admin'] });
});

const credentialled: Grant = { ...grant, generation: 'g-1', credential_id: 'c'.repeat(32) };

test("a token says its user's generation and its credential", async () => {
  expect(await tokens.verify(await tokens.sign(credentialled))).toEqual(credentialled);
});

/** A process that reads the signing keys every five minutes, or when it meets an unknown key. */
function reader(world: { text: string; reads: number }) {
  const read = cached(
    async () => {
      world.reads += 1;
      return world.text;
    },
    { now: () => clock.now * 1000, onStale: () => {} },
  );
  return makeTokens(read, () => clock.now * 1000);
}

const ring = (text: string, kid: string, now: number) =>
  keyRingText(rotated(readKeyRing(text), { kid, key: kid.padEnd(64, 'x') }, now));

test('through a rotation no token is refused, also by a process that reads the keys late', async () => {
  const world = { text: key, reads: 0 };
  const [signer, verifier] = [reader(world), reader(world)];
  const signed = async (now: number) =>
    signer.sign(grantFor({ account, scope, audit_id: 'a', now }));
  await verifier.verify(await signed(start));
  world.text = ring(key, 'new', start);
  for (let now = start; now < start + 9_000; now += 100) {
    await at(now, async () => {
      expect(await verifier.verify(await signed(now))).toBeDefined();
    });
  }
  const kid = decodeProtectedHeader(await at(start + 9_000, () => signed(start + 9_000))).kid;
  expect(kid).toBe('new');
});

test('tokens issued before a rotation are good to their end, and those of a leaked key are not', async () => {
  const world = { text: key, reads: 0 };
  const old = await tokens.sign(grant);
  world.text = ring(key, 'new', start);
  const last = grant.expires_at - 1;
  expect(await at(last, () => reader(world).verify(old))).toBeDefined();
  world.text = keyRingText(replaced({ kid: 'new', key: 'n'.repeat(64) }));
  expect(await reader(world).verify(old)).toBeUndefined();
});

test('an unknown key makes the keys be read again, at most every five seconds', async () => {
  const world = { text: key, reads: 0 };
  const verifier = reader(world);
  await verifier.verify(await tokens.sign(grant));
  const other = makeTokens(async () => keyRingText(replaced({ kid: 'b', key: 'n'.repeat(64) })));
  const later = grantFor({ account, scope, audit_id: 'a', now: Math.floor(Date.now() / 1000) });
  const foreign = await other.sign({ ...later, issued_at: start, expires_at: start + 3_600 });
  for (const _ of [1, 2, 3]) expect(await verifier.verify(foreign)).toBeUndefined();
  expect(world.reads).toBe(1);
  world.text = keyRingText(replaced({ kid: 'b', key: 'n'.repeat(64) }));
  expect(await at(start + 5, () => verifier.verify(foreign))).toBeDefined();
  expect(world.reads).toBe(2);
});
