/** The tables `ports` and `networks`, as the network function writes them. */
import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultStore } from '../../adapters/hosts/faults.ts';
import { dataPlaneStore } from '../../adapters/ports/data-planes.ts';
import { portChanges } from '../../adapters/ports/port-saves.ts';
import { portStore } from '../../adapters/ports/ports.ts';
import { unknownPortEnd } from '../../domain/mirror/mirrored-port.ts';
import { reportedDataPlane } from '../../domain/ports/host-data-plane.ts';
import { deletedPort, type Port, updatedPort } from '../../domain/ports/port.ts';
import { portWith } from '../domain/ports/ports.ts';
import { minute } from '../domain/rows.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';
import { cancelled, disturb, refused } from './disturb.ts';

let own: OwnThings;
const client = dynamodb();
const tables = () => ({ ports: own.env.PORTS_TABLE, networks: own.env.NETWORKS_TABLE });
const faults = () => own.env.FAULTS_TABLE;
const store = () => portStore(client, tables());

beforeAll(async () => {
  own = await ownThings();
});
afterAll(async () => {
  client.destroy();
  await own.cleanup();
});

const actor = { user_id: 'u', request_id: 'r', at: minute(1) };
const newPort = (given: Partial<Port> = {}): Port =>
  portWith({
    ...{ id: randomUUID(), incarnation: randomUUID(), network_id: randomUUID() },
    ...given,
  });
const some = (count: number, network_id: string): Port[] =>
  Array.from({ length: count }, (_, n) => newPort({ network_id, mac_address: `mac-${n}` }));
const changed = (port: Port, update: Parameters<typeof updatedPort>[1]): Port =>
  updatedPort(port, update, actor) ?? port;

test.each([1, 50, 100])('%i ports are made whole or not at all', async (count) => {
  const network_id = randomUUID();
  const ports = some(count, network_id);
  expect(await store().insertPorts(ports)).toBe('inserted');
  expect(await store().ports(ports.map(({ id }) => id))).toHaveLength(count);
  const last = count - 1;
  const rival = some(count, network_id).map((port, n) => ({
    ...port,
    mac_address: n === last ? 'mac-0' : `free-${n}`,
  }));
  expect(await store().insertPorts(rival)).toEqual({ taken: 'mac', position: last });
  const known = some(count, randomUUID()).map((port, n) =>
    n === last ? { ...port, id: ports[0]?.id ?? '' } : port,
  );
  expect(await store().insertPorts(known)).toEqual({ taken: 'id', position: last });
  const ids = [...rival, ...known].map(({ id }) => id);
  const there = await store().ports(ids);
  expect(there.map(({ id }) => id)).toEqual([ports[0]?.id]);
  // The addresses that were reserved before the failure are free again.
  expect(await store().insertPorts(some(count, known[0]?.network_id ?? ''))).toBe('inserted');
});

test('addresses that were reserved for ports that were never created are free after a minute', async () => {
  const network_id = randomUUID();
  const ports = some(60, network_id);
  const torn = dynamodb();
  disturb({ dynamo: torn }, 'TransactWriteItems', () => undefined, refused(new Error('it died')));
  await expect(portStore(torn, tables()).insertPorts(ports)).rejects.toThrow('it died');
  torn.destroy();
  expect(await store().ports(ports.map(({ id }) => id))).toEqual([]);

  const wanted = newPort({ network_id, mac_address: 'mac-3' });
  expect(await store().insertPorts([wanted])).toEqual({ taken: 'mac', position: 0 });
  expect(await store().hasPorts(network_id, minute(0.5))).toBe(true);
  expect(await store().hasPorts(network_id, minute(2))).toBe(false);
  expect(await store().freeAbandonedMac(wanted, minute(0.5))).toBe(false);
  expect(await store().freeAbandonedMac(wanted, minute(2))).toBe(true);
  expect(await store().insertPorts([wanted])).toBe('inserted');
  expect(await store().freeAbandonedMac(wanted, minute(9))).toBe(false);
  expect(await store().hasPorts(network_id, minute(9))).toBe(true);
});

test('a port is written only as it was read', async () => {
  const port = newPort();
  await store().insertPorts([port]);
  const named = changed(port, { name: 'new' });
  expect(await store().savePort(port, named)).toBe('saved');
  expect(await store().savePort(port, changed(port, { name: 'late' }))).toBe('overtaken');
  expect(await store().port(port.id)).toEqual(named);
});

