/** The login: a token for a password, an application credential or another token. */

import { type PublicRoute, parsedPublicRoute } from '../../adapters/http/public-route.ts';
import type { ApiResponse, RawRequest } from '../../adapters/http/request.ts';
import type { CredentialFacts } from '../../domain/identity/application-credential.ts';
import { grantForCredential } from '../../domain/identity/credential-grant.ts';
import {
  type Grant,
  grantFor,
  unauthenticated,
  unauthenticatedText,
} from '../../domain/identity/identity.ts';
import { AuthRequest, type Proof, supportedMethods, TokenQuery } from './auth-request.ts';
import { type TokenDeps, tokenResponse } from './token-response.ts';

/** The route of the login. */
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
