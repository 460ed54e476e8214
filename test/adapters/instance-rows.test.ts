/** Rows of instances and their lists, in real tables. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { instanceStore } from '../../adapters/servers/instances.ts';
import type { Host } from '../../domain/hosts/host.ts';
import { settled } from '../../domain/hosts/host-fault.ts';
import { type Instance, vmStates } from '../../domain/servers/instance.ts';
import { deletedInstance } from '../../domain/servers/registered-instance.ts';
import type { ServerIndex, ServerRange } from '../../domain/servers/server-listing.ts';
import { indexedPlace, placeOfServer, uuidAt } from '../../domain/servers/server-place.ts';
import { downHost, hostWith, id, instanceWith, minute } from '../domain/rows.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';
import { all, rowsUnder } from './found-rows.ts';

const client = dynamodb();
let own: OwnThings;
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
  instances = instanceStore(client, tables);
});
afterAll(async () => {
  await own.cleanup();
  client.destroy();
});

const actor = { user_id: 'u', request_id: 'req-1', at: minute(20) };
const newHost = (given: Partial<Host> = {}) =>
  hostWith({ host: `h-${randomUUID()}`, service_id: randomUUID(), ...given });
const newInstance = (given: Partial<Instance> = {}) =>
  instanceWith({ uuid: randomUUID(), incarnation: randomUUID(), host: newHost().host, ...given });
/** Uuids of a listing in its order. */
const uuidsOf = async (listing: ServerIndex, walk: Partial<ServerRange> = {}) =>
  (
    await all(
      instances.listed(listing, { after: undefined, oldestFirst: false, first: 2, ...walk }),
    )
  ).map(uuidAt);
const inProject = (project_id: string): ServerIndex => ({
  by: 'project',
  project_id,
  deleted: false,
});
const found = (table: string, index: string, name: string, value: unknown) =>
  rowsUnder(client, table, index, name, value);

test('an instance is read as written, maps and nulls included', async () => {
  const row = newInstance({
    metadata: { 'a.b': 'c', ä: '' },
    addresses: { net: [{ addr: '192.0.2.1', version: 4, 'OS-EXT-IPS:type': 'fixed' }] },
    task_state: null,
  });
  expect(await instances.saveInstance(undefined, row)).toBe(true);
  expect(await instances.instance(row.uuid)).toEqual(row);
  expect(await instances.instances([row.uuid, randomUUID()])).toEqual([row]);
  expect(await instances.saveInstance(undefined, row)).toBe(false);
});

/**
 * Attributes that may change without a new revision are also in the condition, so that an old write
 * cannot set them back.
 */
test.each([
  { revision: 2 },
  { incarnation: id(9) },
  { fault_number: 1 },
  { reported_at: minute(5) },
])('an instance that is not as it was read is not written: %o', async (moved) => {
  const read = newInstance();
  const now = { ...read, ...moved };
  await instances.saveInstance(undefined, now);
  const wanted = { ...read, name: 'other', revision: 2 };
  expect(await instances.saveInstance(read, wanted)).toBe(false);
  expect(await instances.change([{ from: read, to: wanted }])).toHaveLength(1);
  expect(await instances.instance(read.uuid)).toEqual(now);
});

test('the changes of a fault are written whole; instances that another writer changed are returned', async () => {
  const rows = vmStates.flatMap((vm_state) =>
    [0, 1, 2, 3].map(() => newInstance({ vm_state, host: 'compute-1', power_state: 1 })),
  );
  await Promise.all(rows.map((row) => instances.saveInstance(undefined, row)));
  const changes = rows.flatMap((from) => {
    const to = settled(from, downHost());
    return to ? [{ from, to }] : [];
  });
  const [overtaken] = changes;
  if (!overtaken) return expect.unreachable();
  const faster = { ...overtaken.from, revision: 2, name: 'faster' };
  await instances.saveInstance(overtaken.from, faster);

  expect(await instances.change(changes)).toEqual([overtaken]);
  const written = new Map(
    (await instances.instances(rows.map(({ uuid }) => uuid))).map((row) => [row.uuid, row]),
  );
  expect(written.get(faster.uuid)).toEqual(faster);
  for (const { to } of changes.slice(1)) expect(written.get(to.uuid)).toEqual(to);
  expect(await instances.change(changes)).toHaveLength(changes.length);
});

test('nothing to change is no call', async () => {
  expect(await instances.change([])).toEqual([]);
});

test('instances are found by host, and a move or a tombstone takes them out', async () => {
  const [a, b] = [newHost().host, newHost().host];
  const [first, second] = [newInstance({ host: a }), newInstance({ host: a })];
  for (const row of [first, second]) await instances.saveInstance(undefined, row);
  expect((await all(instances.instancesOn(a))).sort()).toEqual([first.uuid, second.uuid].sort());
  const copies = async (host: string) => {
    const rows: Instance[] = [];
    for await (const page of instances.copiesOn(host)) rows.push(...page);
    return rows;
  };
  expect(await copies(a)).toHaveLength(2);
  expect(await copies(a)).toEqual(expect.arrayContaining([first, second]));

  await instances.saveInstance(first, { ...first, host: b, revision: 2 });
  const gone = deletedInstance(second, { reported_at: minute(20), actor: actor }).row;
  expect(await instances.saveInstance(second, gone)).toBe(true);
  expect(await all(instances.instancesOn(a))).toEqual([]);
  expect(await all(instances.instancesOn(b))).toEqual([first.uuid]);
  expect(await copies(a)).toEqual([]);
  expect(await copies(b)).toEqual([{ ...first, host: b, revision: 2 }]);
  expect(await instances.instance(second.uuid)).toEqual(gone);
  expect(await uuidsOf({ by: 'time' })).not.toContain(second.uuid);
  const { INSTANCES_TABLE } = own.env;
  expect(await found(INSTANCES_TABLE, 'byProject', 'in_project', 'project#a')).not.toContainEqual(
    expect.objectContaining({ uuid: second.uuid }),
  );
});

