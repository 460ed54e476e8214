/** Rows of hosts, their reports and faults, in real tables. */
import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostStore } from '../../adapters/hosts/hosts.ts';
import { reportStore } from '../../adapters/hosts/reports.ts';
import { instanceStore } from '../../adapters/servers/instances.ts';
import type { Host } from '../../domain/hosts/host.ts';
import { allRosterShards, ListedHost, rosterShardOf } from '../../domain/hosts/listed-host.ts';
import { deletedHost } from '../../domain/hosts/registered-host.ts';
import { afterUpdate } from '../../domain/hosts/service-update.ts';
import { owedBy } from '../../flows/apply-fault.ts';
import { hostWith, id, instanceWith, minute } from '../domain/rows.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';
import { rowsUnder } from './found-rows.ts';

const client = dynamodb();
let own: OwnThings;
let hosts: ReturnType<typeof hostStore>;
let reports: ReturnType<typeof reportStore>;
let instances: ReturnType<typeof instanceStore>;
beforeAll(async () => {
  own = await ownThings();
  const tables = {
    hosts: own.env.HOSTS_TABLE,
    roster: own.env.ROSTER_TABLE,
    faults: own.env.FAULTS_TABLE,
    instances: own.env.INSTANCES_TABLE,
    migrations: own.env.MIGRATIONS_TABLE,
    conditions: own.env.CONDITIONS_TABLE,
  };
  hosts = hostStore(client, tables);
  reports = reportStore(client, tables);
  instances = instanceStore(client, tables);
});
afterAll(async () => {
  await own.cleanup();
  client.destroy();
});

const actor = { user_id: 'u', request_id: 'req-1', at: minute(20) };
const reporter = { user_id: 'u', user_name: 'u', project_id: 'ops' };
const newHost = (given: Partial<Host> = {}) =>
  hostWith({ host: `h-${randomUUID()}`, service_id: randomUUID(), ...given });
const found = (table: string, index: string, name: string, value: unknown) =>
  rowsUnder(client, table, index, name, value);

test('a host is read as written, found by its service and in the list', async () => {
  const row = newHost({ disabled_reason: null, host_ip: null });
  expect(await hosts.saveHost(undefined, row)).toBe(true);
  expect(await hosts.host(row.host)).toEqual(row);
  expect(await hosts.hosts([row.host, 'unknown'])).toEqual([row]);
  expect(await hosts.hostOfService(row.service_id)).toBe(row.host);
  expect(await hosts.allHosts()).toContainEqual(ListedHost.parse(row));
});

test('a host is made once, and changed only as it was read', async () => {
  const row = newHost();
  expect(await hosts.saveHost(undefined, row)).toBe(true);
  expect(await hosts.saveHost(undefined, row)).toBe(false);
  const next = { ...row, revision: 2, vcpus: 1 };
  expect(await hosts.saveHost(row, next)).toBe(true);
  expect(await hosts.saveHost(row, { ...row, revision: 2, vcpus: 9 })).toBe(false);
  expect(await hosts.saveHost({ ...next, incarnation: id(9) }, { ...next, revision: 3 })).toBe(
    false,
  );
  expect(await hosts.host(row.host)).toEqual(next);
});

test('a heartbeat changes the time alone, and none is lost to a change of the host', async () => {
  const row = newHost({ heartbeat: true });
  await hosts.saveHost(undefined, row);
  expect(await hosts.seenUp(row.host, minute(21))).toBe('noted');
  const withHeartbeat = { ...row, last_seen_up: minute(21) };
  expect(await hosts.host(row.host)).toEqual(withHeartbeat);
  // A report that waited in a queue arrives after a newer one.
  expect(await hosts.seenUp(row.host, minute(20))).toBe('noted');
  expect(await hosts.host(row.host)).toEqual(withHeartbeat);
  expect(await hosts.saveHost(row, { ...row, revision: 2, vcpus: 1 })).toBe(false);
  expect(await hosts.saveHost(withHeartbeat, { ...withHeartbeat, revision: 2, vcpus: 1 })).toBe(
    true,
  );
  expect(await hosts.host(row.host)).toMatchObject({ vcpus: 1, last_seen_up: minute(21) });
});

/** The attribute by which the stream of hosts is filtered: infra/reconciler.ts. */
async function writer(host: string): Promise<unknown> {
  const key = { TableName: own.env.HOSTS_TABLE, Key: { host }, ConsistentRead: true };
  return (await client.send(new GetCommand(key))).Item?.written_by;
}