test('a port leaves its host only if there was no report on the host since it was read', async () => {
  const [old, planes] = [randomUUID(), dataPlaneStore(client, { ...tables(), faults: faults() })];
  const port = newPort({ 'binding:host_id': old });
  await store().insertPorts([port]);
  const bind = (from: Port, host: string, number: number) =>
    store().savePort(from, changed(from, { 'binding:host_id': host }), { host: old, number });
  const report = reportedDataPlane(undefined, {
    ...{ host: old, data_plane_status: 'DOWN', actor, newId: randomUUID },
    reporter: { user_id: 'u', user_name: 'u', project_id: 'p' },
  });
  expect(await planes.saveReport(undefined, report)).toBe(true);
  expect(await bind(port, 'new', 0)).toBe('overtaken');
  expect(await bind(port, 'new', 2)).toBe('overtaken');
  expect(await store().port(port.id)).toEqual(port);
  expect(await bind(port, 'new', 1)).toBe('saved');
  expect(await bind(port, 'other', 1)).toBe('overtaken');
  expect(await store().port(port.id)).toMatchObject({ 'binding:host_id': 'new', revision: 2 });
  const rest = newPort({ 'binding:host_id': 'never-reported' });
  await store().insertPorts([rest]);
  const left = { host: 'never-reported', number: 0 };
  const away = changed(rest, { 'binding:host_id': '', mac_address: 'mac-new' });
  expect(await store().savePort(rest, away, left)).toBe('saved');
});

test('a fault of a data plane ends with its caller', async () => {
  const planes = dataPlaneStore(client, { ...tables(), faults: faults() });
  const reporter = { user_id: 'u', user_name: 'u', project_id: 'p' };
  const given = { host: randomUUID(), actor, reporter, newId: randomUUID } as const;
  const down = reportedDataPlane(undefined, { ...given, data_plane_status: 'DOWN' });
  const by = { user_id: 'operator', request_id: 'req-2', at: minute(2) };
  const up = reportedDataPlane(down.plane, { ...given, actor: by, data_plane_status: 'ACTIVE' });
  expect(await planes.saveReport(undefined, down)).toBe(true);
  expect(await planes.saveReport(down.plane, up)).toBe(true);
  const fault_id = down.plane.reports.at(-1)?.fault_id ?? '';
  expect(await faultStore(client, faults()).faults([fault_id])).toMatchObject([
    { cleared_at: minute(2), cleared_by: { user_id: 'operator', request_id: 'req-2' } },
  ]);
});

test('an address is taken with the change of a port, and freed with the old one', async () => {
  const network_id = randomUUID();
  const [a = newPort(), b = newPort()] = some(2, network_id);
  await store().insertPorts([a, b]);
  const mac_address = a.mac_address;
  expect(await store().savePort(b, changed(b, { mac_address }))).toBe('mac in use');
  const moved = changed(a, { mac_address: 'mac-9' });
  expect(await store().savePort(a, moved)).toBe('saved');
  expect(await store().savePort(b, changed(b, { mac_address }))).toBe('saved');
  expect(await store().savePort(a, changed(a, { mac_address: 'mac-8' }))).toBe('overtaken');
  expect(await store().hasPorts(network_id, minute(9))).toBe(true);
});

test('a deleted port is in no index, its address and its id are free, its network too', async () => {
  const port = newPort({ 'binding:host_id': 'gone' });
  await store().insertPorts([port]);
  expect(await store().savePort(port, deletedPort(port, actor))).toBe('saved');
  expect(await store().port(port.id)).toMatchObject({ deleted: true, revision: 2 });
  const shown: string[] = [];
  for await (const ids of store().portIds({ index: 'byHost', value: 'gone' })) shown.push(...ids);
  expect(shown).toEqual([]);
  expect(await store().hasPorts(port.network_id, actor.at)).toBe(false);
  const again = { ...port, incarnation: randomUUID() };
  expect(await store().insertPorts([again])).toBe('inserted');
});

