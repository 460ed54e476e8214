/** The commands: their options, requests and output. */
import * as z from 'zod';
import { alarmCommands } from './alarms.ts';
import { cloudRegister } from './cloud/register.ts';
import { cloudInventoryCommands } from './cloud-inventory.ts';
import type { Command, Given } from './command.ts';
import { type Evacuated, evacuateAll, evacuateServer, look, serversOf } from './evacuate.ts';
import { historyOf } from './host-history.ts';
import { monitoringCommands } from './monitoring.ts';
import { operationsCommands } from './operations.ts';
import { Item } from './output.ts';
import { portNamed, portsOf, setPort } from './ports.ts';
import { progressOf } from './progress.ts';
import { all, itemOf, one, queryString, segment } from './requests.ts';
import { Failure, Misuse } from './session.ts';
import { endSilence, silenceCommands, silenceHost } from './silences.ts';
import { subscriptionCommands } from './subscriptions.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
/**
 * The microversions of requests: the highest that has `os-hosts`, and the one for services and
 * servers.
 */
const [hostsVersion, version] = ['2.42', '2.90'];

const Servers = z
  .object({
    servers: z.array(Item),
    servers_links: z.array(z.object({ rel: z.string(), href: z.string() })).default([]),
  })
  .transform(({ servers, servers_links }) => ({
    items: servers,
    next: servers_links.find(({ rel }) => rel === 'next')?.href,
  }));

const Faults = z
  .object({ faults: z.array(Item), next: z.string().optional() })
  .transform(({ faults, next }) => ({ items: faults, next }));

const Outcome = z.object({
  change: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
});

/**
 * A fault whose outcome in the cloud is shown as one text, such as `down: done`. A fault without an
 * outcome is not changed.
 */
function withCloud(fault: Item): Item {
  const { data } = Outcome.safeParse(fault.applied_to_cloud);
  if (!data) return fault;
  const { change, state, reason } = data;
  return { ...fault, in_the_cloud: `${change}: ${state}${reason === null ? '' : ` (${reason})`}` };
}

function switchOf(given: Given, name: string): string | undefined {
  const value = given[name];
  if (value === undefined || value === 'enable' || value === 'disable') return value;
  throw new Misuse(`--${name} is enable or disable.`);
}

/** Servers evacuated at once: the default, which suits a small deployment, and the maximum. */
const [usualJobs, mostJobs] = [4, 32];

function jobsOf({ jobs = String(usualJobs) }: Given): number {
  const number = Number(jobs);
  if (/^\d{1,2}$/.test(String(jobs)) && number >= 1 && number <= mostJobs) return number;
  throw new Misuse(`--jobs is a number from 1 to ${mostJobs}.`);
}

const targetOf = ({ target }: Given): string | undefined =>
  typeof target === 'string' ? target : undefined;

const hasFailed = ({ status }: Evacuated): boolean => status === 'failed';

