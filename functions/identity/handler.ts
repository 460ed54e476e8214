import { type PublicRoute, publicRoute } from '../../adapters/http/public-route.ts';
import { createSurface, type Surface, type SurfaceRoutes } from '../../adapters/http/surface.ts';
import { accessRuleRoutes } from './access-rules.ts';
import { type CredentialDeps, credentialRoutes } from './application-credentials.ts';
import { version } from './documents.ts';
import type { LookupDeps } from './find-accounts.ts';
import { login } from './login.ts';
import { lookupRoutes } from './lookups.ts';
import type { TokenDeps } from './token-response.ts';
import { revoke, validate } from './tokens.ts';

/** What the routes need. */
export type IdentityRouteDeps = CredentialDeps & LookupDeps & TokenDeps;

/** What the surface needs. */
export type IdentityDeps = Pick<
  Surface,
  'allowedOrigins' | 'authenticate' | 'publicUrl' | 'logger'
> &
  IdentityRouteDeps;

/** The routes of the surface. */
export const identityRoutes = (deps: IdentityRouteDeps): SurfaceRoutes => ({
  dialect: 'identity',
  prefix: '/identity',
  publicRoutes: [...discovery, login(deps)],
  routes: [
    validate(deps, 'GET'),
    validate(deps, 'HEAD'),
    revoke(deps),
    ...lookupRoutes(deps),
    ...credentialRoutes(deps),
    ...accessRuleRoutes(deps),
  ],
});

/** `/identity`: discovery, tokens, application credentials and lookups, as Keystone v3 has them. */
export const identityApi = (deps: IdentityDeps) =>
  createSurface({
    ...identityRoutes(deps),
    publicUrl: deps.publicUrl,
    allowedOrigins: deps.allowedOrigins,
    authenticate: deps.authenticate,
    logger: deps.logger,
  }).after(({ response }) => {
    if (!response) return;
    const { Vary: vary } = { Vary: '', ...response.headers };
    response.headers = {
      ...response.headers,
      Vary: vary ? `X-Auth-Token, ${vary}` : 'X-Auth-Token',
    };
  });

/** The version documents, which clients read before they log in. */
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
