/** `GET /doctor/v1/openapi.json`: the description of all routes, for programs that generate clients. */
import { type PublicRoute, publicRoute } from '../../adapters/http/public-route.ts';

/** The dependency of the route. */
export type OpenApiDeps = {
  /** The document of `docs/reference/openapi.json`, parsed; it is read when it is first asked for. */
  readonly openApi: () => Promise<Readonly<Record<string, unknown>>>;
};

export const openApiRoutes = ({ openApi }: OpenApiDeps): readonly PublicRoute[] => [
  publicRoute({
    method: 'GET',
    path: '/v1/openapi.json',
    handle: async ({ root }) => ({
      status: 200,
      body: { ...(await openApi()), servers: [{ url: root }] },
    }),
  }),
];
