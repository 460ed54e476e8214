/**
 * The keys that sign tokens. Every function knows a new key before it signs. An old key verifies until
 * the last token that it signed has ended. So no valid token is refused.
 */
import * as z from 'zod';
import { DomainError } from '../errors.ts';
import { tokenLifeSeconds } from './identity.ts';

const SigningKey = z.object({
  /** The JWT header `kid`. It is empty for the deployment's first key, whose tokens have no `kid`. */
  kid: z.string(),
  key: z.string().min(32),
  /** Seconds since 1970, as all times here. */
  signs_from: z.number(),
  /** Absent for the newest key. */
  verifies_until: z.number().optional(),
});
export type SigningKey = z.infer<typeof SigningKey>;

/** The keys of a deployment, oldest first; at least one. */
export type KeyRing = readonly [SigningKey, ...SigningKey[]];

const StoredRing = z.object({ keys: z.tuple([SigningKey], SigningKey) });

/** The longest time after which a function reads the keys again. */
export const keyReadingSeconds = 300;
/** From the creation of a key until it signs: twice the time in which a function may not know it. */
export const keyDelaySeconds = 2 * keyReadingSeconds;

/** The keys in the text of the secret: a key ring as JSON, or the key that the deployment generated. */
export function readKeyRing(text: string): KeyRing {
  if (!text.startsWith('{')) return [{ kid: '', key: text, signs_from: 0 }];
  return StoredRing.parse(JSON.parse(text)).keys;
}

/** The text of the secret with these keys. */
export const keyRingText = (keys: KeyRing): string => JSON.stringify({ keys });

/** The key that signs now: the newest one that signs already. `now` in seconds since 1970. */
export const signingKey = (ring: KeyRing, now: number): SigningKey =>
  ring.findLast(({ signs_from }) => signs_from <= now) ?? ring[0];

/** The key of that id, if it still verifies; undefined otherwise. */
export const verifyingKey = (ring: KeyRing, kid: string, now: number): SigningKey | undefined =>
  ring.find((key) => key.kid === kid && now < (key.verifies_until ?? Number.POSITIVE_INFINITY));

/**
 * The ring with a new key, which signs after `keyDelaySeconds`. From then on the key before it verifies
 * for the life of a token and one more delay. Keys that no longer verify are left out.
 * @throws DomainError `conflict` while the last new key does not sign yet.
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

/** A ring of the new key only, for after a leak: all tokens end, and clients log in again. */
export const replaced = (made: { readonly kid: string; readonly key: string }): KeyRing => [
  { ...made, signs_from: 0 },
];