export const commands: readonly Command[] = [
  {
    name: 'host-update',
    usage:
      '[--status enable|disable] [--maintenance enable|disable] [--report-host-down] [--silence 2h] HOST',
    does: 'Update a host; --report-host-down, or --down, reports its fault. Fence it first. For planned work, --silence first silences its alarms.',
    argument: 'HOST',
    options: {
      status: text,
      maintenance: text,
      'report-host-down': flag,
      down: flag,
      silence: text,
    },
    run: async (session, given, host) => {
      const [status, maintenance_mode] = [
        switchOf(given, 'status'),
        switchOf(given, 'maintenance'),
      ];
      const down = given['report-host-down'] === true || given.down === true;
      if (status === undefined && maintenance_mode === undefined && !down) {
        throw new Misuse('One of --status, --maintenance and --report-host-down is needed.');
      }
      const update = {
        ...(status && { status }),
        ...(maintenance_mode && { maintenance_mode }),
        ...(down && { host_down_reported: 'true' }),
      };
      const path = `/os-hosts/${segment(host)}`;
      const put = { service: 'compute', method: 'PUT', microversion: hostsVersion } as const;
      const { silence } = given;
      if (typeof silence !== 'string') {
        return one(session, 'host', { ...put, path, body: { host: update } });
      }
      const silence_id = await silenceHost(session, host, silence);
      try {
        const body = { host: update };
        return { item: { ...(await itemOf(session, 'host', { ...put, path, body })), silence_id } };
      } catch (error) {
        await endSilence(session, silence_id);
        throw error;
      }
    },
  },
  {
    name: 'host-evacuate',
    usage: '[--target HOST] [--jobs N] HOST',
    does: 'Evacuate all servers of a host that is down; a repeat continues with the remaining ones.',
    argument: 'HOST',
    options: { target: text, jobs: text },
    run: async (session, given, source, screen) => {
      const [target, jobs] = [targetOf(given), jobsOf(given)];
      const servers = await serversOf(session, source);
      const progress = progressOf(screen, servers.length);
      const onOutcome = (one: Evacuated) => progress.count({ failed: hasFailed(one) });
      const onProgress = progress.note;
      const all = { source, target, jobs, onOutcome, onProgress };
      const items = await evacuateAll(session, servers, all);
      progress.end();
      const columns = { ID: 'id', Name: 'name', Status: 'status', Host: 'host', Reason: 'reason' };
      return { items, columns, failed: items.some(hasFailed) };
    },
  },
  {
    name: 'host list',
    usage: '',
    does: 'List the hosts and the states of their services.',
    options: {},
    run: async (session) => {
      const path = '/os-services?binary=nova-compute';
      const body = await session.ask({ service: 'compute', path, microversion: version });
      const { services } = z.object({ services: z.array(Item) }).parse(body);
      const columns = {
        Host: 'host',
        Zone: 'zone',
        Status: 'status',
        State: 'state',
        'Disabled reason': 'disabled_reason',
        'Updated at': 'updated_at',
      };
      return { items: services, columns };
    },
  },
  {
    name: 'host show',
    usage: 'HOST',
    does: 'Show a host.',
    argument: 'HOST',
    options: {},
    run: (session, _, host) =>
      one(session, 'host', { service: 'fault-management', path: `/hosts/${segment(host)}` }),
  },
  {
    name: 'host history',
    usage: '[--limit N] HOST',
    does: 'List the history of a host: faults, maintenance and evacuations, the newest first, with their callers and requests; the newest 200, or N.',
    argument: 'HOST',
    options: { limit: text },
    run: async (session, given, host) => {
      const history = await historyOf(session, host, given);
      const columns = {
        At: 'at',
        What: 'what',
        'User ID': 'user_id',
        'Request ID': 'request_id',
        'Fault ID': 'fault_id',
        'Server ID': 'server_id',
        To: 'dest',
        Status: 'status',
      };
      return { items: history, columns };
    },
  },
  {
    name: 'server list',
    usage: '[--all-projects] [--host HOST] [--status STATUS] [--name PATTERN]',
    does: 'List servers.',
    options: { 'all-projects': flag, host: text, status: text, name: text },
    run: async (session, { 'all-projects': everywhere, ...filters }) => {
      const query = queryString({ ...filters, ...(everywhere && { all_tenants: '1' }) });
      const path = `/servers/detail${query}`;
      const request = { service: 'compute', path, microversion: version } as const;
      const items = await all(session, request, (body) => Servers.parse(body));
      const columns = { ID: 'id', Name: 'name', Status: 'status', Project: 'tenant_id' };
      const host = 'OS-EXT-SRV-ATTR:host';
      return {
        items,
        columns: { ...columns, ...(items.some((i) => host in i) && { Host: host }) },
      };
    },
  },
  {
    name: 'server show',
    usage: 'ID',
    does: 'Show a server.',
    argument: 'ID',
    options: {},
    run: (session, _, id) =>
      one(session, 'server', {
        service: 'compute',
        path: `/servers/${segment(id)}`,
        microversion: version,
      }),
  },
  {
    name: 'server evacuate',
    usage: '[--target HOST] ID',
    does: 'Evacuate a server from its host, which is down.',
    argument: 'ID',
    options: { target: text },
    run: async (session, given, id) => {
      const server = await look(session, id);
      const source = server?.['OS-EXT-SRV-ATTR:host'];
      if (!server || !source) throw new Failure(`Server ${id} could not be found on any host.`);
      const named = { id, name: z.string().catch('').parse(server.name) };
      const item = await evacuateServer(session, named, { source, target: targetOf(given) });
      return { item, failed: hasFailed(item) };
    },
  },
  {
    name: 'port set',
    usage:
      '[--dp-down true|false] [--data-plane-status ACTIVE|DOWN|none] [--status ACTIVE|DOWN|BUILD|ERROR] PORT',
    does: 'Report the data plane status or the status of a port; PORT is an id or a name.',
    argument: 'PORT',
    options: { 'dp-down': text, 'data-plane-status': text, status: text },
    run: async (session, given, port) => ({ item: await setPort(session, given, port) }),
  },
  {
    name: 'port list',
    usage: '[--host HOST] [--server ID] [--project ID] [--status STATUS] [--dp-down true|false]',
    does: 'List ports; --host is for administrators.',
    options: { host: text, server: text, project: text, status: text, 'dp-down': text },
    run: async (session, given) => {
      const named = {
        host: 'binding:host_id',
        server: 'device_id',
        project: 'project_id',
        status: 'status',
        'dp-down': 'dp_down',
      };
      const filters = Object.entries(named).flatMap(([option, key]) => {
        const value = given[option];
        return typeof value === 'string' ? [[key, value]] : [];
      });
      const items = await portsOf(session, Object.fromEntries(filters));
      const columns = {
        ID: 'id',
        Name: 'name',
        Status: 'status',
        'Data plane': 'data_plane_status',
        Server: 'device_id',
        Project: 'project_id',
      };
      const host = 'binding:host_id';
      return {
        items,
        columns: { ...columns, ...(items.some((i) => host in i) && { Host: host }) },
      };
    },
  },
  {
    name: 'port show',
    usage: 'PORT',
    does: 'Show a port by its id or name.',
    argument: 'PORT',
    options: {},
    run: async (session, _, port) => ({ item: await portNamed(session, port) }),
  },
  {
    name: 'fault list',
    usage: '[--all] [--host HOST] [--project ID] [--since TIME] [--until TIME]',
    does: 'List open faults, or with --all all faults; a tenant sees those of its servers and ports.',
    options: { all: flag, host: text, project: text, since: text, until: text },
    run: async (session, { all: cleared, project, ...filters }) => {
      const query = { ...filters, project_id: project, ...(cleared && { status: 'all' }) };
      const path = `/faults${queryString(query)}`;
      const request = { service: 'fault-management', path } as const;
      const items = await all(session, request, (body) => Faults.parse(body));
      const columns = {
        Fault: 'fault_id',
        Status: 'status',
        'Raised at': 'raised_at',
        'Cleared at': 'cleared_at',
        Servers: 'instances_affected',
        Ports: 'ports_affected',
      };
      return {
        items: items.map(withCloud),
        columns: {
          ...columns,
          ...(items.some((i) => 'host' in i) && { Host: 'host' }),
          ...(items.some((i) => i.applied_to_cloud) && { 'In the cloud': 'in_the_cloud' }),
        },
      };
    },
  },
  {
    name: 'fault show',
    usage: 'ID',
    does: 'Show a fault with the servers or ports that it affected.',
    argument: 'ID',
    options: {},
    run: (session, _, id) =>
      one(session, 'fault', { service: 'fault-management', path: `/faults/${segment(id)}` }),
  },
  ...alarmCommands,
  ...silenceCommands,
  ...subscriptionCommands,
  ...monitoringCommands,
  ...operationsCommands,
  ...cloudInventoryCommands(),
  cloudRegister,
];