test('every write of a host but a heartbeat says that it is a change, for the stream', async () => {
  const row = newHost({ heartbeat: true });
  await hosts.saveHost(undefined, row);
  const said = [await writer(row.host)];
  await hosts.seenUp(row.host, minute(21));
  said.push(await writer(row.host));
  const withHeartbeat = { ...row, last_seen_up: minute(21) };
  await hosts.saveHost(withHeartbeat, { ...withHeartbeat, revision: 2 });
  said.push(await writer(row.host));
  await hosts.seenUp(row.host, minute(22));
  const last = { ...withHeartbeat, revision: 2, last_seen_up: minute(22) };
  const report = afterUpdate(last, { forced_down: true }, actor, reporter);
  if (!report) return expect.unreachable();
  await reports.saveReport(last, report);
  said.push(await writer(row.host));
  await hosts.seenUp(row.host, minute(23));
  const down = { ...report.host, last_seen_up: minute(23) };
  await hosts.saveHost(down, deletedHost(down, actor));
  said.push(await writer(row.host));
  expect(said).toEqual(['change', 'heartbeat', 'change', 'change', 'change']);
});

test('no heartbeat is recorded of a host that does not exist, or that was deleted', async () => {
  const row = newHost();
  await hosts.saveHost(undefined, row);
  const tombstone = deletedHost(row, actor);
  await hosts.saveHost(row, tombstone);
  const never = `h-${randomUUID()}`;
  expect(await hosts.seenUp(row.host, minute(21))).toBe('unknown');
  expect(await hosts.seenUp(never, minute(21))).toBe('unknown');
  expect(await hosts.host(row.host)).toEqual(tombstone);
  expect(await hosts.host(never)).toBeUndefined();
});

test('a heartbeat says if missed heartbeats hold the host down, and is then written alone', async () => {
  const held = { condition_id: id(7), source: 'heartbeat', fenced: false, cleared: false };
  const row = newHost({ heartbeat: true, last_seen_up: minute(1), forced_down: true });
  const silent = { ...row, held_by: [held] };
  await hosts.saveHost(undefined, silent);
  expect(await hosts.seenUpTogether([row.host, 'none'], minute(20))).toEqual([row.host, 'none']);
  expect(await hosts.seenUp(row.host, minute(21))).toBe('heard again');
  const cleared = { ...silent, last_seen_up: minute(21), revision: 2 };
  await hosts.saveHost(
    { ...cleared, revision: 1 },
    { ...cleared, held_by: [{ ...held, cleared: true }] },
  );
  expect(await hosts.seenUp(row.host, minute(22))).toBe('noted');
  expect(await writer(row.host)).toBe('heartbeat');
  expect(await hosts.noteHeard(row.host)).toBe('noted');
  expect(await writer(row.host)).toBe('change');
  expect(await hosts.noteHeard('none')).toBe('noted');
  expect(await hosts.host('none')).toBeUndefined();
});

test('a part of the list contains its hosts', async () => {
  const row = newHost({ heartbeat: true });
  await hosts.saveHost(undefined, row);
  const { shard, others } = {
    shard: rosterShardOf(row.host),
    others: allRosterShards.filter((each) => each !== rosterShardOf(row.host)),
  };
  expect(await hosts.hostsOfShard(shard)).toContainEqual(ListedHost.parse(row));
  expect(await hosts.hostsOfShard(others[0] ?? '')).not.toContainEqual(ListedHost.parse(row));
});

test('heartbeats of many hosts are written together, and those left are named', async () => {
  const beating = () => newHost({ heartbeat: true, last_seen_up: minute(20) });
  const rows = Array.from({ length: 27 }, beating);
  const [newer, first] = [beating(), newHost({ heartbeat: true })];
  const gone = beating();
  for (const row of [...rows, newer, first, gone]) await hosts.saveHost(undefined, row);
  await hosts.seenUp(newer.host, minute(30));
  await hosts.saveHost(gone, deletedHost(gone, actor));
  const left = [newer.host, first.host, gone.host, `h-${randomUUID()}`];
  const names = [...rows.map(({ host }) => host), ...left];
  expect(new Set(await hosts.seenUpTogether(names, minute(21)))).toEqual(new Set(left));
  const expected = rows.map((row) => ({ ...row, last_seen_up: minute(21) }));
  const byName = (all: readonly { host: string }[]) =>
    all.toSorted((a, b) => (a.host < b.host ? -1 : 1));
  expect(byName(await hosts.hosts(rows.map(({ host }) => host)))).toEqual(byName(expected));
  const listed = await hosts.allHosts();
  for (const row of expected) expect(listed).toContainEqual(ListedHost.parse(row));
  expect(await hosts.host(newer.host)).toMatchObject({ last_seen_up: minute(30) });
  expect(await hosts.host(first.host)).toMatchObject({ last_seen_up: null });
  expect(await writer(rows[0]?.host ?? '')).toBe('heartbeat');
});

test('a tombstone of a host is read by its name alone', async () => {
  const row = newHost();
  await hosts.saveHost(undefined, row);
  const tombstone = deletedHost(row, actor);
  expect(await hosts.saveHost(row, tombstone)).toBe(true);
  expect(await hosts.host(row.host)).toEqual(tombstone);
  expect((await hosts.allHosts()).map(({ host }) => host)).not.toContain(row.host);
});

