/**
 * Application credentials: a secret with which a program is a user in one project, with some of the
 * user's roles. A credential belongs to one incarnation of its user, so it ends when the user is
 * disabled or deleted. Source: keystone `application_credential/core.py`.
 */
import * as z from 'zod';
import { DomainError } from '../errors.ts';
import { withImpliedRoles } from './access.ts';
import { AccessRule } from './access-rule.ts';
import {
  type Account,
  type Grant,
  Project,
  tokenLifeSeconds,
  unauthenticated,
} from './identity.ts';

/** The facts that each request with a token of the credential is checked against. */
export const CredentialFacts = z.object({
  id: z.string(),
  name: z.string(),
  /** A restricted credential's token may not create or delete application credentials. */
  unrestricted: z.boolean(),
  /** Absent: no rules. Never empty. */
  access_rules: z.array(AccessRule).optional(),
});
export type CredentialFacts = z.infer<typeof CredentialFacts>;

/** A credential without its secret. */
export const Credential = CredentialFacts.extend({
  user_id: z.string(),
  /** The user's incarnation at its creation. */
  incarnation: z.string(),
  project: Project,
  /** Implied roles included. */
  roles: z.array(z.string()),
  description: z.string().nullable(),
  /** The second since 1970 at which it ends; absent: never. */
  ends_at: z.int().optional(),
});
export type Credential = z.infer<typeof Credential>;

/** A credential as it is stored. */
export const StoredCredential = Credential.extend({ secret_hash: z.string() });
export type StoredCredential = z.infer<typeof StoredCredential>;

/** How a login names a credential: by its id, or by its name and its user. */
export type CredentialReference =
  | { readonly id: string }
  /** The user id is undefined if the login names another domain than `Default`. */
  | { readonly user_id: string | undefined; readonly name: string };

/**
 * The roles of a new credential: the requested roles and those that they imply. If none is requested,
 * all roles of the caller.
 * @throws DomainError `invalid` for a role that the caller's token does not have.
 */
export function credentialRoles(
  asked: readonly string[],
  held: readonly string[],
): readonly string[] {
  if (asked.length === 0) return held;
  const wanted = withImpliedRoles(asked);
  if (wanted.every((role) => held.includes(role))) return wanted;
  throw new DomainError(
    'invalid',
    'Invalid application credential: Cannot create an application credential with unassigned role',
  );
}

/** Whether the user still has the credential's incarnation, project and roles, and is enabled. */
function isBacked({ incarnation, project, roles: wanted }: Credential, account: Account): boolean {
  const membership = account.projects.find(({ id }) => id === project.id);
  const held = withImpliedRoles(membership?.roles ?? []);
  return (
    account.enabled &&
    account.incarnation === incarnation &&
    wanted.every((role) => held.includes(role))
  );
}

type CredentialLogin = {
  readonly account: Account;
  readonly credential: Credential;
  readonly audit_id: string;
  /** Whole seconds since 1970. */
  readonly now: number;
};

/**
 * The grant of a login with a credential: its project and roles, at most until the credential ends.
 * @throws DomainError `unauthenticated` if the credential has ended, or its user was disabled or lost
 * a role.
 */
export function grantForCredential(login: CredentialLogin): Grant {
  const { account, credential, audit_id, now } = login;
  const { ends_at = Number.POSITIVE_INFINITY } = credential;
  if (ends_at <= now || !isBacked(credential, account)) throw unauthenticated();
  return {
    audit_id,
    methods: ['application_credential'],
    user: { id: account.id, name: account.name },
    project: credential.project,
    roles: [...credential.roles],
    generation: account.generation,
    credential_id: credential.id,
    issued_at: now,
    expires_at: Math.min(now + tokenLifeSeconds, ends_at),
  };
}
