/**
 * The stand-in's Nova, with the requests that faults and evacuations need. It repeats recorded
 * answers of Nova 34. It records what must never happen: a second evacuation of a server during the
 * first, and a stop.
 */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Served, ServedAnswer, ServedRequest } from './served.ts';

type Service = { readonly id: string; readonly host: string; forced_down: boolean };
type Server = {
  readonly id: string;
  host: string;
  vm_state: string;
  task_state: string | null;
  fault?: { message: string };
};
type Migration = {
  readonly id: number;
  readonly uuid: string;
  readonly instance_uuid: string;
  readonly source_compute: string;
  readonly migration_type: 'evacuation';
  dest_compute: string | null;
  readonly wanted: string | null;
  status: string;
};

const refusal = (status: number, name: string, message: string): ServedAnswer => ({
  status,
  body: { [name]: { code: status, message } },
});
const badRequest = (message: string) => refusal(400, 'badRequest', message);
const notFound = (message: string) => refusal(404, 'itemNotFound', message);

const Action = z.union([
  z.object({ evacuate: z.object({ host: z.string().optional() }) }),
  z.object({ 'os-resetState': z.object({ state: z.enum(['error', 'active']) }) }),
]);

const underWay = (status: string): boolean => status === 'accepted' || status === 'pre-migrating';

/** Nova with hosts that are up, and servers that are active on them. */
export function makeFaultNova(hosts: readonly string[], on: Readonly<Record<string, string>> = {}) {
  const services: Service[] = hosts.map((host) => ({ id: randomUUID(), host, forced_down: false }));
  const servers = new Map<string, Server>(
    Object.entries(on).map(([id, host]) => [
      id,
      { id, host, vm_state: 'active', task_state: null },
    ]),
  );
  const migrations: Migration[] = [];
  /** The requests so far that must never be sent. */
  const broken: string[] = [];
  const service = (host: string) => services.find((each) => each.host === host);

  function evacuate(server: Server, host: string | undefined): ServedAnswer {
    if (host !== undefined && !service(host)) return notFound(`Compute host ${host} not found.`);
    if (host === server.host) return badRequest("The target host can't be the same one.");
    if (!service(server.host)?.forced_down) {
      return badRequest(`Compute service of ${server.host} is still in use.`);
    }
    if (migrations.some((each) => each.instance_uuid === server.id && underWay(each.status))) {
      broken.push(`a second evacuation of ${server.id}`);
    }
    server.task_state = 'rebuilding';
    migrations.push({
      ...{ id: migrations.length + 1, uuid: randomUUID(), instance_uuid: server.id },
      ...{ source_compute: server.host, migration_type: 'evacuation', status: 'accepted' },
      ...{ dest_compute: host ?? null, wanted: host ?? null },
    });
    return { status: 200, body: '' };
  }

  function act(server: Server, body: unknown): ServedAnswer {
    const { data: action } = Action.safeParse(body);
    if (!action) {
      broken.push(JSON.stringify(body));
      return badRequest('There is no such action.');
    }
    if ('evacuate' in action) return evacuate(server, action.evacuate.host);
    server.vm_state = action['os-resetState'].state;
    server.task_state = null;
    return { status: 202, body: '' };
  }

  function putService(id: string, forced_down: boolean): ServedAnswer {
    const found = services.find((each) => each.id === id);
    if (!found) return notFound(`Service ${id} could not be found.`);
    const stuck = migrations.some(
      ({ source_compute, status }) => source_compute === found.host && status === 'done',
    );
    if (!forced_down && found.forced_down && stuck) {
      return badRequest(
        `Unable to force up host ${found.host} as \`done\` evacuation migration records remain associated with the host. Ensure the compute service has been restarted, allowing these records to move to \`completed\` before retrying this request.`,
      );
    }
    found.forced_down = forced_down;
    return { status: 200, body: { service: serviceView(found) } };
  }

  const serviceView = (each: Service) => ({
    ...{ id: each.id, host: each.host, binary: 'nova-compute', zone: 'nova', status: 'enabled' },
    ...{ state: each.forced_down ? 'down' : 'up', forced_down: each.forced_down },
    ...{ updated_at: '2026-11-26T20:00:00.000000', disabled_reason: null },
  });
  const serverView = ({ id, host, vm_state, task_state, fault }: Server) => ({
    ...{ id, 'OS-EXT-SRV-ATTR:host': host, 'OS-EXT-STS:vm_state': vm_state },
    ...{ 'OS-EXT-STS:task_state': task_state, ...(fault && { fault: { code: 500, ...fault } }) },
  });

  const serve: Served = ({ method, below, query, body }: ServedRequest) => {
    const [, id = '', action] =
      /^\/v2\.1\/(?:servers|os-services)\/([^/]+)(\/action)?$/.exec(below) ?? [];
    if (below === '/v2.1/os-services') {
      const shown = services.filter(({ host }) => (query.get('host') ?? host) === host);
      return { status: 200, body: { services: shown.map(serviceView) } };
    }
    if (below === '/v2.1/servers/detail') {
      const shown = [...servers.values()].filter(
        ({ host }) => (query.get('host') ?? host) === host,
      );
      const from = shown.findIndex((each) => each.id === query.get('marker')) + 1;
      const page = shown.slice(from, from + Number(query.get('limit') ?? 1000));
      const full = page.length === Number(query.get('limit') ?? 1000);
      const links = full && { servers_links: [{ rel: 'next', href: 'http://nova/next' }] };
      return { status: 200, body: { servers: page.map(serverView), ...links } };
    }
    if (below === '/v2.1/os-migrations') {
      const of = query.get('instance_uuid');
      const shown = migrations.filter(({ instance_uuid }) => instance_uuid === of).reverse();
      return { status: 200, body: { migrations: shown } };
    }
    if (method === 'PUT') {
      return putService(id, z.object({ forced_down: z.boolean() }).parse(body).forced_down);
    }
    const server = servers.get(id);
    if (!server) return notFound(`Instance ${id} could not be found.`);
    return action ? act(server, body) : { status: 200, body: { server: serverView(server) } };
  };

  return {
    services,
    servers,
    migrations,
    broken,
    service,
    serve,
    /** Moves each running evacuation to its next status. Nova chooses `compute-3` as target. */
    work: () => {
      for (const each of migrations.filter(({ status }) => underWay(status))) {
        const server = servers.get(each.instance_uuid);
        if (each.status === 'accepted') {
          each.status = 'pre-migrating';
          each.dest_compute = each.wanted ?? 'compute-3';
        } else if (server) {
          each.status = 'done';
          Object.assign(server, { host: each.dest_compute, vm_state: 'active', task_state: null });
        }
      }
    },
    /** The compute service of a host restarts. */
    restart: (host: string) => {
      for (const each of migrations) {
        if (each.source_compute === host && each.status === 'done') each.status = 'completed';
      }
    },
  };
}
export type FaultNova = ReturnType<typeof makeFaultNova>;
