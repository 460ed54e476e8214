import { ignored } from '../../adapters/http/readers.ts';
import type { RawRequest } from '../../adapters/http/request.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Caller, hasRole, may, type Role } from '../../domain/identity/access.ts';
import type { Grant } from '../../domain/identity/identity.ts';
import { TokenQuery } from './auth-request.ts';
import { type TokenDeps, tokenResponse } from './token-response.ts';

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
 * Revokes a token, for administrators and the token's user. All tokens of its chain end. Source:
 * keystone `token/provider.py`.
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
