/**
 * The cost of a page among 10,000 servers on 500 hosts, with 12,000 hosts in the list: requests,
 * keys read from an index, and rows read. The functions `compute` and `doctor` run as deployed, on
 * tables that only this test uses.
 */
import { randomUUID } from 'node:crypto';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { streamedHost } from '../../adapters/hosts/host-rows.ts';
import { rosterRow } from '../../adapters/hosts/roster.ts';
import { inParallel } from '../../adapters/in-parallel.ts';
import { indexedInstance } from '../../adapters/servers/instances.ts';
import { placeOfFault } from '../../domain/hosts/affected.ts';
import type { Fault } from '../../domain/hosts/fault.ts';
import type { Host } from '../../domain/hosts/host.ts';
import type { Instance, VmState } from '../../domain/servers/instance.ts';
import { slices } from '../../domain/slices.ts';
import { mostServersRead } from '../../functions/compute/servers/server-pages.ts';
import { invoke, type Prepare } from '../crash/invoke.ts';
import { hostWith, instanceWith, minute } from '../domain/rows.ts';
import { proxyEvent } from '../functions/call.ts';
import { isTokenCheck, type OwnThings, ownThings } from '../stack/own-tables.ts';
import { type Client, clientConfig, dynamodb, login } from '../stack/stack.ts';

const [hostCount, serverCount, ownCount, deletedCount, faultCount] = [500, 10_000, 300, 150, 250];
const [listedCount, zoneCount] = [12_000, 3];
const padded = (n: number) => String(n).padStart(5, '0');

/** The counts of zones. Those of a few hosts represent all. */
const zoneRows = Array.from({ length: zoneCount }, (_, n) => ({
  ...{ shard: 'zones', host: `hosts#0#zone-${n}`, zone: `zone-${n}`, hosts: 1, enabled: 1 },
}));

let own: OwnThings;
let admin: Client;
let tenant: Client;
let hosts: Host[];
let servers: Instance[];

/** Of a hundred servers, one is in error and two are stopped. */
const stateOf = (n: number): VmState =>
  n % 100 === 7 ? 'error' : n % 50 === 9 ? 'stopped' : 'active';

function worldOf(project: string) {
  const allHosts = Array.from({ length: listedCount }, (_, n) =>
    hostWith({
      ...{
        host: `compute-${padded(n)}`,
        zone: `zone-${n % zoneCount}`,
        service_number: n + 1,
        incarnation: randomUUID(),
      },
      ...{ service_id: randomUUID(), hypervisor_id: randomUUID() },
    }),
  );
  const live = Array.from({ length: serverCount }, (_, n) =>
    instanceWith({
      ...{ uuid: randomUUID(), name: `vm-${padded(n)}`, vm_state: stateOf(n) },
      host: `compute-${padded(n % hostCount)}`,
      project_id: n < ownCount ? project : `project-${n % 40}`,
      created_at: minute(n),
      // The last hundred have changed since this time.
      updated_at: minute(n < serverCount - 100 ? 20_000 : 30_000 + n),
    }),
  );
  const gone = Array.from({ length: deletedCount }, (_, n) =>
    instanceWith({
      ...{ uuid: randomUUID(), name: `gone-${n}`, deleted: true, vm_state: 'deleted' },
      ...{ host: allHosts[0]?.host ?? null, project_id: project },
      ...{ created_at: minute(n), updated_at: minute(25_000) },
    }),
  );
  const faults = Array.from({ length: faultCount }, (_, n): Fault => {
    const reported_by = { user_id: 'u', user_name: 'u', project_id: 'p' };
    return {
      ...{ kind: 'host', host: `compute-${padded(n % 5)}`, number: n + 1, fault_id: randomUUID() },
      ...{ at: minute(n), reported_by, request_id: 'req', source: null, cleared_at: null },
      applied_to_cloud: null,
    };
  });
  return { allHosts, instances: [...live, ...gone], faults };
}

