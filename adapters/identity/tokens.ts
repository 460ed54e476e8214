import { errors, jwtVerify, SignJWT } from 'jose';
import * as z from 'zod';
import { type Grant, Project } from '../../domain/identity/identity.ts';

/** Longest text that may be a token of ours: what fits in every client's and proxy's headers. */
export const maxTokenLength = 2048;

const [alg, issuer] = ['HS256', 'doctor'] as const;

const Claims = z.object({
  sub: z.string(),
  name: z.string(),
  project: Project.optional(),
  roles: z.array(z.string()),
  methods: z.array(z.string()),
  jti: z.string(),
  parent_jti: z.string().optional(),
  iat: z.int(),
  exp: z.int(),
});

export type Tokens = {
  /** The token that says this: a JWT, signed, not encrypted. */
  readonly sign: (grant: Grant) => Promise<string>;
  /** What a token says; undefined if it is not ours, was tampered with or has expired. */
  readonly verify: (token: string) => Promise<Grant | undefined>;
};

/** Tokens under a key; `now` in milliseconds since 1970. */
export function makeTokens(key: () => Promise<string>, now: () => number = Date.now): Tokens {
  const keyBytes = async () => new TextEncoder().encode(await key());
  return {
    sign: async (grant) => {
      const { user, project, roles, methods, audit_id, parent_audit_id } = grant;
      const { issued_at, expires_at } = grant;
      const claims = { name: user.name, project, roles, methods, parent_jti: parent_audit_id };
      return new SignJWT({ ...claims, sub: user.id, jti: audit_id, iss: issuer })
        .setProtectedHeader({ alg })
        .setIssuedAt(issued_at)
        .setExpirationTime(expires_at)
        .sign(await keyBytes());
    },
    verify: async (token) => {
      if (token.length > maxTokenLength) return undefined;
      const bytes = await keyBytes();
      const options = { algorithms: [alg], issuer, currentDate: new Date(now()) };
      const verified = await jwtVerify(token, bytes, options).catch((error: unknown) => {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      });
      const claims = Claims.safeParse(verified?.payload);
      return claims.success ? grantOf(claims.data) : undefined;
    },
  };
}

function grantOf(claims: z.infer<typeof Claims>): Grant {
  const { sub, name, project, roles, methods, jti, parent_jti, iat, exp } = claims;
  return {
    audit_id: jti,
    ...(parent_jti !== undefined && { parent_audit_id: parent_jti }),
    methods,
    user: { id: sub, name },
    ...(project && { project }),
    roles,
    issued_at: iat,
    expires_at: exp,
  };
}
