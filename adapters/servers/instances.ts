/** The table `instances`. Changes of an instance's evacuation are copied to the table `migrations`. */
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { targetOf } from '../../domain/servers/evacuation.ts';
import { Instance } from '../../domain/servers/instance.ts';
import {
  mergedPages,
  placeOfServer,
  type ServerIndex,
  type ServerRange,
} from '../../domain/servers/server-listing.ts';
import { slices } from '../../domain/slices.ts';
import type { InstanceChange } from '../../flows/apply-fault.ts';
import type { ExpectedHost } from '../../flows/evacuate.ts';
import { getAll, ifUnchanged, queryPages, type Row } from '../dynamodb.ts';
import { hostUnchanged } from '../hosts/hosts.ts';
import { inParallel } from '../in-parallel.ts';
import { type Action, transactGroups, transactPatiently } from '../transactions.ts';
import { countOf, placePages, uuidPages } from './instance-index.ts';
import { migrationWrites } from './migrations.ts';

type Tables = {
  readonly instances: string;
  readonly migrations: string;
  readonly hosts: string;
};

/** For how long a tombstone is kept, in seconds: older reports of feeds are stale for that time. */
const tombstoneSeconds = 30 * 24 * 3600;

/**
 * The parts of the indexes by state and by change. A partition takes 1,000 writes a second, and a fault
 * writes all instances of a host at once, so one partition would be too slow.
 */
const shards = ['0', '1', '2', '3'] as const;
const shardOf = (uuid: string): string =>
  String(Number.parseInt(uuid.slice(-4), 16) % shards.length);

/**
 * The row with the fields that only the indexes need. A tombstone is in the lists of deleted servers and
 * of changes, and DynamoDB deletes it at `expires_at`.
 */
export function indexedInstance(row: Instance): Row {
  const shard = shardOf(row.uuid);
  const place = placeOfServer(row);
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
const whole = (tables: Tables, from: Instance | undefined, to: Instance): Action[] => [
  put(tables.instances, from, to),
  ...migrationWrites(tables.migrations, from, to),
];

/** How many hosts' instances are counted at once. */
const countsAtOnce = 8;

/** How many instances are changed in one request; each change succeeds or fails alone. */
const perTransaction = 25;

/** Reads and writes the table. */
export const instanceStore = (client: DynamoDBDocumentClient, tables: Tables) => ({
  ...instanceReader(client, tables.instances),

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
      ...whole(tables, from, to),
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
      const groups = slice.map(({ from, to }) => whole(tables, from, to));
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

  /** Uuids of the instances on a host, as the index shows them. */
  instancesOn: (host: string): AsyncGenerator<string[]> =>
    uuidPages(client, table, { index: 'byHost', key: 'on_host', value: host }),

  /** Uuids of the instances on their way to a host, as the index shows them. */
  instancesTo: (host: string): AsyncGenerator<string[]> =>
    uuidPages(client, table, { index: 'byTarget', key: 'to_host', value: host }),

  /** The number of instances on each host or on their way there, as the indexes show it. */
  countsOn: async (hosts: readonly string[]): Promise<Map<string, number>> => {
    const counts = await inParallel(hosts, countsAtOnce, async (value) => {
      const on = await countOf(client, table, { index: 'byHost', key: 'on_host', value });
      const to = await countOf(client, table, { index: 'byTarget', key: 'to_host', value });
      return [value, on + to] as const;
    });
    return new Map(counts);
  },

  /** Sort keys (`placeOfServer`) of instances in a list, in order, as its index shows them. */
  listed: (list: ServerIndex, range: ServerRange): AsyncIterable<readonly string[]> => {
    const of = (index: string, key: string, value: string, first = range.first) =>
      placePages(client, table, { index, key, value }, { ...range, first });
    switch (list.by) {
      case 'time':
        return of('byTime', 'live', 'instance');
      case 'host':
        return of('byHost', 'on_host', list.host);
      case 'project': {
        const kind = list.deleted ? 'deleted' : 'project';
        return of('byProject', 'in_project', `${kind}#${list.project_id}`);
      }
      case 'state': {
        const first = Math.ceil(range.first / 2);
        const parts = shards.map((shard) =>
          of('byState', 'in_state', `${list.vm_state}#${shard}`, first),
        );
        return mergedPages(parts, range.oldestFirst);
      }
    }
  },

  /**
   * Sort keys (`placeOfServer`) of the instances, deleted ones included, whose last change is between
   * two times, both included, in any order; undefined if there are more than `most`.
   */
  changedBetween: async (
    { since, before }: { readonly since: string; readonly before: string },
    most: number,
  ): Promise<readonly string[] | undefined> => {
    const found = await inParallel(shards, shards.length, async (shard) => {
      const keys: string[] = [];
      const query = {
        TableName: table,
        IndexName: 'byChange',
        Limit: most + 1,
        KeyConditionExpression: 'changes = :shard AND changed_key BETWEEN :since AND :before',
        // A key is `<time>#…`, and `$` is the character after `#`: keys of the time `before` are included.
        ExpressionAttributeValues: { ':shard': shard, ':since': since, ':before': `${before}$` },
      };
      for await (const page of queryPages(client, query)) {
        keys.push(...page.map(({ changed_key }) => String(changed_key)));
        if (keys.length > most) break;
      }
      return keys;
    });
    const keys = found.flat();
    return keys.length > most ? undefined : keys.map((key) => key.slice(key.indexOf('#') + 1));
  },
});