async function seed(table: string, rows: readonly Record<string, unknown>[]): Promise<void> {
  const client = dynamodb();
  await inParallel(slices(rows, 25), 8, (slice) =>
    client.send(
      new BatchWriteCommand({
        RequestItems: { [table]: slice.map((Item) => ({ PutRequest: { Item } })) },
      }),
    ),
  );
  client.destroy();
}

beforeAll(async () => {
  const { endpoint, region, credentials } = clientConfig();
  Object.assign(process.env, {
    ...{ AWS_ENDPOINT_URL: endpoint, AWS_REGION: region },
    ...{ AWS_ACCESS_KEY_ID: credentials.accessKeyId },
    ...{ AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey },
  });
  [own, admin, tenant] = await Promise.all([ownThings(), login('admin'), login('tenant-a')]);
  const { allHosts, instances, faults } = worldOf(tenant.projectId);
  [hosts, servers] = [allHosts, instances];
  const { HOSTS_TABLE, ROSTER_TABLE, INSTANCES_TABLE, FAULTS_TABLE } = own.env;
  // Lists read only the roster, so the other hosts have a row only there.
  await seed(HOSTS_TABLE, hosts.slice(0, hostCount).map(streamedHost));
  await seed(ROSTER_TABLE, [...hosts.map(rosterRow), ...zoneRows]);
  await seed(INSTANCES_TABLE, servers.map(indexedInstance));
  await seed(
    FAULTS_TABLE,
    faults.map((fault) => ({
      ...fault,
      open: 'fault',
      live: 'fault',
      sort_key: placeOfFault(fault),
    })),
  );
});
afterAll(() => own.cleanup());

type Costs = { requests: number; keys: number; rows: number };

const Answered = z.object({ Items: z.array(z.unknown()).default([]) });
const Keys = z.object({
  RequestItems: z.record(z.string(), z.object({ Keys: z.array(z.unknown()) })),
});

/** Counts the reads of an invocation. Throws at a scan or a write, which a list must not do. */
function counting(costs: Costs): Prepare {
  return ({ dynamo }) => {
    dynamo.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (isTokenCheck(args.input)) return next(args);
          const answer = await next(args);
          costs.requests += 1;
          if (commandName === 'QueryCommand') {
            costs.keys += Answered.parse(answer.output).Items.length;
          } else if (commandName === 'BatchGetItemCommand') {
            const asked = Keys.parse(args.input).RequestItems;
            costs.rows += Object.values(asked).reduce((sum, { Keys }) => sum + Keys.length, 0);
          } else {
            expect(commandName).toBe('GetItemCommand');
            costs.rows += 1;
          }
          return answer;
        },
      { step: 'initialize' },
    );
  };
}

const Reply = z.object({ statusCode: z.int(), body: z.string() });
const Body = z.looseObject({
  servers: z.array(z.looseObject({ id: z.string() })).optional(),
  servers_links: z.array(z.looseObject({ href: z.string() })).optional(),
});

async function read(path: string, { client = admin, version = '2.94' } = {}) {
  const costs: Costs = { requests: 0, keys: 0, rows: 0 };
  const url = new URL(path, 'https://api.test');
  const names = [...new Set(url.searchParams.keys())];
  const event = proxyEvent({
    path: url.pathname,
    query: Object.fromEntries(names.map((key) => [key, url.searchParams.getAll(key)])),
    headers: { 'X-Auth-Token': client.token, 'OpenStack-API-Version': `compute ${version}` },
  });
  const name = path.startsWith('/doctor') ? 'doctor' : 'compute';
  const { result } = await invoke({ name, event }, own.env, undefined, counting(costs));
  const reply = Reply.parse(result);
  expect(reply.statusCode, reply.body.slice(0, 1_000)).toBe(200);
  const body = Body.parse(JSON.parse(reply.body));
  return { body, costs };
}

const list = '/compute/v2.1/servers/detail';
const all = 'all_tenants=1';
const page = 20;

