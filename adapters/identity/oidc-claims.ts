/** Reads the claims of an access token of an OpenID Connect issuer, by the mapping of the settings. */
import * as z from 'zod';
import type { OtherToken } from '../../domain/identity/other-issuer.ts';
import { nameId } from '../../domain/ids.ts';

/** Where the claims have the project and the roles. */
export type ClaimMapping = {
  /** The claim with the id of the project; a name with dots is also looked for inside of objects. */
  readonly projectClaim: string;
  /** The claim with the roles. */
  readonly rolesClaim: string;
  /** Doctor's role for each value of that claim; other values mean nothing. */
  readonly roles: ReadonlyMap<string, string>;
};

/** `value=role`, as the setting has it. Text without `=` is left out. */
export const roleMap = (pairs: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    pairs.flatMap((pair) => {
      const at = pair.lastIndexOf('=');
      return at > 0 ? [[pair.slice(0, at), pair.slice(at + 1)] as const] : [];
    }),
  );

const Claims = z.looseObject({
  iss: z.string(),
  sub: z.string().min(1).max(255),
  exp: z.number(),
  iat: z.number().optional(),
  jti: z.string().optional(),
  name: z.string().optional(),
  preferred_username: z.string().optional(),
});

const Texts = z.union([
  z.string().transform((text) => text.split(' ').filter((word) => word !== '')),
  z.array(z.string()),
]);

/** The id of a project: it stands in paths and in keys of tables. */
const ProjectId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/);

/** The claim of a name, or the value at its dotted path; undefined if there is none. */
function claimAt(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split('.').reduce((value: unknown, key) => {
    const inside = z.record(z.string(), z.unknown()).safeParse(value).data;
    return inside && Object.hasOwn(inside, key) ? inside[key] : undefined;
  }, claims);
}

/**
 * The token that the claims describe; undefined if they lack what every token has. Without exactly one
 * project it is an unscoped one. The id of the user is derived from issuer and subject, so that it is
 * none of another issuer's.
 */
export function otherTokenOfClaims(
  payload: unknown,
  { projectClaim, rolesClaim, roles }: ClaimMapping,
): OtherToken | undefined {
  const { data } = Claims.safeParse(payload);
  if (!data) return undefined;
  const { iss, sub, exp, iat, jti = '' } = data;
  const projects = z.array(ProjectId).safeParse(Texts.safeParse(claimAt(data, projectClaim)).data);
  const [id, ...more] = projects.data ?? [];
  const held = Texts.safeParse(claimAt(data, rolesClaim)).data ?? [];
  return {
    audit_id: jti,
    methods: ['openid'],
    user: {
      id: nameId('user', `${iss} ${sub}`),
      name: data.preferred_username ?? data.name ?? sub,
    },
    ...(id !== undefined && more.length === 0 && { project: { id, name: id } }),
    roles: held.flatMap((value) => roles.get(value) ?? []),
    issued_at: Math.floor(iat ?? 0),
    expires_at: Math.floor(exp),
  };
}
