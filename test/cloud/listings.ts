/**
 * The lists of the stand-in's Nova and Neutron: services, hypervisors, servers and ports, page by
 * page, and the two requests that change them for a fault: a service is forced down or up, and a
 * port's data plane is written. Source: docs/wire/cloud-listings.md.
 */
import * as z from 'zod';
import type { ServedAnswer, ServedRequest } from './served.ts';
import type { StandIn } from './stand-in.ts';

/** A server or a port as the API shows it; tests change its fields. */
export type CloudItem = Record<string, unknown> & { id: string };

export type ServiceItem = { id: string; host: string; zone: string; forced_down: boolean };

const idOf = (prefix: string, n: number): string =>
  `${prefix}0000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const serverId = (n: number): string => idOf('5e00', n);
export const portId = (n: number): string => idOf('4000', n);

/** Nova's form of a time in milliseconds. */
const novaTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** The n-th server, active on a host, created `n` seconds after 2026-01-01. */
export function serverItem(
  n: number,
  host: string,
  given: Record<string, unknown> = {},
): CloudItem {
  const created = novaTime(Date.UTC(2026, 0, 1) + n * 1000);
  return {
    id: serverId(n),
    name: `vm-${n}`,
    status: 'ACTIVE',
    tenant_id: 'b0a1c2d3e4f5061728394a5b6c7d8e9f',
    user_id: '1f2e3d4c5b6a79880716253443526170',
    created,
    updated: created,
    metadata: {},
    addresses: { net: [{ addr: '10.0.0.5', version: 4, 'OS-EXT-IPS:type': 'fixed' }] },
    image: { id: 'c0ffee00-0000-4000-8000-000000000001' },
    flavor: {
      ...{ original_name: 'm1.small', vcpus: 1, ram: 2048, disk: 20, ephemeral: 0, swap: 0 },
      extra_specs: {},
    },
    host_status: 'UP',
    'OS-EXT-SRV-ATTR:host': host,
    'OS-EXT-STS:vm_state': 'active',
    'OS-EXT-STS:task_state': null,
    'OS-EXT-STS:power_state': 1,
    'OS-EXT-AZ:availability_zone': 'az-1',
    'OS-SRV-USG:launched_at': `${created.slice(0, -1)}.000000`,
    ...given,
  };
}

/** The n-th port, of a server, bound to a host. */
export function portItem(n: number, server: string, host: string): CloudItem {
  return {
    id: portId(n),
    network_id: '8e700000-0000-4000-8000-000000000001',
    project_id: 'b0a1c2d3e4f5061728394a5b6c7d8e9f',
    tenant_id: 'b0a1c2d3e4f5061728394a5b6c7d8e9f',
    name: '',
    description: '',
    admin_state_up: true,
    status: 'ACTIVE',
    device_id: server,
    device_owner: 'compute:nova',
    mac_address: macOf(n),
    fixed_ips: [{ subnet_id: '8e700000-0000-4000-8000-000000000002', ip_address: '10.0.0.5' }],
    security_groups: [],
    tags: [],
    'binding:host_id': host,
    'binding:vnic_type': 'normal',
    'binding:profile': {},
    data_plane_status: null,
    revision_number: 3,
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:01Z',
  };
}

const serviceItem = (host: string): ServiceItem => ({
  id: `service-${host}`,
  host,
  zone: 'az-1',
  forced_down: false,
});

const macOf = (n: number): string =>
  `fa:16:3e:${(n + 0x1000000)
    .toString(16)
    .slice(-6)
    .replace(/(..)(?=.)/g, '$1:')}`;

/** The addresses of a server with the ports of these numbers, as Nova shows them. */
const addressesOf = (ports: readonly number[]) => ({
  net: ports.map((n) => ({
    ...{ addr: '10.0.0.5', version: 4, 'OS-EXT-IPS:type': 'fixed' },
    'OS-EXT-IPS-MAC:mac_addr': macOf(n),
  })),
});

/** Adds Nova's and Neutron's lists to a stand-in. Tests change their contents. */
export function cloudListings(cloud: StandIn, hosts: readonly string[] = []) {
  const held = {
    services: hosts.map(serviceItem),
    servers: new Map<string, CloudItem>(),
    /** Servers that were deleted; only `changes-since` shows them. */
    deleted: new Map<string, CloudItem>(),
    ports: new Map<string, CloudItem>(),
  };
  cloud.serve('compute', '/compute', '/v2.1', (request) => nova(held, request));
  cloud.serve('network', '/network', '/v2.0', (request) => neutron(held, request));
  return {
    ...held,
    /** Adds servers with the numbers from 1 to `count`, each on a host in turn, with `perServer` ports. */
    fill: (count: number, perServer = 0) => {
      let ports = 0;
      for (let n = 1; n <= count; n++) {
        const host = hosts[n % hosts.length] ?? '';
        const own = Array.from({ length: perServer }, () => ++ports);
        held.servers.set(serverId(n), serverItem(n, host, { addresses: addressesOf(own) }));
        for (const each of own) held.ports.set(portId(each), portItem(each, serverId(n), host));
      }
    },
    /** Has Nova show a server with the ports of these numbers, and no others. */
    showPorts: (server: string, ports: readonly number[]) =>
      Object.assign(held.servers.get(server) ?? {}, { addresses: addressesOf(ports) }),
    /** Deletes a server as Nova does: a listing of changes shows it with its last host. */
    deleteServer: (id: string, at: string) => {
      const server = held.servers.get(id);
      if (!server) return;
      held.servers.delete(id);
      const state = { status: 'DELETED', 'OS-EXT-STS:vm_state': 'deleted' };
      held.deleted.set(id, { ...server, ...state, updated: at });
    },
  };
}

type Lists = {
  readonly services: readonly ServiceItem[];
  readonly servers: ReadonlyMap<string, CloudItem>;
  readonly deleted: ReadonlyMap<string, CloudItem>;
  readonly ports: ReadonlyMap<string, CloudItem>;
};

const refusal = (status: number, key: string, message: string): ServedAnswer => ({
  status,
  body: { [key]: { code: status, message } },
});

function nova(
  lists: Lists,
  { method, below, query, path, body }: ServedRequest,
): ServedAnswer | undefined {
  if (method === 'PUT') return putService(lists, below, body);
  if (method !== 'GET') return undefined;
  if (below === '/v2.1/os-services') {
    const host = query.get('host');
    const services = lists.services.filter((each) => host === null || each.host === host);
    return { status: 200, body: { services } };
  }
  if (below === '/v2.1/os-hypervisors/detail') {
    const hypervisors = lists.services.map(({ host }) => ({
      ...{ id: `hypervisor-${host}`, service: { id: `service-${host}`, host } },
      ...{ hypervisor_type: 'QEMU', hypervisor_version: 8002002, host_ip: '192.0.2.1' },
      ...{ vcpus: 32, memory_mb: 131072, local_gb: 1800 },
    }));
    return { status: 200, body: { hypervisors } };
  }
  const [, id] = /^\/v2\.1\/servers\/([^/]+)$/.exec(below) ?? [];
  if (id === undefined) return undefined;
  if (id === 'detail') return serverListing(lists, query, path);
  const server = lists.servers.get(id);
  return server
    ? { status: 200, body: { server } }
    : refusal(404, 'itemNotFound', `Instance ${id} could not be found.`);
}

const ForcedDown = z.object({ forced_down: z.boolean() });

function putService({ services }: Lists, below: string, body: unknown): ServedAnswer | undefined {
  const service = services.find(({ id }) => below === `/v2.1/os-services/${id}`);
  if (!service) return undefined;
  Object.assign(service, ForcedDown.parse(body));
  return { status: 200, body: { service } };
}

/** Newest first. A full page has a link, even if it is the last. An unknown marker is a 400. */
function serverListing(
  { servers, deleted }: Lists,
  query: URLSearchParams,
  path: string,
): ServedAnswer {
  const since = query.get('changes-since');
  const host = query.get('host');
  const shown =
    since === null
      ? [...servers.values()]
      : [...servers.values(), ...deleted.values()].filter(
          ({ updated }) =>
            Date.parse(String(updated)) >= Math.floor(Date.parse(since) / 1000) * 1000,
        );
  const there = shown.filter((each) => host === null || each['OS-EXT-SRV-ATTR:host'] === host);
  const sorted = there.toSorted((a, b) =>
    `${b.created} ${b.id}`.localeCompare(`${a.created} ${a.id}`),
  );
  const marker = query.get('marker');
  const start = marker === null ? 0 : sorted.findIndex(({ id }) => id === marker) + 1;
  if (marker !== null && start === 0) {
    return refusal(400, 'badRequest', `marker [${marker}] not found`);
  }
  const limit = Math.min(Number(query.get('limit') ?? 1000), 1000);
  const page = sorted.slice(start, start + limit);
  const links = page.length === limit ? linksTo(path, query, page, ['next']) : undefined;
  return { status: 200, body: { servers: page, ...(links && { servers_links: links }) } };
}

const DataPlane = z.object({ port: z.object({ data_plane_status: z.enum(['ACTIVE', 'DOWN']) }) });

function neutron(lists: Lists, { method, below, query, path, body }: ServedRequest) {
  if (method !== 'GET' && method !== 'PUT') return undefined;
  if (below === '/v2.0/ports') return portListing(lists, query, path);
  const port = lists.ports.get(below.replace('/v2.0/ports/', ''));
  if (port && method === 'PUT') Object.assign(port, DataPlane.parse(body).port);
  return port
    ? { status: 200, body: { port } }
    : refusal(404, 'NeutronError', `Port ${below} could not be found.`);
}

const portFilters = new Set([
  ...['limit', 'marker', 'sort_key', 'sort_dir', 'page_reverse', 'id', 'fields'],
]);

/** In the order of ids. Links `next` and `previous`; an unknown marker is a 404, an unknown filter a 400. */
function portListing({ ports }: Lists, query: URLSearchParams, path: string): ServedAnswer {
  const odd = [...query.keys()].find((name) => !portFilters.has(name));
  if (odd !== undefined) {
    return refusal(400, 'NeutronError', `['${odd}'] is invalid attribute for filtering`);
  }
  const ids = query.getAll('id');
  const sorted = [...ports.values()]
    .filter(({ id }) => ids.length === 0 || ids.includes(id))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const marker = query.get('marker');
  const start = marker === null ? 0 : sorted.findIndex(({ id }) => id === marker) + 1;
  if (marker !== null && start === 0) {
    return refusal(404, 'NeutronError', `Port ${marker} could not be found.`);
  }
  const limit = Number(query.get('limit') ?? sorted.length);
  const page = sorted.slice(start, start + limit);
  const rels = [
    ...(start + limit < sorted.length ? ['next'] : []),
    ...(marker ? ['previous'] : []),
  ];
  const links = rels.length > 0 ? linksTo(path, query, page, rels) : undefined;
  return { status: 200, body: { ports: page, ...(links && { ports_links: links }) } };
}

/** Absolute links that keep the query, to an address that clients cannot reach. */
function linksTo(
  path: string,
  query: URLSearchParams,
  page: readonly CloudItem[],
  rels: readonly string[],
) {
  return rels.map((rel) => {
    const next = new URLSearchParams(query);
    next.set('marker', String((rel === 'next' ? page.at(-1) : page[0])?.id));
    return { rel, href: `http://inside.cloud.invalid${path}?${next}` };
  });
}
