/**
 * The keys that tokens are signed with. A new key is known everywhere before it signs, and an old one
 * verifies until the last token that it signed has ended, so no valid token is ever refused.
 */
import * as z from 'zod';
import { DomainError } from '../errors.ts';
import { tokenLifeSeconds } from './identity.ts';

const SigningKey = z.object({
  /** The JWT header `kid`; empty, for the key of the deployment, is no header. */
  kid: z.string(),
  key: z.string().min(32),
  /** Seconds since 1970, as all times here. */
  signs_from: z.number(),
  /** Absent for the newest key. */
  verifies_until: z.number().optional(),
});
export type SigningKey = z.infer<typeof SigningKey>;

/** The keys of a deployment, oldest first; one at least. */
export type KeyRing = readonly [SigningKey, ...SigningKey[]];

const StoredRing = z.object({ keys: z.tuple([SigningKey], SigningKey) });

/** Each function reads the keys again after this at the latest. */
export const keyReadingSeconds = 300;
/** From its making, until a key signs: twice as long as a function may not know it. */
export const keyDelaySeconds = 2 * keyReadingSeconds;

/** The keys in the text of the secret: a ring as JSON, or the one key that the deployment generated. */
export function readKeyRing(text: string): KeyRing {
  if (!text.startsWith('{')) return [{ kid: '', key: text, signs_from: 0 }];
  return StoredRing.parse(JSON.parse(text)).keys;
}

/** The text of the secret with these keys. */
export const keyRingText = (keys: KeyRing): string => JSON.stringify({ keys });

/** The key that signs now: the newest whose time has come. */
export const signingKey = (ring: KeyRing, now: number): SigningKey =>
  ring.findLast(({ signs_from }) => signs_from <= now) ?? ring[0];

/** The key of that id, if it still verifies; undefined otherwise. */
export const verifyingKey = (ring: KeyRing, kid: string, now: number): SigningKey | undefined =>
  ring.find((key) => key.kid === kid && now < (key.verifies_until ?? Number.POSITIVE_INFINITY));

/**
 * The ring with a new key, which signs after `keyDelaySeconds`; the key before it verifies for a
 * token's life longer, and a delay more. Keys that no longer verify are left out.
 * @throws conflict while the last new key does not sign yet.
 */
export function rotated(
  ring: KeyRing,
  made: { readonly kid: string; readonly key: string },
  now: number,
): KeyRing {
  const signs_from = now + keyDelaySeconds;
  if (ring.some((key) => key.signs_from > now)) {
    throw new DomainError('conflict', 'A new key was made a moment ago and does not sign yet.');
  }
  const verifies_until = signs_from + tokenLifeSeconds + keyDelaySeconds;
  const [first, ...others] = ring
    .filter((key) => now < (key.verifies_until ?? Number.POSITIVE_INFINITY))
    .map((key) => ({ ...key, verifies_until: key.verifies_until ?? verifies_until }));
  const added = { ...made, signs_from };
  return first ? [first, ...others, added] : [added];
}

/** A ring of the new key alone, for when an old one has leaked: all tokens end, and clients log in again. */
export const replaced = (made: { readonly kid: string; readonly key: string }): KeyRing => [
  { ...made, signs_from: 0 },
];
