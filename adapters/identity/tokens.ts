import { errors, jwtVerify, SignJWT } from 'jose';
import * as z from 'zod';
import { type Grant, Project } from '../../domain/identity/identity.ts';
import { readKeyRing, signingKey, verifyingKey } from '../../domain/identity/signing-keys.ts';

/** The longest token, in characters: it fits into the headers of every client and proxy. */
export const maxTokenLength = 2048;

const alg = 'HS256';

/** The claim `iss` of Doctor's own tokens. */
export const ownIssuer = 'doctor';

/**
 * The age, in milliseconds, from which the keys are read again for a token that names an unknown key.
 * So tokens with invented keys do not cause a read each.
 */
const unknownKeyMs = 5_000;

const Claims = z.object({
  sub: z.string(),
  name: z.string(),
  project: Project.optional(),
  roles: z.array(z.string()),
  methods: z.array(z.string()),
  /** The user's generation; absent if it is empty. */
  gen: z.string().default(''),
  /** The id of the application credential. */
  cred: z.string().optional(),
  jti: z.string(),
  parent_jti: z.string().optional(),
  iat: z.int(),
  exp: z.int(),
});

/** The text of the signing secret, at most `maxAgeMs` old if that is given. */
export type KeyText = (maxAgeMs?: number) => Promise<string>;

export type Tokens = {
  /** The token of a grant: a JWT, signed and not encrypted. */
  readonly sign: (grant: Grant) => Promise<string>;
  /** The grant of a token; undefined if it is not Doctor's, was changed or has expired. */
  readonly verify: (token: string) => Promise<Grant | undefined>;
};

/** Tokens under the keys of the secret; `now` in milliseconds since 1970. */
export function makeTokens(keys: KeyText, now: () => number = Date.now): Tokens {
  const bytes = (text: string) => new TextEncoder().encode(text);
  /** The key that a token names. If it is unknown, the keys are read again: it may be new. */
  const keyOf = async ({ kid = '' }: { kid?: string }) => {
    const seconds = now() / 1000;
    const found =
      verifyingKey(readKeyRing(await keys()), kid, seconds) ??
      verifyingKey(readKeyRing(await keys(unknownKeyMs)), kid, seconds);
    if (!found) throw new errors.JWKSNoMatchingKey();
    return bytes(found.key);
  };
  return {
    sign: async (grant) => {
      const { user, project, roles, methods, audit_id, parent_audit_id, credential_id } = grant;
      const { issued_at, expires_at, generation } = grant;
      const claims = {
        name: user.name,
        project,
        roles,
        methods,
        parent_jti: parent_audit_id,
        gen: generation || undefined,
        cred: credential_id,
      };
      const { kid, key } = signingKey(readKeyRing(await keys()), now() / 1000);
      return new SignJWT({ ...claims, sub: user.id, jti: audit_id, iss: ownIssuer })
        .setProtectedHeader({ alg, ...(kid && { kid }) })
        .setIssuedAt(issued_at)
        .setExpirationTime(expires_at)
        .sign(bytes(key));
    },
    verify: async (token) => {
      if (token.length > maxTokenLength) return undefined;
      const options = { algorithms: [alg], issuer: ownIssuer, currentDate: new Date(now()) };
      const verified = await jwtVerify(token, keyOf, options).catch((error: unknown) => {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      });
      const claims = Claims.safeParse(verified?.payload);
      return claims.success ? grantOf(claims.data) : undefined;
    },
  };
}

function grantOf(claims: z.infer<typeof Claims>): Grant {
  const { sub, name, project, roles, methods, gen, cred, jti, parent_jti, iat, exp } = claims;
  return {
    audit_id: jti,
    ...(parent_jti !== undefined && { parent_audit_id: parent_jti }),
    methods,
    user: { id: sub, name },
    ...(project && { project }),
    roles,
    generation: gen,
    ...(cred !== undefined && { credential_id: cred }),
    issued_at: iat,
    expires_at: exp,
  };
}
