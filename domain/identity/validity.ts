/** What may end a token before its time: its revocation, a change of its user, the end of its credential. */

import type { CredentialFacts } from './application-credential.ts';
import type { Grant } from './identity.ts';

/** What is known of a token besides what it says itself. */
export type TokenFacts = {
  /** Whether a token of its chain was revoked. */
  readonly revoked: boolean;
  /** The user's generation, where it has changed within the life of a token; null for a deleted user. */
  readonly generation?: string | null;
  /** The credential that it was made with, if there still is one. */
  readonly credential?: CredentialFacts;
};

/** A grant that holds now, with what its credential restricts it to. */
export type Session = Grant & { readonly credential?: CredentialFacts };

/** The audit id of the first token of a chain of rescoped ones: they are revoked together. */
export const chainOf = ({ audit_id, parent_audit_id }: Grant): string =>
  parent_audit_id ?? audit_id;

/** The grant with its credential; undefined if it holds no longer. */
export function sessionOf(grant: Grant, facts: TokenFacts): Session | undefined {
  if (facts.revoked) return undefined;
  if (facts.generation !== undefined && facts.generation !== grant.generation) return undefined;
  if (grant.credential_id === undefined) return grant;
  return facts.credential && { ...grant, credential: facts.credential };
}
