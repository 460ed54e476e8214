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

export type Deps = {
  /** The account with an id; undefined if there is none. */
  readonly account: (id: string) => Promise<Account | undefined>;
  /** The account of an id and a password; undefined if either is wrong, or was so too often. */
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
  /** What a token says; undefined if it is not a good one. */
  readonly verify: (token: string) => Promise<Session | undefined>;
  /** Ends a token, and all that were made of it or from which it was made. */
  readonly revoke: (grant: Grant) => Promise<void>;
  readonly newAuditId: () => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The region that the catalogue names. */
  readonly region: string;
};

export const login = (deps: Deps): PublicRoute =>
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
type Asked = {
  readonly proof: KnownProof;
  readonly scope: Parameters<typeof grantFor>[0]['scope'];
};

/** What the login gives. 401 if nothing is proved. */
async function proven(
  deps: Deps,
  { proof, scope }: Asked,
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
 * The one 401 that says more: which methods there are.
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

/** The token in `X-Subject-Token`, if it is good; else 404. */
async function subjectOf({ verify }: Deps, { headers }: Pick<RawRequest, 'headers'>) {
  const token = headers['x-subject-token']?.trim() ?? '';
  const session = await verify(token);
  if (!session) throw new DomainError('not_found', 'Could not find token.');
  return { token, session };
}

/** Whether the caller says that it enforces access rules itself, in version 1 at least. */
const enforcesAccessRules = ({ headers }: Pick<RawRequest, 'headers'>): boolean =>
  Number.parseFloat(headers['openstack-identity-access-rules'] ?? '') >= 1;

/**
 * Validation of a token, for admins and for the token's own user; `GET` for services too. A bad
 * token is a 404, and one with access rules for a caller who does not enforce them.
 * Source: keystone `common/policies/token.py`, `api/auth.py`.
 */
export const validate = (deps: Deps, method: 'GET' | 'HEAD'): Route =>
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
      allowOwn(request.caller, grant, { roles, action: 'validate_token' });
      return tokenResponse(deps, request, { status: 200, grant, credential, token });
    },
  });

/**
 * Revocation, for admins and for the token's own user. The token and all of its chain of rescoped
 * ones end. Source: keystone `token/provider.py`.
 */
export const revoke = (deps: Deps): Route =>
  route({
    method: 'DELETE',
    path: '/v3/auth/tokens',
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const { session } = await subjectOf(deps, request);
      allowOwn(request.caller, session, { roles: may.endTokens, action: 'revoke_token' });
      await deps.revoke(session);
      return { status: 204 };
    },
  });

/** 403 to whoever is neither the token's user nor has one of the roles. */
function allowOwn(
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
  { region }: Deps,
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
