import { expect, test } from 'vitest';
import { tokenLifeSeconds } from '../../../domain/identity/identity.ts';
import {
  type KeyRing,
  keyDelaySeconds,
  keyReadingSeconds,
  keyRingText,
  readKeyRing,
  replaced,
  rotated,
  signingKey,
  verifyingKey,
} from '../../../domain/identity/signing-keys.ts';

const generated = 'k'.repeat(64);
const first = readKeyRing(generated);
const made = (kid: string) => ({ kid, key: kid.padEnd(64, 'x') });
const now = 1_800_000_000;

test('the secret as it was generated is one key without an id', () => {
  expect(first).toEqual([{ kid: '', key: generated, signs_from: 0 }]);
  expect(signingKey(first, now).key).toBe(generated);
  expect(verifyingKey(first, '', now)?.key).toBe(generated);
  expect(verifyingKey(first, 'other', now)).toBeUndefined();
});

test('a key ring is read as it was written, and an invalid one is an internal error', () => {
  const ring = rotated(first, made('a'), now);
  expect(readKeyRing(keyRingText(ring))).toEqual(ring);
  for (const text of ['{}', '{"keys":[]}', '{"keys":[{"kid":"a","key":"short"}]}']) {
    expect(() => readKeyRing(text)).toThrow();
  }
});

test('a new key signs when every function has read it, and not before', () => {
  const ring = rotated(first, made('a'), now);
  expect(keyDelaySeconds).toBeGreaterThan(keyReadingSeconds);
  expect(signingKey(ring, now + keyDelaySeconds - 1).kid).toBe('');
  expect(signingKey(ring, now + keyDelaySeconds).kid).toBe('a');
  expect(verifyingKey(ring, 'a', now)?.kid).toBe('a');
});

test('the last token of an old key is good to its end, even of a function that reads late', () => {
  const ring = rotated(first, made('a'), now);
  const lastSigned = now + keyDelaySeconds + keyReadingSeconds;
  expect(verifyingKey(ring, '', lastSigned + tokenLifeSeconds)?.kid).toBe('');
  expect(verifyingKey(ring, '', now + 3 * tokenLifeSeconds)).toBeUndefined();
});

test('a second rotation waits for the first, and drops keys that verify no more', () => {
  const second = rotated(first, made('a'), now);
  expect(() => rotated(second, made('b'), now + keyDelaySeconds - 1)).toThrow(/does not sign yet/);
  const third = rotated(second, made('b'), now + keyDelaySeconds);
  expect(third.map(({ kid }) => kid)).toEqual(['', 'a', 'b']);
  const later = rotated(third, made('c'), now + 5 * tokenLifeSeconds);
  expect(later.map(({ kid }) => kid)).toEqual(['b', 'c']);
});

test('after a leak the new key alone signs and verifies, at once', () => {
  const ring: KeyRing = replaced(made('a'));
  expect(signingKey(ring, now).kid).toBe('a');
  expect(verifyingKey(ring, '', now)).toBeUndefined();
});
