/**
 * The cost of a page of ports among 10,000 of one project: requests, keys read from an index, and
 * rows read. The function `network` runs as deployed, on tables that only this test uses.
 */
import { randomUUID } from 'node:crypto';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { inParallel } from '../../adapters/in-parallel.ts';
import { indexed } from '../../adapters/ports/port-rows.ts';
import type { Port } from '../../domain/ports/port.ts';
import { slices } from '../../domain/slices.ts';
import { invoke, type Prepare } from '../crash/invoke.ts';
import { portWith } from '../domain/ports/ports.ts';
import { proxyEvent } from '../functions/call.ts';
import { isTokenCheck, type OwnThings, ownThings } from '../stack/own-tables.ts';
import { type Client, clientConfig, dynamodb, login } from '../stack/stack.ts';

const [own, others] = [10_000, 500];

let things: OwnThings;
let admin: Client;
let tenant: Client;
let ports: Port[];

beforeAll(async () => {
  const { endpoint, region, credentials } = clientConfig();
  Object.assign(process.env, {
    ...{ AWS_ENDPOINT_URL: endpoint, AWS_REGION: region },
    ...{ AWS_ACCESS_KEY_ID: credentials.accessKeyId },
    ...{ AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey },
  });
  [things, admin, tenant] = await Promise.all([ownThings(), login('admin'), login('tenant-a')]);
  ports = Array.from({ length: own + others }, (_, n) =>
    portWith({
      ...{ id: randomUUID(), name: `port-${n}`, project_id: n < own ? tenant.projectId : 'b' },
      ...{ 'binding:host_id': `compute-${n % 100}`, device_id: `server-${n % 5_000}` },
      ...{ status: n % 50 === 0 ? 'DOWN' : 'ACTIVE', mac_address: String(n) },
    }),
  );
  const client = dynamodb();
  await inParallel(slices(ports, 25), 8, (slice) =>
    client.send(
      new BatchWriteCommand({
        RequestItems: {
          [things.env.PORTS_TABLE]: slice.map((port) => ({ PutRequest: { Item: indexed(port) } })),
        },
      }),
    ),
  );
  client.destroy();
});
afterAll(() => things.cleanup());

type Costs = { requests: number; keys: number; rows: number };

const Answered = z.object({ Items: z.array(z.unknown()).default([]) });
const Keys = z.object({
  RequestItems: z.record(z.string(), z.object({ Keys: z.array(z.unknown()) })),
});

/** Counts the reads of an invocation. Throws at a scan or a write, which a list must not do. */
const counting =
  (costs: Costs): Prepare =>
  ({ dynamo }) =>
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
            costs.rows += Object.values(asked).reduce((sum, table) => sum + table.Keys.length, 0);
          } else {
            expect(commandName).toBe('GetItemCommand');
            costs.rows += 1;
          }
          return answer;
        },
      { step: 'initialize' },
    );

const Reply = z.object({ statusCode: z.literal(200), body: z.string() });
const Page = z.object({
  ports: z.array(z.object({ id: z.string() })),
  ports_links: z.array(z.object({ rel: z.string(), href: z.string() })).default([]),
});

async function list(who: Client, query: Record<string, string[]>) {
  const costs = { requests: 0, keys: 0, rows: 0 };
  const path = '/network/v2.0/ports';
  const event = proxyEvent({ path, query, headers: { 'X-Auth-Token': who.token } });
  const { result } = await invoke(
    { name: 'network', event },
    things.env,
    undefined,
    counting(costs),
  );
  return { costs, ...Page.parse(JSON.parse(Reply.parse(result).body)) };
}

const ids = (among: readonly Port[]): string[] => among.map(({ id }) => id).sort();
const mine = (): Port[] => ports.filter(({ project_id }) => project_id === tenant.projectId);

/** Beside the rows of the ports, the rows with the reports on their hosts are read: at most 100. */
const hosts = 100;