test('the tombstone of a port that is not known stands against an older port of the cloud, and expires', async () => {
  const made = { actor: { ...actor, at: minute(5) }, incarnation: randomUUID() };
  const tombstone = unknownPortEnd(randomUUID(), made);
  expect(await store().insertTombstone(tombstone)).toBe(true);
  expect(await store().insertTombstone(tombstone)).toBe(false);
  expect(await store().port(tombstone.id)).toEqual(tombstone);
  const { Item } = await client.send(
    new GetCommand({ TableName: tables().ports, Key: { id: tombstone.id } }),
  );
  expect(Item?.expires_at).toBe(Date.parse(minute(5)) / 1000 + 86_400);
  const seen = (n: number) =>
    newPort({ id: tombstone.id, mirrored_revision: 1, updated_at: minute(n) });
  expect(await store().insertPorts([seen(5)])).toEqual({ taken: 'id', position: 0 });
  expect(await store().insertPorts([seen(6)])).toBe('inserted');
});

test('of many changes, those that another writer overtook are returned', async () => {
  const ports = some(30, randomUUID());
  await store().insertPorts(ports);
  const [first = newPort()] = ports;
  await store().savePort(first, changed(first, { name: 'faster' }));
  const changes = ports.map((from) => ({ from, to: changed(from, { status: 'ERROR' }) }));
  const overtaken = await portChanges(client, tables()).changePorts(changes);
  expect(overtaken.map(({ from }) => from.id)).toEqual([first.id]);
  const rows = await store().ports(ports.map(({ id }) => id));
  expect(rows.filter(({ status }) => status === 'ERROR')).toHaveLength(29);
});

test('a change that meets a transaction is tried again', async () => {
  const ports = some(2, randomUUID());
  await store().insertPorts(ports);
  const busy = dynamodb();
  disturb(
    { dynamo: busy },
    'TransactWriteItems',
    refused(cancelled('TransactionConflict', 'None')),
  );
  const changes = ports.map((from) => ({ from, to: changed(from, { name: 'x' }) }));
  expect(await portChanges(busy, tables()).changePorts(changes)).toEqual([]);
  busy.destroy();
});

test.each([1, 60])(
  '%i ports that meet a transaction of others are not made, and hold nothing',
  async (count) => {
    const ports = some(count, randomUUID());
    const busy = dynamodb();
    const conflict = refused(cancelled('None', 'TransactionConflict'));
    disturb(
      { dynamo: busy },
      'TransactWriteItems',
      ...(count > 50 ? [() => undefined] : []),
      conflict,
    );
    expect(await portStore(busy, tables()).insertPorts(ports)).toBe('busy');
    busy.destroy();
    expect(await store().insertPorts(ports)).toBe('inserted');
  },
);

test('a new address that meets a transaction of others is to be read and decided again', async () => {
  const port = newPort();
  await store().insertPorts([port]);
  const busy = dynamodb();
  disturb(
    { dynamo: busy },
    'TransactWriteItems',
    refused(cancelled('TransactionConflict', 'None')),
  );
  const to = changed(port, { mac_address: 'mac-z' });
  expect(await portStore(busy, tables()).savePort(port, to)).toBe('overtaken');
  expect(await portStore(busy, tables()).savePort(port, to)).toBe('saved');
  busy.destroy();
});

test('an index is walked in both directions, from an id on, and within a project', async () => {
  const host = randomUUID();
  const ports = some(5, randomUUID()).map((port, n) => ({
    ...port,
    ...{ 'binding:host_id': host, name: host, project_id: n < 2 ? 'a' : 'b' },
  }));
  await store().insertPorts(ports);
  const ids = ports.map(({ id }) => id).sort();
  const walk = async (...args: Parameters<ReturnType<typeof store>['portIds']>) => {
    const pages: string[][] = [];
    for await (const page of store().portIds(...args)) if (page.length > 0) pages.push(page);
    return pages;
  };
  const byHost = { index: 'byHost', value: host } as const;
  expect(await walk(byHost, { atOnce: 2 })).toEqual([
    ids.slice(0, 2),
    ids.slice(2, 4),
    ids.slice(4),
  ]);
  expect((await walk(byHost, { after: ids[1] })).flat()).toEqual(ids.slice(2));
  const back = await walk(byHost, { after: ids[3], reverse: true });
  expect(back.flat()).toEqual(ids.slice(0, 3).reverse());
  const named = await walk({ index: 'byName', value: host, project_id: 'a' });
  expect(named.flat()).toEqual(
    ports
      .slice(0, 2)
      .map(({ id }) => id)
      .sort(),
  );
});
