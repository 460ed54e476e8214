/** Reads hosts, servers and ports of the cloud. Each request waits for the one before it. */
import * as z from 'zod';
import { mostOnPage } from '../../domain/mirror/page-size.ts';
import { macsOf } from '../../domain/mirror/port-absence.ts';
import type { CloudHypervisor } from '../../domain/mirror/seen.ts';
import { InstanceFacts } from '../../domain/servers/instance.ts';
import type { CloudReader } from '../../flows/cloud-reader.ts';
import { ifFound } from './cloud-answer.ts';
import { CloudError, type CloudErrorKind } from './cloud-error.ts';
import { PortListing, portPageOf } from './neutron-listings.ts';
import {
  HypervisorListing,
  novaVersion,
  ServerListing,
  ServiceListing,
  serverPageOf,
} from './nova-listings.ts';
import type { CloudSession } from './session.ts';

/** The addresses in a body of `GET /servers/{id}`. */
const ServerAddresses = z.object({
  server: InstanceFacts.pick({ addresses: true }),
});

/** A page of Nova's or Neutron's, in milliseconds: databases of large clouds are slow. */
const timeoutMs = 20_000;

/** The service user reads with the session; `now` as a moment. */
export function cloudInventory(
  session: Pick<CloudSession, 'request'>,
  now: () => string,
): CloudReader {
  const get = <T>(
    service: 'compute' | 'network',
    path: string,
    query: Readonly<Record<string, string>>,
    schema: z.ZodType<T>,
  ): Promise<T> =>
    session.request({
      service,
      method: 'GET',
      path,
      query,
      schema,
      timeoutMs,
      tries: 2,
      ...(service === 'compute' && { microversion: novaVersion }),
    });
  const paged = (marker: string | null, limit = mostOnPage) => ({
    limit: String(limit),
    ...(marker !== null && { marker }),
  });
  return {
    services: async () => {
      const binary = { binary: 'nova-compute' };
      return (await get('compute', '/os-services', binary, ServiceListing)).services;
    },
    hypervisors: async () => {
      const all: CloudHypervisor[] = [];
      let marker: string | null = null;
      do {
        const page: z.infer<typeof HypervisorListing> = await get(
          ...(['compute', '/os-hypervisors/detail'] as const),
          paged(marker),
          HypervisorListing,
        );
        all.push(...page.items);
        marker = afterPage(marker, page).next;
      } while (marker !== null);
      return all;
    },
    serverPage: async ({ marker, limit, since, host }) => {
      const read_at = now();
      const query = {
        all_tenants: '1',
        ...paged(marker, limit),
        ...(since !== undefined && { 'changes-since': since }),
        ...(host !== undefined && { host }),
      };
      // Nova answers 400 to a marker that was deleted since.
      const isLost = ({ kind, message }: CloudError) =>
        marker !== null && kind === 'invalid' && /marker/i.test(message);
      const body = await orLost(get('compute', '/servers/detail', query, ServerListing), isLost);
      return body === 'lost' ? 'lost' : afterPage(marker, serverPageOf(body, read_at));
    },
    portPage: async ({ marker, limit }) => {
      const read_at = now();
      const query = { ...paged(marker, limit), sort_key: 'id', sort_dir: 'asc' };
      const isLost = ({ kind }: CloudError) => marker !== null && kind === 'not_found';
      const body = await orLost(get('network', '/ports', query, PortListing), isLost);
      return body === 'lost' ? 'lost' : afterPage(marker, portPageOf(body, read_at));
    },
    hasServer: (uuid) => exists(get('compute', `/servers/${uuid}`, {}, z.unknown())),
    hasPort: (id) => exists(get('network', `/ports/${id}`, {}, z.unknown())),
    macsOfServer: async (uuid) => {
      const path = `/servers/${uuid}`;
      const body = await ifFound(get('compute', path, {}, ServerAddresses));
      return macsOf(body?.server ?? { addresses: {} });
    },
  };
}

async function orLost<T>(
  asking: Promise<T>,
  isLost: (error: CloudError) => boolean,
): Promise<T | 'lost'> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof CloudError && isLost(error)) return 'lost';
    throw error;
  }
}

const gone: CloudErrorKind = 'not_found';

async function exists(asking: Promise<unknown>): Promise<boolean> {
  try {
    await asking;
    return true;
  } catch (error) {
    if (error instanceof CloudError && error.kind === gone && error.status === 404) return false;
    throw error;
  }
}

/**
 * A page that comes after another one. A cloud, or a proxy before it, that leaves the marker out
 * would give the same page for ever. @throws CloudError `unreadable` if its last resource is that
 * of the page before.
 */
function afterPage<Page extends { readonly next: string | null }>(
  marker: string | null,
  page: Page,
): Page {
  if (marker === null || page.next !== marker) return page;
  throw new CloudError('unreadable', `the page after ${marker} ends with ${marker} again`);
}
