/** Version documents, by which clients find out what a surface is. They need no token. */
import { type PublicRoute, publicRoute } from './public-route.ts';

/** A document, by the URL of the surface without a slash at its end. */
type VersionDocument = (base: string) => object;

/**
 * The list of versions at the root of a surface, with its only version, and the version by itself.
 * @param path of the version, such as `/v1`. @param whole the version by itself, if it says more
 * than in the list.
 */
export const versionRoutes = (
  path: string,
  version: VersionDocument,
  whole: VersionDocument = version,
): readonly PublicRoute[] => [
  publicRoute({
    method: 'GET',
    path: '/',
    handle: ({ base }) => ({ status: 200, body: { versions: [version(base)] } }),
  }),
  publicRoute({
    method: 'GET',
    path,
    handle: ({ base }) => ({ status: 200, body: { version: whole(base) } }),
  }),
];
