/** In the tables, all spellings of a host's name are one host. Decision: docs/adr/0025. */
import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostStore } from '../../adapters/hosts/hosts.ts';
import { dataPlaneStore } from '../../adapters/ports/data-planes.ts';
import { portStore } from '../../adapters/ports/ports.ts';
import { reportedDataPlane } from '../../domain/ports/host-data-plane.ts';
import { portWith } from '../domain/ports/ports.ts';
import { hostWith, minute } from '../domain/rows.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';

let own: OwnThings;
const client = dynamodb();
beforeAll(async () => {
  own = await ownThings();
});
afterAll(async () => {
  client.destroy();
  await own.cleanup();
});

const hosts = () => hostStore(client, { hosts: own.env.HOSTS_TABLE, roster: own.env.ROSTER_TABLE });
const newName = () => `Host-${randomUUID().slice(0, 8)}`;
const named = (host: string) =>
  hostWith({ host, incarnation: randomUUID(), service_id: randomUUID() });

test('a host is read by any spelling, and each has one row', async () => {
  const name = newName();
  const row = named(name);
  expect(await hosts().saveHost(undefined, row)).toBe(true);
  for (const spelling of [name, name.toLowerCase(), name.toUpperCase()]) {
    expect(await hosts().host(spelling)).toEqual(row);
  }
  expect(await hosts().host(`${name}-2`)).toBeUndefined();
  expect(await hosts().saveHost(undefined, named(name.toLowerCase()))).toBe(false);
  expect(await hosts().saveHost(undefined, named(name.toUpperCase()))).toBe(false);
  const listed = (await hosts().allHosts()).map(({ host }) => host);
  expect(listed).toContain(name);
  expect(listed).not.toContain(name.toLowerCase());
});

test('many hosts are read by any spelling, under the names that were given', async () => {
  const rows = [newName(), newName()].map(named);
  for (const row of rows) expect(await hosts().saveHost(undefined, row)).toBe(true);
  const [one, two] = rows;
  const names = [one, two].flatMap((row) => (row ? [row.host, row.host.toUpperCase()] : []));
  const found = await hosts().hostsNamed([...names, newName()]);
  expect([...found]).toEqual(
    expect.arrayContaining([
      ...[one, two].flatMap((row) => [
        [row?.host, row],
        [row?.host.toUpperCase(), row],
      ]),
    ]),
  );
  expect(found.size).toBe(4);
});

test('reading 1,000 hosts costs ten requests, and as many again if none of them is registered', async () => {
  let requests = 0;
  const counting = dynamodb();
  counting.middlewareStack.add(
    (next) => async (args) => {
      requests += 1;
      return next(args);
    },
    { step: 'initialize', name: 'counting' },
  );
  const store = hostStore(counting, { hosts: own.env.HOSTS_TABLE, roster: own.env.ROSTER_TABLE });
  const names = Array.from({ length: 1_000 }, (_, n) => `unknown-${n}`);
  expect((await store.hostsNamed(names)).size).toBe(0);
  expect(requests).toBe(20);
  counting.destroy();
});

test('of two spellings that are registered at once, one is the host', async () => {
  const name = newName();
  const saved = await Promise.all(
    [name, name.toLowerCase(), name.toUpperCase()].map((each) =>
      hosts().saveHost(undefined, named(each)),
    ),
  );
  expect(saved.filter(Boolean)).toHaveLength(1);
});

test('a host registered before spellings existed is found in lower case, and gets one with its next start', async () => {
  const name = newName();
  const old = named(name.toLowerCase());
  const { HOSTS_TABLE: TableName } = own.env;
  await client.send(new PutCommand({ TableName, Item: { ...old, deleted: true, revision: 2 } }));
  expect(await hosts().host(name)).toMatchObject({ host: old.host, deleted: true });
  const anew = { ...old, incarnation: randomUUID() };
  expect(await hosts().saveHost({ ...old, deleted: true, revision: 2 }, anew)).toBe(true);
  expect(await hosts().host(name.toUpperCase())).toEqual(anew);
  expect(await hosts().saveHost(undefined, named(name))).toBe(false);
});

test('ports and reports of a host are found by any spelling', async () => {
  const tables = { ports: own.env.PORTS_TABLE, networks: own.env.NETWORKS_TABLE };
  const ports = portStore(client, tables);
  const name = newName();
  const rows = [name, name.toUpperCase()].map((host) =>
    portWith({
      ...{ id: randomUUID(), incarnation: randomUUID(), network_id: randomUUID() },
      'binding:host_id': host,
    }),
  );
  expect(await ports.insertPorts(rows)).toBe('inserted');
  const found: string[] = [];
  const among = { index: 'byHost', value: name.toLowerCase() } as const;
  for await (const page of ports.portIds(among)) found.push(...page);
  expect(found.sort()).toEqual(rows.map(({ id }) => id).sort());

  const report = reportedDataPlane(undefined, {
    ...{ host: name, data_plane_status: 'DOWN', newId: randomUUID },
    actor: { user_id: 'u', request_id: 'r', at: minute(1) },
    reporter: { user_id: 'u', user_name: 'u', project_id: 'p' },
  });
  const planes = dataPlaneStore(client, { ...tables, faults: own.env.FAULTS_TABLE });
  expect(await planes.saveReport(undefined, report)).toBe(true);
  expect(await ports.dataPlane(name.toUpperCase())).toEqual(report.plane);
  const spellings = [name, name.toLowerCase()];
  expect((await ports.dataPlanes(spellings)).map(({ host }) => host)).toEqual(spellings);
});