test('service numbers are given once, and their counter is no host', async () => {
  const numbers = await Promise.all(Array.from({ length: 10 }, () => hosts.nextServiceNumber()));
  expect(new Set(numbers).size).toBe(10);
  expect((await hosts.allHosts()).every(({ host }) => !host.startsWith('#'))).toBe(true);
});

const openFaults = async () => found(own.env.FAULTS_TABLE, 'open', 'open', 'fault');

test('a report writes host and fault together, or neither', async () => {
  const row = newHost();
  await hosts.saveHost(undefined, row);
  const report = afterUpdate(row, { forced_down: true }, actor, reporter);
  if (!report) return expect.unreachable();
  expect(await reports.saveReport({ ...row, revision: 9 }, report)).toBe(false);
  expect(await openFaults()).not.toContainEqual(expect.objectContaining({ host: row.host }));
  expect(await reports.saveReport(row, report)).toBe(true);
  expect(await openFaults()).toContainEqual(expect.objectContaining({ host: row.host, number: 1 }));
  expect(await reports.saveReport(row, report)).toBe(false);

  const up = afterUpdate(
    report.host,
    { forced_down: false },
    { ...actor, at: minute(30) },
    reporter,
  );
  if (!up) return expect.unreachable();
  expect(await reports.saveReport(report.host, up)).toBe(true);
  expect(await openFaults()).not.toContainEqual(expect.objectContaining({ host: row.host }));
  expect(await hosts.host(row.host)).toEqual(up.host);
});

test('a report is written with its instances, or nothing is', async () => {
  const row = newHost();
  await hosts.saveHost(undefined, row);
  const report = afterUpdate(row, { forced_down: true }, actor, reporter);
  if (!report) return expect.unreachable();
  const at = { host: row.host, incarnation: randomUUID() };
  const [one, two] = [randomUUID(), randomUUID()].map((uuid) => instanceWith({ ...at, uuid }));
  if (!one || !two) return expect.unreachable();
  await instances.saveInstance(undefined, one);
  await instances.saveInstance(undefined, two);
  const changes = owedBy([one, two], report.host);
  const stale = changes.map((change) => ({ ...change, from: { ...change.from, revision: 9 } }));
  const stillThere = [
    ...[
      { from: row, its: stale.slice(0, 1) },
      { from: { ...row, revision: 9 }, its: changes },
    ],
  ];
  for (const { from, its } of stillThere) {
    expect(await reports.saveWhole(from, report, its)).toBe(false);
    expect(await hosts.host(row.host)).toEqual(row);
    expect(await instances.instances([one.uuid])).toEqual([one]);
  }
  expect(await reports.saveWhole(row, report, changes)).toBe(true);
  expect(await hosts.host(row.host)).toEqual(report.host);
  expect(await openFaults()).toContainEqual(expect.objectContaining({ host: row.host, number: 1 }));
  const written = await instances.instances([one.uuid, two.uuid]);
  expect(written.map(({ vm_state }) => vm_state)).toEqual(['stopped', 'stopped']);
});

test('two reports at once open one fault', async () => {
  const row = newHost();
  await hosts.saveHost(undefined, row);
  const report = afterUpdate(row, { forced_down: true }, actor, reporter);
  if (!report) return expect.unreachable();
  const saved = await Promise.all([1, 2, 3].map(() => reports.saveReport(row, report)));
  expect(saved.filter(Boolean)).toHaveLength(1);
});

test('hosts are found by their numbers and hypervisors, and listed by name from any on', async () => {
  const prefix = `z-${randomUUID()}`;
  const rows = ['a', 'b', 'c'].map((end, n) =>
    newHost({
      ...{ host: `${prefix}-${end}`, hypervisor_id: randomUUID(), service_number: 900_000 + n },
    }),
  );
  for (const row of rows) await hosts.saveHost(undefined, row);
  const [a, b, c] = rows.map(({ host }) => host);
  const namesIn = async (range: { after: string; most: number }) =>
    (await hosts.hostsIn(range)).map(({ host }) => host);
  expect(await namesIn({ after: prefix, most: 2 })).toEqual([a, b]);
  expect(await namesIn({ after: b ?? '', most: 1 })).toEqual([c]);
  const all = (await hosts.allHosts()).map(({ host }) => host);
  expect(all).toEqual(expect.arrayContaining([a, b, c]));
  expect(all).toEqual(all.toSorted());
  expect(await hosts.hostOfNumber(900_001)).toBe(b);
  expect(await hosts.hostOfNumber(899_999)).toBeUndefined();
  expect(await hosts.hostOfHypervisor(rows[2]?.hypervisor_id ?? '')).toBe(c);
  expect(await hosts.hostOfHypervisor(randomUUID())).toBeUndefined();
});