test('a page in the order of ids reads only the ports that it shows', async () => {
  const page = await list(tenant, { limit: ['100'] });
  expect(page.ports.map(({ id }) => id)).toEqual(ids(mine()).slice(0, 100));
  expect(page.costs).toEqual({ requests: 3, keys: 100, rows: 100 + expectedHosts(page.ports) });
  const two = await list(tenant, { limit: ['2'] });
  expect(two.costs).toMatchObject({ requests: 3, keys: 2 });
});

/** How many hosts the ports are on. */
function expectedHosts(shown: readonly { id: string }[]): number {
  const byId = new Map(ports.map((port) => [port.id, port['binding:host_id']]));
  return new Set(shown.map(({ id }) => byId.get(id))).size;
}

test('a page far into the list costs no more', async () => {
  const marker = ids(mine())[9_000] ?? '';
  const page = await list(tenant, { limit: ['100'], marker: [marker] });
  expect(page.ports.map(({ id }) => id)).toEqual(ids(mine()).slice(9_001, 9_101));
  expect(page.costs.keys).toBe(100);
  expect(page.costs.rows).toBeLessThanOrEqual(1 + 1 + 100 + hosts);
});

test('a list without a limit reads one page of a thousand', async () => {
  const { costs, ports: shown } = await list(tenant, {});
  expect(shown).toHaveLength(1_000);
  expect(costs.keys).toBe(1_000);
  expect(costs.rows).toBeLessThanOrEqual(1_000 + hosts);
  expect(costs.requests).toBeLessThanOrEqual(12);
});

test.each<{ query: Record<string, string[]>; keys: number; shown: number }>([
  { query: { 'binding:host_id': ['compute-7'] }, keys: 105, shown: 105 },
  { query: { device_id: ['server-7'] }, keys: 3, shown: 3 },
  { query: { name: ['port-7', 'port-8'] }, keys: 2, shown: 2 },
  { query: { project_id: ['b'], limit: ['200'] }, keys: 500, shown: 200 },
])('$query is looked up in an index: $keys keys', async ({ query, keys, shown }) => {
  const { costs, ports: found } = await list(admin, query);
  expect(found).toHaveLength(shown);
  expect(costs.keys).toBe(keys);
  expect(costs.rows).toBeLessThanOrEqual(keys + hosts);
});

test('by id only the requested ports are read', async () => {
  const [first = '', second = ''] = ids(mine());
  const { costs, ports: found } = await list(tenant, { id: [first, second] });
  expect(found.map(({ id }) => id)).toEqual([first, second]);
  expect(costs).toMatchObject({ requests: 2, keys: 0 });
});

test('another tenant’s list of the same server reads only that tenant’s ports', async () => {
  const { costs, ports: found } = await list(tenant, { device_id: ['server-3'] });
  expect(found).toHaveLength(2);
  expect(costs.keys).toBe(2);
});

test('a filter that no index serves ends with its page, and finds all on the way', async () => {
  const wanted = ids(mine().filter(({ status }) => status === 'DOWN'));
  const first = await list(tenant, { status: ['DOWN'], limit: ['50'] });
  expect(first.ports.map(({ id }) => id)).toEqual(wanted.slice(0, 50));
  expect(first.costs.rows).toBeLessThan(5_000);
  const all = await list(tenant, { status: ['DOWN'] });
  expect(all.ports.map(({ id }) => id)).toEqual(wanted);
}, 60_000);

test('another order reads each port of the project once', async () => {
  const sorted = await list(tenant, { sort_key: ['name'], sort_dir: ['asc'], limit: ['10'] });
  const names = mine()
    .map(({ name }) => name)
    .sort();
  const byId = new Map(ports.map((port) => [port.id, port.name]));
  expect(sorted.ports.map(({ id }) => byId.get(id))).toEqual(names.slice(0, 10));
  expect(sorted.costs.keys).toBe(own);
  expect(sorted.costs.rows).toBeLessThanOrEqual(own + hosts * 10);
}, 60_000);