/**
 * The largest allowed numbers of requests, index keys and rows, with the rows of the servers'
 * hosts. An index in four parts reads at most twice the page.
 */
test.each<{ query: string; tenants?: boolean; found: number; most: Costs }>([
  { query: '', tenants: true, found: page, most: { requests: 3, keys: 20, rows: 40 } },
  { query: 'name=vm-00299', tenants: true, found: 1, most: { requests: 3, keys: 300, rows: 2 } },
  { query: 'status=ERROR', tenants: true, found: 3, most: { requests: 40, keys: 300, rows: 600 } },
  { query: all, found: page, most: { requests: 3, keys: 20, rows: 40 } },
  { query: `${all}&sort_dir=asc`, found: page, most: { requests: 3, keys: 20, rows: 40 } },
  { query: `${all}&host=compute-00007`, found: page, most: { requests: 3, keys: 20, rows: 21 } },
  { query: `${all}&status=ERROR`, found: page, most: { requests: 16, keys: 120, rows: 80 } },
  { query: `${all}&vm_state=stopped`, found: page, most: { requests: 16, keys: 120, rows: 80 } },
  { query: `${all}&project_id=project-3`, found: page, most: { requests: 3, keys: 20, rows: 40 } },
  { query: `${all}&deleted=True`, found: page, most: { requests: 16, keys: 120, rows: 80 } },
  { query: `${all}&name=vm`, found: page, most: { requests: 3, keys: 10_000, rows: 40 } },
  // The keys contain the name: of 10,000 servers only ten rows are read, and the rows of their
  // hosts.
  { query: `${all}&name=vm-0499`, found: 10, most: { requests: 5, keys: 10_000, rows: 20 } },
  {
    query: `${all}&changes-since=${minute(30_000)}`,
    found: page,
    most: { requests: 6, keys: 100, rows: 40 },
  },
])('a page of servers by "$query" costs no more than it must', async (asked) => {
  const { query, tenants = false, found, most } = asked;
  const client = tenants ? tenant : admin;
  const { body, costs } = await read(`${list}?limit=${page}&${query}`, { client });
  expect(body.servers).toHaveLength(found);
  expect(costs.requests).toBeLessThanOrEqual(most.requests);
  expect(costs.keys).toBeLessThanOrEqual(most.keys);
  expect(costs.rows).toBeLessThanOrEqual(most.rows);
});

test('a page far down a list costs as much as the first', async () => {
  const [first, deep] = [servers.at(serverCount - 1), servers.at(serverCount / 2)];
  const costsAfter = async (marker = '') =>
    (await read(`${list}?limit=${page}&${all}&marker=${marker}`)).costs;
  const [early, late] = [await costsAfter(first?.uuid), await costsAfter(deep?.uuid)];
  expect(late).toEqual(early);
  // The rows of the page, and the marker's row with that of its host.
  expect(late).toEqual({ requests: 5, keys: page, rows: 2 * page + 2 });
});

test('one server by its uuid costs two rows', async () => {
  const { uuid = '' } = servers[4_000] ?? {};
  const { body, costs } = await read(`${list}?${all}&uuid=${uuid}`);
  expect(body.servers).toMatchObject([{ id: uuid }]);
  expect(costs).toEqual({ requests: 2, keys: 0, rows: 2 });
});

test('a filter by a name that no server has reads keys and no rows', async () => {
  const { body, costs } = await read(`${list}?${all}&name=unknown`);
  expect(body.servers).toEqual([]);
  expect(costs).toMatchObject({ rows: 0 });
  expect(costs.keys).toBeLessThanOrEqual(mostServersRead);
});

const hypervisors = '/compute/v2.1/os-hypervisors';
const services = '/compute/v2.1/os-services';

