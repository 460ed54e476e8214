/** What a token shows of its issuer before anything is checked, so that it is checked in one place only. */
import * as z from 'zod';

const Payload = z.object({ iss: z.string().optional() });

/**
 * The claim `iss` of a JWT, not verified; undefined for a token that is no JWT or has no such claim,
 * such as Keystone's.
 */
export function issuerIn(token: string): string | undefined {
  // A header and a payload of JSON begin with these letters.
  const [, payload] = /^ey[\w-]+\.(ey[\w-]+)\.[\w-]*$/.exec(token) ?? [];
  if (payload === undefined) return undefined;
  try {
    return Payload.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))).iss;
  } catch {
    return undefined;
  }
}
