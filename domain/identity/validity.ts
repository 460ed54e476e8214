/**
 * What ends a token before it expires: its revocation, a change of its user, or the end of its
 * credential.
 */

import type { CredentialFacts } from './application-credential.ts';
import type { Grant } from './identity.ts';

/** What the tables say of a token. */
export type TokenFacts = {
  /** Whether a token of its chain was revoked. */
  readonly revoked: boolean;
  /** The user's generation if it changed within the life of a token; null for a deleted user. */
  readonly generation?: string | null;
  /** The application credential of its login, if it still exists. */
  readonly credential?: CredentialFacts;
};

/** A grant that is valid now, with the credential that restricts it. */
export type Session = Grant & { readonly credential?: CredentialFacts };

/** The audit id of the first token of a chain of rescoped tokens, which are revoked together. */
export const chainOf = ({ audit_id, parent_audit_id }: Grant): string =>
  parent_audit_id ?? audit_id;

/** The grant with its credential; undefined if the grant is no longer valid. */
export function sessionOf(grant: Grant, facts: TokenFacts): Session | undefined {
  if (facts.revoked) return undefined;
  if (facts.generation !== undefined && facts.generation !== grant.generation) return undefined;
  if (grant.credential_id === undefined) return grant;
  return facts.credential && { ...grant, credential: facts.credential };
}
