/** The table `instances`. Changes of an instance's evacuation are copied to the table `migrations`. */
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { targetOf } from '../../domain/servers/evacuation.ts';
import { Instance } from '../../domain/servers/instance.ts';
import { indexedPlace } from '../../domain/servers/server-place.ts';
import { slices } from '../../domain/slices.ts';
import type { InstanceChange } from '../../flows/apply-fault.ts';
import type { ExpectedHost } from '../../flows/evacuate.ts';
import { getAll, ifUnchanged, type Row } from '../dynamodb.ts';
import { hostUnchanged } from '../hosts/host-conditions.ts';
import { inParallel } from '../in-parallel.ts';
import { type Action, transactGroups, transactPatiently } from '../transactions.ts';
import { shardOf } from './instance-index.ts';
import { instanceLists } from './instance-lists.ts';
import { migrationWrites } from './migration-writes.ts';

type Tables = {
  readonly instances: string;
  readonly migrations: string;
  readonly hosts: string;
};

/** For how long a tombstone is kept, in seconds: older reports of feeds are stale for that time. */
const tombstoneSeconds = 30 * 24 * 3600;

/**
 * The row with the fields that only the indexes need. A tombstone is in the lists of deleted servers and
 * of changes, and DynamoDB deletes it at `expires_at`.
 */
export function indexedInstance(row: Instance): Row {
  const shard = shardOf(row.uuid);
  const place = indexedPlace(row);
  const all = {
    ...row,
    sort_key: place,
    in_state: `${row.vm_state}#${shard}`,
    changes: shard,
    changed_key: `${row.updated_at}#${place}`,
  };
  if (row.deleted) {
    const expires_at = Math.ceil(Date.parse(row.updated_at) / 1000) + tombstoneSeconds;
    return { ...all, in_project: `deleted#${row.project_id}`, expires_at };
  }
  return {
    ...all,
    on_host: row.host ?? undefined,
    to_host: targetOf(row) ?? undefined,
    in_project: `project#${row.project_id}`,
    live: 'instance',
  };
}

/**
 * The fields that must be as they were read. `reported_at` and `fault_number` are among them because
 * they change without a new revision and must never go back.
 */
const asRead = ({ incarnation, revision, fault_number, reported_at }: Instance) => ({
  incarnation,
  revision,
  fault_number,
  reported_at,
});

/** The condition that there is no row yet. */
const absent = {
  ConditionExpression: 'attribute_not_exists(#key)',
  ExpressionAttributeNames: { '#key': 'uuid' },
};

/** The condition that a row is as it was read. */
function unchanged(from: Instance) {
  const values = Object.entries(asRead(from));
  return {
    ConditionExpression: values.map(([name]) => `${name} = :${name}`).join(' AND '),
    ExpressionAttributeValues: Object.fromEntries(
      values.map(([name, value]) => [`:${name}`, value]),
    ),
  };
}

/** No PartiQL, although the embedded stack runs it faster: it writes no stream record for it. */
const put = (table: string, from: Instance | undefined, to: Instance) => ({
  Put: { TableName: table, Item: indexedInstance(to), ...(from ? unchanged(from) : absent) },
});

/** The writes of a change of an instance and of its record; all of them are made, or none. */
export const instanceWrites = (
  tables: Pick<Tables, 'instances' | 'migrations'>,
  from: Instance | undefined,
  to: Instance,
): Action[] => [put(tables.instances, from, to), ...migrationWrites(tables.migrations, from, to)];

/** How many instances are changed in one request; each change succeeds or fails alone. */
const perTransaction = 25;

/** Reads and writes the table. */
export const instanceStore = (client: DynamoDBDocumentClient, tables: Tables) => ({
  ...instanceReader(client, tables.instances),
  ...instanceLists(client, tables.instances),

  /**
   * Writes an instance. False, and nothing written, if the instance or one of the hosts is not as it was
   * read.
   * @param expected hosts that must be as they were read.
   */
  saveInstance: async (
    from: Instance | undefined,
    to: Instance,
    expected: readonly ExpectedHost[] = [],
  ): Promise<boolean> => {
    const actions = [
      ...instanceWrites(tables, from, to),
      ...expected.map((each) => hostUnchanged(tables.hosts, each)),
    ];
    if (actions.length === 1) {
      return ifUnchanged(client.send(new PutCommand(put(tables.instances, from, to).Put)));
    }
    return transactPatiently(client, actions);
  },

  /** Writes changes made by faults. Returns the changes whose row is not as it was read. */
  change: async (changes: readonly InstanceChange[]): Promise<InstanceChange[]> => {
    const overtaken = await inParallel(slices(changes, perTransaction), 4, async (slice) => {
      // A transaction may write each row once. No fault makes an evacuation `done`, so no departures' row
      // is written for two instances.
      const groups = slice.map(({ from, to }) => instanceWrites(tables, from, to));
      const failed = await transactGroups(client, groups);
      return slice.filter((_, n) => failed[n]?.length);
    });
    return overtaken.flat();
  },
});

const instanceReader = (client: DynamoDBDocumentClient, table: string) => ({
  /** The row of a uuid, tombstones included, read consistently. */
  instance: async (uuid: string): Promise<Instance | undefined> => {
    const { Item: row } = await client.send(
      new GetCommand({ TableName: table, Key: { uuid }, ConsistentRead: true }),
    );
    return row && Instance.parse(row);
  },

  /**
   * The rows of the uuids, tombstones included, read consistently, in any order; unknown ones are left
   * out.
   */
  instances: async (uuids: readonly string[]): Promise<Instance[]> => {
    const rows = await getAll(
      client,
      table,
      uuids.map((uuid) => ({ uuid })),
    );
    return rows.map((row) => Instance.parse(row));
  },
});