test.each<{ what: string; path: () => string; version?: string; most: Costs }>([
  {
    what: 'a page of hypervisors',
    path: () => `${hypervisors}/detail?limit=20`,
    most: { requests: 10, keys: 70, rows: 0 },
  },
  {
    what: 'a later page of hypervisors',
    path: () => `${hypervisors}/detail?limit=20&marker=${hosts[300]?.hypervisor_id}`,
    most: { requests: 12, keys: 70, rows: 1 },
  },
  {
    what: 'the same by number',
    path: () => `${hypervisors}?limit=20&marker=300`,
    version: '2.33',
    most: { requests: 12, keys: 70, rows: 1 },
  },
  // Two hosts with twenty servers each, which are read with their hosts.
  {
    what: 'hypervisors with their servers',
    path: () => `${hypervisors}?limit=2&with_servers=true`,
    most: { requests: 13, keys: 66, rows: 42 },
  },
  {
    what: 'a hypervisor by its uuid',
    path: () => `${hypervisors}/${hosts[300]?.hypervisor_id}`,
    most: { requests: 2, keys: 1, rows: 1 },
  },
  {
    what: 'a hypervisor by its number',
    path: () => `${hypervisors}/300`,
    version: '2.52',
    most: { requests: 2, keys: 1, rows: 1 },
  },
  // A part of a name is in no index.
  {
    what: 'hypervisors by name',
    path: () => `${hypervisors}?hypervisor_hostname_pattern=compute-00300`,
    most: { requests: 8, keys: 12_000, rows: 0 },
  },
  {
    what: 'a service by its host',
    path: () => `${services}?host=compute-00300&binary=nova-compute`,
    most: { requests: 1, keys: 0, rows: 1 },
  },
  { what: 'all services', path: () => services, most: { requests: 8, keys: 12_000, rows: 0 } },
  {
    what: 'all hosts',
    path: () => '/compute/v2.1/os-hosts',
    version: '2.1',
    most: { requests: 8, keys: 12_000, rows: 0 },
  },
  {
    what: 'what is used of a host',
    path: () => '/compute/v2.1/os-hosts/compute-00300',
    version: '2.1',
    most: { requests: 4, keys: 20, rows: 22 },
  },
  {
    what: 'the zones',
    path: () => '/compute/v2.1/os-availability-zone',
    most: { requests: 1, keys: 3, rows: 0 },
  },
  {
    what: 'the zones with their hosts',
    path: () => '/compute/v2.1/os-availability-zone/detail',
    most: { requests: 8, keys: 12_000, rows: 0 },
  },
  {
    what: 'a page of faults',
    path: () => '/doctor/v1/faults?limit=10',
    most: { requests: 12, keys: 10, rows: 10 },
  },
  {
    what: 'a page of the faults of a host',
    path: () => '/doctor/v1/faults?limit=10&host=compute-00003&status=all',
    most: { requests: 12, keys: 10, rows: 10 },
  },
])('$what costs no more than it must', async ({ path, version = '2.94', most }) => {
  const { costs } = await read(path(), { version });
  expect(costs.requests).toBeLessThanOrEqual(most.requests);
  expect(costs.keys).toBeLessThanOrEqual(most.keys);
  expect(costs.rows).toBeLessThanOrEqual(most.rows);
});

test('of 12,000 hosts none is missing in the list of services', async () => {
  const Services = z.object({ services: z.array(z.object({ host: z.string() })) });
  const listed = Services.parse((await read(services)).body).services.map(({ host }) => host);
  expect(listed).toEqual(hosts.map(({ host }) => host));
});

test('pages of hypervisors, one after the other, show each host once', async () => {
  const Page = z.object({ hypervisors: z.array(z.object({ id: z.string() })) });
  const found: string[] = [];
  for (const limit of [1, 199, 200, 100]) {
    const marker = found.length > 0 ? `&marker=${found.at(-1)}` : '';
    const { body } = await read(`${hypervisors}?limit=${limit}${marker}`);
    found.push(...Page.parse(body).hypervisors.map(({ id }) => id));
  }
  const ids = hosts.slice(0, hostCount).map(({ hypervisor_id }) => hypervisor_id);
  expect(found).toEqual(ids);
});
