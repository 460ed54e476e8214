/** The roles that an application credential may be given, and what a login with it is granted. */
import { DomainError } from '../errors.ts';
import { withImpliedRoles } from './access.ts';
import type { Credential } from './application-credential.ts';
import { type Account, type Grant, tokenLifeSeconds, unauthenticated } from './identity.ts';

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
