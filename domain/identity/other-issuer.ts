/**
 * Sessions of tokens that Doctor did not issue: those of the Keystone of an OpenStack cloud, and those
 * of an OpenID Connect issuer. Their callers have the rights that Doctor's own users have with the same
 * roles.
 */
import { withImpliedRoles } from './access.ts';
import { AccessRule } from './access-rule.ts';
import type { Project } from './identity.ts';
import type { Session } from './validity.ts';

/** An access rule as Keystone stores it; it may name methods that Doctor does not have. */
export type OtherRule = {
  readonly service: string;
  readonly method: string;
  readonly path: string;
};

/** What the issuer of a token says about it. Times are whole seconds since 1970. */
export type OtherToken = {
  readonly audit_id: string;
  readonly methods: readonly string[];
  readonly user: { readonly id: string; readonly name: string };
  /** Absent in a token without a scope, and in one for a domain or for the system. */
  readonly project?: Project;
  readonly roles: readonly string[];
  readonly issued_at: number;
  readonly expires_at: number;
  /** The application credential of the login. */
  readonly credential?: {
    readonly id: string;
    readonly name: string;
    readonly restricted: boolean;
    /** Absent: no restriction. Empty: nothing is allowed. */
    readonly access_rules?: readonly OtherRule[];
  };
};

/**
 * The session of a token. Roles count only with a project: the same role on a domain or on the system
 * is another one, and such a token is as one without a scope. A rule that cannot be read allows nothing.
 */
export function sessionOfOther({ credential, roles, ...token }: OtherToken): Session {
  const base = {
    ...token,
    roles: token.project ? withImpliedRoles(roles) : [],
    // Doctor's own generations end tokens of Doctor's own users only.
    generation: '',
  };
  if (!credential) return base;
  const { id, name, restricted, access_rules } = credential;
  const rules = access_rules?.flatMap((rule) => AccessRule.safeParse(rule).data ?? []);
  return {
    ...base,
    credential_id: id,
    credential: { id, name, unrestricted: !restricted, ...(rules && { access_rules: rules }) },
  };
}

/** How long an accepted token is remembered, at most. A revocation is noticed after this. */
const mostRememberedSeconds = 60;

/** The second since 1970 until which an accepted token is remembered. */
export const rememberedUntil = ({ expires_at }: Pick<Session, 'expires_at'>, now: number): number =>
  Math.min(expires_at, now + mostRememberedSeconds);

/** Tokens of other issuers that one source may send in a minute and that are refused. */
export const mostBadTokens = 60;
