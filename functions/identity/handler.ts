import { type ApiResponse, type RawRequest, readJson } from '../../adapters/http/request.ts';
import {
  ignored,
  type PublicRoute,
  parsed,
  publicRoute,
  type Route,
  type RouteRequest,
  route,
} from '../../adapters/http/route.ts';
import { createSurface, type Surface } from '../../adapters/http/surface.ts';
import { DomainError } from '../../domain/errors.ts';
import {
  type Account,
  type Grant,
  grantFor,
  unauthenticated,
  unauthenticatedText,
} from '../../domain/identity/identity.ts';
import { AuthRequest, type Proof, supportedMethods } from './auth-request.ts';
import { catalog, tokenDocument, version } from './documents.ts';

export type Deps = Pick<Surface, 'allowedOrigins' | 'authenticate' | 'publicUrl' | 'logger'> & {
  /** The account with an id; undefined if there is none. */
  readonly account: (id: string) => Promise<Account | undefined>;
  /** The account with an id and a password; undefined if either is wrong. */
  readonly accountWithPassword: (id: string, password: string) => Promise<Account | undefined>;
  readonly sign: (grant: Grant) => Promise<string>;
  /** What a token says; undefined if it is not a good one. */
  readonly verify: (token: string) => Promise<Grant | undefined>;
  readonly newAuditId: () => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The region that the catalogue names. */
  readonly region: string;
};

/** `/identity`: discovery, login and validation of tokens, as Keystone v3 has them. */
export const identityApi = (deps: Deps) =>
  createSurface({
    ...deps,
    dialect: 'identity',
    prefix: '/identity',
    publicRoutes: [...discovery, login(deps)],
    routes: [validate(deps, 'GET'), validate(deps, 'HEAD')],
  }).after(({ response }) => {
    if (!response) return;
    const { Vary: vary } = { Vary: '', ...response.headers };
    response.headers = {
      ...response.headers,
      Vary: vary ? `X-Auth-Token, ${vary}` : 'X-Auth-Token',
    };
  });

/** What clients read before they log in. */
export const discovery: readonly PublicRoute[] = [
  publicRoute({
    method: 'GET',
    path: '/',
    handle: ({ base }) => ({
      status: 300,
      body: { versions: { values: [version(base)] } },
      headers: { Location: `${base}/v3/` },
    }),
  }),
  publicRoute({
    method: 'GET',
    path: '/v3',
    handle: ({ base }) => ({ status: 200, body: { version: version(base) } }),
  }),
];

const login = (deps: Deps): PublicRoute =>
  publicRoute({
    method: 'POST',
    path: '/v3/auth/tokens',
    handle: async (request) => {
      const { proof, scope } = parsed(AuthRequest, readJson(request) ?? {});
      if (proof.method === 'unsupported') return unsupportedMethod(request);
      const found = await proven(deps, proof);
      if (!found) throw unauthenticated();
      const now = Math.floor(deps.now() / 1000);
      const grant = grantFor({ ...found, scope, now, audit_id: deps.newAuditId() });
      return tokenResponse(deps, request, { status: 201, grant, token: await deps.sign(grant) });
    },
  });

/** Who has proved to be whom; with a token, `from` is what that one says. Undefined if nobody. */
async function proven(
  { account, accountWithPassword, verify }: Deps,
  proof: Exclude<Proof, { method: 'unsupported' }>,
): Promise<{ account: Account; from?: Grant } | undefined> {
  if (proof.method === 'token') {
    const from = await verify(proof.token);
    const found = from && (await account(from.user.id));
    return found && { account: found, from };
  }
  const { user_id, password } = proof;
  const found = user_id === undefined ? undefined : await accountWithPassword(user_id, password);
  return found && { account: found };
}

/**
 * The one 401 that says more: which methods there are.
 * Source: keystone `exception.py`, `AuthMethodNotSupported`.
 */
function unsupportedMethod({ base }: RawRequest): ApiResponse {
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

/**
 * Validation of the token in `X-Subject-Token`, for admins and for the token's own user; `GET` for
 * services too. A bad subject is a 404. Source: keystone `common/policies/token.py`.
 */
const validate = (deps: Deps, method: 'GET' | 'HEAD'): Route =>
  route({
    method,
    path: '/v3/auth/tokens',
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const token = request.headers['x-subject-token']?.trim() ?? '';
      const grant = await deps.verify(token);
      if (!grant) throw new DomainError('not_found', 'Could not find token.');
      if (!mayValidate(request, method, grant)) {
        throw new DomainError(
          'forbidden',
          'You are not authorized to perform the requested action: identity:validate_token.',
        );
      }
      return tokenResponse(deps, request, { status: 200, grant, token });
    },
  });

const mayValidate = (
  { caller }: RouteRequest<undefined, undefined>,
  method: 'GET' | 'HEAD',
  grant: Grant,
): boolean =>
  caller.user_id === grant.user.id ||
  caller.roles.includes('admin') ||
  (method === 'GET' && caller.roles.includes('service'));

function tokenResponse(
  { region }: Deps,
  { root, query }: RawRequest,
  { status, grant, token }: { status: number; grant: Grant; token: string },
): ApiResponse {
  const services = query.nocatalog === undefined ? catalog(root, region) : undefined;
  return {
    status,
    body: tokenDocument(grant, services),
    headers: { 'X-Subject-Token': token },
  };
}
