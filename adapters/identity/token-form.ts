/** What a token shows of its issuer before anything is checked, so that it is checked in one place only. */
import { decodeJwt } from 'jose';

/**
 * The claim `iss` of a JWT, not verified; undefined for a token that is no JWT or has no such claim,
 * such as Keystone's.
 */
export function issuerIn(token: string): string | undefined {
  // A header and a payload of JSON begin with these letters.
  if (!/^ey[\w-]+\.ey[\w-]+\.[\w-]*$/.test(token)) return undefined;
  try {
    const { iss } = decodeJwt(token);
    return typeof iss === 'string' ? iss : undefined;
  } catch {
    return undefined;
  }
}
