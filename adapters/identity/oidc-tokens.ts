/** Access tokens of an OpenID Connect issuer, which Doctor accepts with the setting `oidcIssuer`. */
import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { sessionOfOther } from '../../domain/identity/other-issuer.ts';
import type { Session } from '../../domain/identity/validity.ts';
import { KeysUnavailable } from './issuer-keys.ts';
import { type ClaimMapping, otherTokenOfClaims } from './oidc-claims.ts';
import type { TokenIssuer } from './other-issuers.ts';
import { issuerIn } from './token-form.ts';

/** The longest token in characters: API Gateway takes 10 kB for all headers. */
const mostCharacters = 8_192;

/** Signatures with a public key. None with a shared secret, which a public key could be taken for. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** How far the clocks of issuer and Doctor may differ. */
const clockToleranceSeconds = 5;

type OidcSettings = ClaimMapping & { readonly issuer: string; readonly audience: string };

/**
 * Checks the signature and the claims `iss`, `aud`, `exp` and `nbf` of a token.
 * @returns its session; undefined if it is not valid. The result throws KeysUnavailable.
 */
export const makeOidcCheck =
  (
    { issuer, audience, ...mapping }: OidcSettings,
    keys: JWTVerifyGetKey,
    now: () => number = Date.now,
  ) =>
  async (token: string): Promise<Session | undefined> => {
    const verified = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms,
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ['sub', 'exp'],
      currentDate: new Date(now()),
    }).catch((error: unknown) => {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    });
    const other = verified && otherTokenOfClaims(verified.payload, mapping);
    return other && sessionOfOther(other);
  };

/** Whether an error says that the issuer's keys are not known, whatever the token. */
export const hasNoKeys = (error: unknown): boolean => error instanceof KeysUnavailable && error.all;

/** Tokens that name the issuer, in `X-Auth-Token` or as Bearer. */
export const oidcTokens = (issuer: string, session: TokenIssuer['session']): TokenIssuer => ({
  recognises: (token) => token.length <= mostCharacters && issuerIn(token) === issuer,
  bearer: true,
  session,
});
