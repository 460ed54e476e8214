import type { ApiResponse, RawRequest } from '../../adapters/http/request.ts';
import {
  ignored,
  type PublicRoute,
  parsedPublicRoute,
  type Route,
  route,
} from '../../adapters/http/route.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Caller, hasRole, may, type Role } from '../../domain/identity/access.ts';
import {
  type Credential,
  type CredentialFacts,
  type CredentialReference,
  grantForCredential,
} from '../../domain/identity/application-credential.ts';
import {
  type Account,
  type Grant,
  grantFor,
  unauthenticated,
  unauthenticatedText,
} from '../../domain/identity/identity.ts';
import type { Session } from '../../domain/identity/validity.ts';
import { AuthRequest, type Proof, supportedMethods, TokenQuery } from './auth-request.ts';
import { catalog, tokenDocument } from './documents.ts';

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

export const login = (deps: TokenDeps): PublicRoute =>
  parsedPublicRoute({
    method: 'POST',
    path: '/v3/auth/tokens',
    query: TokenQuery,
    body: AuthRequest,
    handle: async (request) => {
      const { body: login } = request;
      if (login.proof.method === 'unsupported') return unsupportedMethod(request);
      const { grant, credential } = await proven(deps, { ...login, proof: login.proof }, request);
      const token = await deps.sign(grant);
      return tokenResponse(deps, request, { status: 201, grant, credential, token });
    },
  });

type KnownProof = Exclude<Proof, { method: 'unsupported' }>;
type AskedLogin = {
  readonly proof: KnownProof;
  readonly scope: Parameters<typeof grantFor>[0]['scope'];
};

/** The grant of a login. @throws DomainError `unauthenticated` if the proof is wrong. */
async function proven(
  deps: TokenDeps,
  { proof, scope }: AskedLogin,
  { address }: Pick<RawRequest, 'address'>,
): Promise<{ grant: Grant; credential?: CredentialFacts | undefined }> {
  const made = { audit_id: deps.newAuditId(), now: Math.floor(deps.now() / 1000) };
  switch (proof.method) {
    case 'token': {
      const from = await deps.verify(proof.token);
      const account = from && (await deps.account(from.user.id));
      if (!account) throw unauthenticated();
      const { credential, ...grant } = from;
      return { grant: grantFor({ ...made, account, scope, from: grant }), credential };
    }
    case 'password': {
      const account = await deps.withPassword(proof.user_id, proof.password, address);
      if (!account) throw unauthenticated();
      return { grant: grantFor({ ...made, account, scope }) };
    }
    case 'application_credential': {
      // Source: keystone `auth/core.py`: credentials cannot request a scope.
      if (scope.kind !== 'default') throw unauthenticated();
      const found = await deps.withCredential(proof.reference, proof.secret, address);
      if (!found) throw unauthenticated();
      return { grant: grantForCredential({ ...made, ...found }), credential: found.credential };
    }
  }
}

/**
 * The 401 for an unsupported method. It lists the supported methods.
 * Source: keystone `exception.py`, `AuthMethodNotSupported`.
 */
function unsupportedMethod({ base }: Pick<RawRequest, 'base'>): ApiResponse {
  const code = 401;
  return {
    status: code,
    body: {
      error: {
        code,
        title: 'Unauthorized',
        message: unauthenticatedText,
        identity: { methods: supportedMethods },
      },
    },
    headers: { 'WWW-Authenticate': `Keystone uri="${base}"` },
  };
}

/** The token in `X-Subject-Token`. @throws DomainError `not_found` if it is not valid. */
async function subjectOf({ verify }: TokenDeps, { headers }: Pick<RawRequest, 'headers'>) {
  const token = headers['x-subject-token']?.trim() ?? '';
  const session = await verify(token);
  if (!session) throw new DomainError('not_found', 'Could not find token.');
  return { token, session };
}

/** Whether the caller enforces access rules itself: it sends version 1 or higher. */
const enforcesAccessRules = ({ headers }: Pick<RawRequest, 'headers'>): boolean =>
  Number.parseFloat(headers['openstack-identity-access-rules'] ?? '') >= 1;

/**
 * Validates a token, for administrators and the token's user; `GET` for services too. An invalid token
 * is a 404. So is a token with access rules, if the caller does not enforce them.
 * Source: keystone `common/policies/token.py`, `api/auth.py`.
 */
export const validate = (deps: TokenDeps, method: 'GET' | 'HEAD'): Route =>
  route({
    method,
    path: '/v3/auth/tokens',
    query: TokenQuery,
    body: ignored,
    handle: async (request) => {
      const { token, session } = await subjectOf(deps, request);
      const { credential, ...grant } = session;
      if (credential?.access_rules && !enforcesAccessRules(request)) {
        throw new DomainError('not_found', 'Could not find token.');
      }
      const roles = method === 'GET' ? may.validateTokens : may.endTokens;
      requireOwnToken(request.caller, grant, { roles, action: 'validate_token' });
      return tokenResponse(deps, request, { status: 200, grant, credential, token });
    },
  });

/**
 * Revokes a token, for administrators and the token's user. All tokens of its chain end. Source: keystone `token/provider.py`.
 */
export const revoke = (deps: TokenDeps): Route =>
  route({
    method: 'DELETE',
    path: '/v3/auth/tokens',
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const { session } = await subjectOf(deps, request);
      requireOwnToken(request.caller, session, { roles: may.endTokens, action: 'revoke_token' });
      await deps.revoke(session);
      return { status: 204 };
    },
  });

/** @throws DomainError `forbidden` unless the caller is the token's user or has one of the roles. */
function requireOwnToken(
  caller: Caller,
  grant: Grant,
  { roles, action }: { roles: readonly Role[]; action: string },
): void {
  if (caller.user_id === grant.user.id || hasRole(caller, ...roles)) return;
  throw new DomainError(
    'forbidden',
    `You are not authorized to perform the requested action: identity:${action}.`,
  );
}

type Answered = {
  readonly status: number;
  readonly grant: Grant;
  readonly credential?: CredentialFacts | undefined;
  readonly token: string;
};

function tokenResponse(
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
