/** How the secrets of application credentials are stored. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { hashPassword, isPassword } from './passwords.ts';

const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
const prefix = '$sha256$';

/** A secret of 512 random bits, as long as Keystone's. */
export const newSecret = (): string => randomBytes(64).toString('base64url');

/** The hash of a secret that Doctor generated. It cannot be guessed, so the hash may be fast. */
export const hashGenerated = (secret: string): string =>
  `${prefix}${digestOf(secret).toString('base64')}`;

/** The hash of a secret that a caller chose. */
export const hashGiven = hashPassword;

/**
 * Whether a secret has the hash. A wrong secret takes as long as a wrong password, for every kind of
 * hash and without one.
 */
export async function isSecret(
  secret: string,
  hash: string | undefined,
  rounds?: number,
): Promise<boolean> {
  if (hash?.startsWith(prefix)) {
    const stored = Buffer.from(hash.slice(prefix.length), 'base64');
    if (stored.length === 32 && timingSafeEqual(digestOf(secret), stored)) return true;
    return isPassword(secret, undefined, rounds);
  }
  return isPassword(secret, hash, rounds);
}
