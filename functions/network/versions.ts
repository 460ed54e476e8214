/** What the surface is, for clients without a token: docs/wire/network.md#version-documents. */
import { type PublicRoute, publicRoute } from '../../adapters/http/public-route.ts';
import { DomainError } from '../../domain/errors.ts';

const version = (base: string) => ({
  id: 'v2.0',
  status: 'CURRENT',
  links: [{ rel: 'self', href: `${base}/v2.0/` }],
});

const resource = (base: string, name: string) => ({
  name,
  collection: `${name}s`,
  links: [{ rel: 'self', href: `${base}/v2.0/${name}s` }],
});

/** Beside Neutron's list of resources, so that an endpoint that ends in `/v2.0` is understood too. */
const resources = (base: string) => ({
  version: version(base),
  resources: ['port', 'network', 'extension'].map((name) => resource(base, name)),
});

const documents = [
  { path: '/', of: (base: string): unknown => ({ versions: [version(base)] }) },
  { path: '/v2.0', of: resources },
];

const others = ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];

export const networkVersionRoutes: readonly PublicRoute[] = documents.flatMap(({ path, of }) => {
  const shown = publicRoute({
    method: 'GET',
    path,
    handle: ({ base }) => ({ status: 200, body: of(base) }),
  });
  const refused = others.map((method) => ({ ...shown, method, run: refuse, refuses: true }));
  return [shown, ...refused];
});

function refuse({ method }: { readonly method: string }): never {
  throw new DomainError('method_not_allowed', `The method ${method} is not allowed here.`, {
    Allow: 'GET, HEAD',
  });
}
