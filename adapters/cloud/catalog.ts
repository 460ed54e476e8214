/** The catalogue of a Keystone: where the services of the cloud are. */
import * as z from 'zod';
import { CloudError } from './cloud-error.ts';
import type { CloudSecret } from './cloud-secret.ts';

const Endpoint = z.object({
  interface: z.string(),
  region_id: z.string().nullish(),
  url: z.string(),
});

/** The list `catalog` in the body of a token. */
export const Catalog = z.array(z.object({ type: z.string(), endpoints: z.array(Endpoint) }));
export type Catalog = z.infer<typeof Catalog>;

/** Versions that the URL of a service may end without; clients add them. */
const versions: Readonly<Record<string, string>> = { identity: '/v3', network: '/v2.0' };

/**
 * The URL of a service with its version and without a slash at its end, such as
 * `https://nova.example/v2.1`.
 * @throws CloudError `not_found` if the catalogue has no such endpoint.
 */
export function endpointIn(
  catalog: Catalog,
  service: string,
  place: Pick<CloudSecret, 'region_name' | 'interface'>,
): string {
  const found = catalog
    .filter(({ type }) => type === service)
    .flatMap(({ endpoints }) => endpoints)
    .find(
      (each) =>
        each.interface === place.interface &&
        (place.region_name === undefined || each.region_id === place.region_name),
    );
  if (!found || !URL.canParse(found.url)) {
    const where = place.region_name === undefined ? '' : ` in region ${place.region_name}`;
    throw new CloudError(
      'not_found',
      `the catalogue has no ${place.interface} endpoint of ${service}${where}`,
    );
  }
  return withVersion(found.url, versions[service] ?? '');
}

/** A URL that ends with the version, once, and with no slash. */
export function withVersion(url: string, version: string): string {
  const bare = url.replace(/\/+$/, '');
  return bare.endsWith(version) ? bare : `${bare}${version}`;
}
