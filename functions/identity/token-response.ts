/** The dependencies of the routes of tokens, and their answer. */

import type { ApiResponse, RawRequest } from '../../adapters/http/request.ts';
import type {
  Credential,
  CredentialFacts,
  CredentialReference,
} from '../../domain/identity/application-credential.ts';
import type { Account, Grant } from '../../domain/identity/identity.ts';
import type { Session } from '../../domain/identity/validity.ts';
import type { TokenQuery } from './auth-request.ts';
import { catalog, tokenDocument } from './documents.ts';

/** What the routes of tokens read and write. */
export type TokenDeps = {
  /** The account with an id; undefined if there is none. */
  readonly account: (id: string) => Promise<Account | undefined>;
  /** The account of an id and a password; undefined if either is wrong, or after too many failures. */
  readonly withPassword: (
    id: string | undefined,
    password: string,
    address: string,
  ) => Promise<Account | undefined>;
  /** The same for an application credential, with its user. */
  readonly withCredential: (
    reference: CredentialReference,
    secret: string,
    address: string,
  ) => Promise<{ readonly account: Account; readonly credential: Credential } | undefined>;
  readonly sign: (grant: Grant) => Promise<string>;
  /** The session of a token; undefined if the token is not valid. */
  readonly verify: (token: string) => Promise<Session | undefined>;
  /** Ends all tokens of a token's chain. */
  readonly revoke: (grant: Grant) => Promise<void>;
  readonly newAuditId: () => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The region that the catalogue names. */
  readonly region: string;
};

type Answered = {
  readonly status: number;
  readonly grant: Grant;
  readonly credential?: CredentialFacts | undefined;
  readonly token: string;
};

/** The answer with a token: its document, and the token in a header. */
export function tokenResponse(
  { region }: TokenDeps,
  { root, args }: Pick<RawRequest, 'root'> & { readonly args: TokenQuery },
  { status, grant, credential, token }: Answered,
): ApiResponse {
  const services = args.withCatalog ? catalog(root, region) : undefined;
  return {
    status,
    body: tokenDocument(grant, { services, credential }),
    headers: { 'X-Subject-Token': token },
  };
}