test('an instance without a host is on none, and in the list of its project', async () => {
  const project_id = randomUUID();
  const row = newInstance({ host: null, vm_state: 'shelved_offloaded', project_id });
  await instances.saveInstance(undefined, row);
  expect(await uuidsOf(inProject(project_id))).toEqual([row.uuid]);
});

test('lists are newest first, the uuid orders two of one moment, and go on after any', async () => {
  const project_id = randomUUID();
  const uuid = (n: number) => `0000000${n}${project_id.slice(8)}`;
  const rows = [
    newInstance({ project_id, uuid: uuid(1), created_at: minute(1) }),
    newInstance({ project_id, uuid: uuid(2), created_at: minute(3) }),
    newInstance({ project_id, uuid: uuid(3), created_at: minute(3) }),
    newInstance({ project_id, uuid: uuid(4), created_at: minute(2) }),
  ];
  for (const row of rows) await instances.saveInstance(undefined, row);
  const order = [uuid(3), uuid(2), uuid(4), uuid(1)];
  expect(await uuidsOf(inProject(project_id))).toEqual(order);
  for (const row of rows) {
    const after = order.slice(order.indexOf(row.uuid) + 1);
    expect(await uuidsOf(inProject(project_id), { after: placeOfServer(row) })).toEqual(after);
  }
  const everyone = await uuidsOf({ by: 'time' });
  expect(everyone.filter((each) => order.includes(each))).toEqual(order);
});

test('instances are listed by host and state in the order of their creation, either way', async () => {
  const { host } = newHost();
  const project_id = randomUUID();
  const made = Array.from({ length: 9 }, (_, n) =>
    newInstance({ host, project_id, vm_state: 'rescued', created_at: minute(n) }),
  );
  for (const row of made) await instances.saveInstance(undefined, row);
  const newest = made.map(({ uuid }) => uuid).reverse();
  expect(await uuidsOf({ by: 'host', host })).toEqual(newest);
  expect(await uuidsOf({ by: 'host', host }, { oldestFirst: true })).toEqual(newest.toReversed());
  expect(await uuidsOf({ by: 'state', vm_state: 'rescued' })).toEqual(newest);
  const [, , after] = made;
  if (!after) return expect.unreachable();
  const walk = { after: placeOfServer(after), oldestFirst: true };
  expect(await uuidsOf({ by: 'state', vm_state: 'rescued' }, walk)).toEqual(
    newest.toReversed().slice(3),
  );
  // A stopped or deleted instance is in another list.
  await instances.saveInstance(after, { ...after, vm_state: 'stopped', revision: 2 });
  expect(await uuidsOf({ by: 'state', vm_state: 'rescued' })).not.toContain(after.uuid);
  expect(await uuidsOf({ by: 'state', vm_state: 'stopped' })).toContain(after.uuid);
});

test('a tombstone is listed as deleted and as changed, and on no host', async () => {
  const { host } = newHost();
  const row = newInstance({ host, project_id: randomUUID() });
  await instances.saveInstance(undefined, row);
  const at = minute(5_000);
  const { row: tombstone } = deletedInstance(row, { reported_at: at, actor: { ...actor, at } });
  await instances.saveInstance(row, tombstone);
  const { project_id, uuid } = row;
  expect(await uuidsOf({ by: 'project', project_id, deleted: true })).toEqual([uuid]);
  expect(await uuidsOf(inProject(project_id))).toEqual([]);
  expect(await uuidsOf({ by: 'state', vm_state: 'deleted' })).toContain(uuid);
  expect(await uuidsOf({ by: 'host', host })).toEqual([]);
  expect(await instances.changedBetween({ since: at, before: at }, 10)).toEqual([
    indexedPlace(row),
  ]);
});

test('changes are found by the moment of the last one, both ends included, up to a number', async () => {
  const moments = [6_000, 6_001, 6_002].map(minute);
  const rows = moments.map((updated_at) => newInstance({ updated_at }));
  for (const row of rows) await instances.saveInstance(undefined, row);
  const changed = async (n: number, m: number, most = 10) =>
    (
      await instances.changedBetween(
        { since: moments[n] ?? '', before: moments[m] ?? '9999' },
        most,
      )
    )
      ?.map(uuidAt)
      .sort();
  const uuids = (...numbers: number[]) => numbers.map((n) => rows[n]?.uuid ?? '').sort();
  expect(await changed(0, 2)).toEqual(uuids(0, 1, 2));
  expect(await changed(1, 1)).toEqual(uuids(1));
  expect(await changed(1, 9)).toEqual(uuids(1, 2));
  expect(await changed(0, 2, 3)).toEqual(uuids(0, 1, 2));
  expect(await changed(0, 2, 2)).toBeUndefined();
  const late = { since: '9999-12-31T23:59:59.000Z', before: '~' };
  expect(await instances.changedBetween(late, 10)).toEqual([]);
});
