/** The services and endpoints of the stand-in's Keystone, and their routes for administrators. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { refused, type Served } from './served.ts';

const Service = z.object({
  type: z.string(),
  name: z.string().default(''),
  description: z.string().default(''),
  enabled: z.boolean().default(true),
});
const Endpoint = z.object({
  service_id: z.string(),
  interface: z.enum(['public', 'internal', 'admin']),
  region_id: z.string().nullish(),
  url: z.string(),
  enabled: z.boolean().default(true),
});

type ServiceRow = z.infer<typeof Service> & { readonly id: string };
type EndpointRow = z.infer<typeof Endpoint> & { readonly id: string };

const newId = () => randomUUID().replaceAll('-', '');
const notFound = (what: string) => refused(404, 'Not Found', `Could not find ${what}.`);
const badRequest = () => refused(400, 'Bad Request', 'The request cannot be read.');

/** The tables of services, endpoints and regions. Services that tests add are in the first region. */
export function makeCatalogStore(region: string) {
  const regions = [region];
  const services: ServiceRow[] = [];
  const endpoints: EndpointRow[] = [];

  const add = (type: string, url: string, name = type) => {
    const id = newId();
    services.push({ id, type, name, description: '', enabled: true });
    for (const face of ['public', 'internal', 'admin'] as const) {
      const place = { interface: face, region_id: region, url };
      endpoints.push({ id: newId(), service_id: id, enabled: true, ...place });
    }
  };

  const asCatalog = () =>
    services.map(({ id, type, name }) => ({
      id,
      type,
      name,
      endpoints: endpoints
        .filter(({ service_id }) => service_id === id)
        .map((each) => ({
          id: each.id,
          interface: each.interface,
          region: each.region_id,
          region_id: each.region_id,
          url: each.url,
        })),
    }));

  return {
    services,
    endpoints,
    regions,
    add,
    asCatalog,
    routes: catalogRoutes(services, endpoints, regions),
  };
}

/** `GET`, `POST`, `PATCH` and `DELETE` of one table, with the filters that its rows have. */
function tableRoutes<Row extends { readonly id: string }>(
  name: string,
  rows: Row[],
  read: (body: unknown, before?: Row) => Omit<Row, 'id'> | undefined,
  make: (id: string, values: Omit<Row, 'id'>) => Row,
): Served {
  return ({ method, below, query, body }) => {
    const [, id] = /^\/v3\/[a-z]+\/([^/]+)$/.exec(below) ?? [];
    const at = rows.findIndex((row) => row.id === id);
    const found = rows[at];
    if (id === undefined) {
      if (method === 'GET') {
        const filters = [...query].filter(([key]) => !['limit', 'marker'].includes(key));
        const listed = rows.filter((row) =>
          filters.every(([key, value]) =>
            Object.entries(row).some(([k, v]) => k === key && v === value),
          ),
        );
        return { status: 200, body: { [`${name}s`]: listed, links: { next: null } } };
      }
      const values = read(body);
      if (!values) return badRequest();
      const made = make(newId(), values);
      rows.push(made);
      return { status: 201, body: { [name]: made } };
    }
    if (!found) return notFound(`${name}: ${id}`);
    if (method === 'DELETE') {
      rows.splice(at, 1);
      return { status: 204 };
    }
    if (method === 'GET') return { status: 200, body: { [name]: found } };
    const values = read(body, found);
    if (!values) return badRequest();
    const changed = make(id, values);
    rows[at] = changed;
    return { status: 200, body: { [name]: changed } };
  };
}

function catalogRoutes(
  services: ServiceRow[],
  endpoints: EndpointRow[],
  regions: readonly string[],
): Served {
  const serviceRoutes = tableRoutes(
    'service',
    services,
    (body, before) =>
      z.object({ service: Service.partial() }).safeParse(body).success
        ? Service.safeParse({
            ...before,
            ...z.object({ service: z.looseObject({}) }).parse(body).service,
          }).data
        : undefined,
    (id, values) => ({ ...values, id }),
  );
  const [region = ''] = regions;
  const endpointRoutes = tableRoutes(
    'endpoint',
    endpoints,
    (body, before) => {
      const given = z.object({ endpoint: z.looseObject({}) }).safeParse(body).data?.endpoint;
      const { data } = Endpoint.safeParse({ ...before, ...given });
      const known = services.some(({ id }) => id === data?.service_id);
      return known && regions.includes(data?.region_id ?? region) ? data : undefined;
    },
    (id, values) => ({ ...values, id }),
  );
  return (request) => {
    if (/^\/v3\/services(\/|$)/.test(request.below)) return serviceRoutes(request);
    if (/^\/v3\/endpoints(\/|$)/.test(request.below)) return endpointRoutes(request);
    if (request.below === '/v3/regions') {
      return { status: 200, body: { regions: regions.map((id) => ({ id })) } };
    }
    return undefined;
  };
}
