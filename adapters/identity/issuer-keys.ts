/** The public keys of an OpenID Connect issuer, found by its discovery document. */
import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod';

/** In milliseconds: the limit of one request to the issuer. */
const timeoutMs = 2_000;
/** How old the keys may be before they are read again; until that succeeds, the old ones are used. */
const lifeMs = 600_000;
/** After the keys could not be read, they are not read again for so long. */
const restMs = 5_000;
/** The shortest time between two readings because of a token that names an unknown key. */
const unknownKeyMs = 30_000;

/** The keys cannot be read, so it is not known whether a token is valid. */
export class KeysUnavailable extends Error {
  /** Whether no keys are known at all; otherwise only the one that a token names is not. */
  readonly all: boolean;

  constructor(all: boolean, cause: unknown) {
    super('the keys of the issuer cannot be read', { cause });
    this.name = 'KeysUnavailable';
    this.all = all;
  }
}

/** OpenID Connect Discovery 1.0, section 3. */
const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

type KeyOptions = {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly unknownKeyMs?: number;
};

/**
 * Chooses the key of a token. A rotated key is found by the first token that names it.
 * @throws KeysUnavailable; jose's errors for a token that names no key of the issuer.
 */
export function issuerKeys(
  issuer: string,
  { now = Date.now, unknownKeyMs: cooldownDuration = unknownKeyMs }: KeyOptions = {},
): JWTVerifyGetKey {
  let restUntil = 0;
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined;
  let readAt = 0;

  const get = async (url: string, init: RequestInit): Promise<Response> => {
    if (now() < restUntil) throw new Error('the issuer did not answer a moment ago');
    return fetch(url, { ...init, redirect: 'error' }).catch((error: unknown) => {
      restUntil = now() + restMs;
      throw error;
    });
  };

  const discover = async () => {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const answer = await get(url, { signal: AbortSignal.timeout(timeoutMs) });
    const found = Discovery.parse(await answer.json());
    if (found.issuer !== issuer) throw new Error(`its document names the issuer ${found.issuer}`);
    return createRemoteJWKSet(new URL(found.jwks_uri), {
      [customFetch]: get,
      timeoutDuration: timeoutMs,
      cacheMaxAge: Number.POSITIVE_INFINITY,
      cooldownDuration,
    });
  };

  const current = async () => {
    const found = keys ?? (await discover());
    if (now() < readAt + lifeMs) return found;
    await found.reload().catch((error: unknown) => {
      if (!found.jwks()) throw error;
    });
    keys = found;
    readAt = now();
    return found;
  };

  return async (header, token) => {
    const found = await current().catch((error: unknown) => {
      throw new KeysUnavailable(true, error);
    });
    try {
      return await found(header, token);
    } catch (error) {
      // These say something of the token. Any other is one of reading the keys again.
      const ofToken =
        error instanceof errors.JWKSNoMatchingKey ||
        error instanceof errors.JWKSMultipleMatchingKeys ||
        error instanceof errors.JOSENotSupported;
      if (ofToken) throw error;
      throw new KeysUnavailable(false, error);
    }
  };
}
