/** The table `instances`. What becomes of an instance's evacuation is copied to `migrations`. */
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
} from '@aws-sdk/lib-dynamodb';
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
import { getAll, growingPages, ifUnchanged, queryPages, type Row } from '../dynamodb.ts';
import { hostUnchanged } from '../hosts/hosts.ts';
import { inParallel } from '../in-parallel.ts';
import { type Action, transactGroups, transactPatiently } from '../transactions.ts';
import { migrationWrites } from './migrations.ts';

type Tables = {
  readonly instances: string;
  readonly migrations: string;
  readonly hosts: string;
};

/** A tombstone is kept this long against late feeds, in seconds. */
const tombstoneSeconds = 30 * 24 * 3600;

/**
 * Parts of the indexes of which all rows of a state, or all changes, would else be in one partition:
 * a fault moves a whole host's instances at once, and a partition takes 1,000 writes a second.
 */
const shards = ['0', '1', '2', '3'] as const;
const shardOf = (uuid: string): string =>
  String(Number.parseInt(uuid.slice(-4), 16) % shards.length);

/**
 * The row with what only its indexes need. A tombstone is listed among the deleted ones and among
 * what changed, and goes after a while.
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

/** Keys that a query of an index gives at most. */
const longestPage = 1000;

/**
 * That a row still is as it was read. `reported_at` and `fault_number` are in it because they may
 * move without raising the revision, and must never move back.
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

function unchanged(from: Instance) {
  const values = Object.entries(asRead(from));
  return {
    ConditionExpression: values.map(([name]) => `${name} = :${name}`).join(' AND '),
    ExpressionAttributeValues: Object.fromEntries(
      values.map(([name, value]) => [`:${name}`, value]),
    ),
  };
}

/** Not PartiQL, which is faster there: the embedded stack writes no stream record of it. */
const put = (table: string, from: Instance | undefined, to: Instance) => ({
  Put: { TableName: table, Item: indexedInstance(to), ...(from ? unchanged(from) : absent) },
});

/** A change of an instance with what goes with it: whole, or not at all. */
const whole = (tables: Tables, from: Instance | undefined, to: Instance): Action[] => [
  put(tables.instances, from, to),
  ...migrationWrites(tables.migrations, from, to),
];

/** Hosts whose instances are counted at once. */
const countsAtOnce = 8;

/** Instances changed in one request; each for itself all the same. */
const perTransaction = 25;

export const instanceStore = (client: DynamoDBDocumentClient, tables: Tables) => ({
  ...instanceReader(client, tables.instances),

  /**
   * False if the instance is not as it was read, or one of the hosts does not stand as it was read.
   * @param standing hosts that must be as they were read, while the instance is written.
   */
  saveInstance: async (
    from: Instance | undefined,
    to: Instance,
    standing: readonly ExpectedHost[] = [],
  ): Promise<boolean> => {
    const actions = [
      ...whole(tables, from, to),
      ...standing.map((each) => hostUnchanged(tables.hosts, each)),
    ];
    if (actions.length === 1) {
      return ifUnchanged(client.send(new PutCommand(put(tables.instances, from, to).Put)));
    }
    return transactPatiently(client, actions);
  },

  /** Writes what faults made of instances; gives the changes that somebody overtook. */
  change: async (changes: readonly InstanceChange[]): Promise<InstanceChange[]> => {
    const overtaken = await inParallel(slices(changes, perTransaction), 4, async (slice) => {
      // No fault makes an evacuation done, so no row is written twice here.
      const groups = slice.map(({ from, to }) => whole(tables, from, to));
      const failed = await transactGroups(client, groups);
      return slice.filter((_, n) => failed[n]?.length);
    });
    return overtaken.flat();
  },
});

const instanceReader = (client: DynamoDBDocumentClient, table: string) => ({
  /** The row of a uuid, a tombstone too, read consistently. */
  instance: async (uuid: string): Promise<Instance | undefined> => {
    const { Item: row } = await client.send(
      new GetCommand({ TableName: table, Key: { uuid }, ConsistentRead: true }),
    );
    return row && Instance.parse(row);
  },

  /** The rows of the uuids, tombstones too, read consistently; unknown ones are left out. */
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

  /** How many instances are on each host, or on their way there, as the indexes show it. */
  countsOn: async (hosts: readonly string[]): Promise<Map<string, number>> => {
    const counts = await inParallel(hosts, countsAtOnce, async (value) => {
      const on = await countOf(client, table, { index: 'byHost', key: 'on_host', value });
      const to = await countOf(client, table, { index: 'byTarget', key: 'to_host', value });
      return [value, on + to] as const;
    });
    return new Map(counts);
  },

  /** Places of instances in order, as the index of the listing shows them. */
  listed: (listing: ServerIndex, walk: ServerRange): AsyncIterable<readonly string[]> => {
    const of = (index: string, key: string, value: string, first = walk.first) =>
      placePages(client, table, { index, key, value }, { ...walk, first });
    switch (listing.by) {
      case 'time':
        return of('byTime', 'live', 'instance');
      case 'host':
        return of('byHost', 'on_host', listing.host);
      case 'project': {
        const kind = listing.deleted ? 'deleted' : 'project';
        return of('byProject', 'in_project', `${kind}#${listing.project_id}`);
      }
      case 'state': {
        const first = Math.ceil(walk.first / 2);
        const parts = shards.map((shard) =>
          of('byState', 'in_state', `${listing.vm_state}#${shard}`, first),
        );
        return mergedPages(parts, walk.oldestFirst);
      }
    }
  },

  /**
   * Places of the instances, deleted ones too, of which the last change is between the two
   * moments, both included, in any order; undefined if that are more than `most`.
   */
  changedBetween: async (
    { since, before }: { readonly since: string; readonly before: string },
    most: number,
  ): Promise<readonly string[] | undefined> => {
    const found = await inParallel(shards, shards.length, async (shard) => {
      const keys: string[] = [];
      const query = {
        ...{ TableName: table, IndexName: 'byChange', Limit: most + 1 },
        KeyConditionExpression: 'changes = :shard AND changed_key BETWEEN :since AND :before',
        // `$` comes right after the `#` that follows a moment in a key.
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

type IndexKey = { readonly index: string; readonly key: string; readonly value: string };

async function* uuidPages(
  client: DynamoDBDocumentClient,
  table: string,
  { index, key, value }: IndexKey,
): AsyncGenerator<string[]> {
  const query = {
    TableName: table,
    IndexName: index,
    KeyConditionExpression: '#key = :value',
    ExpressionAttributeNames: { '#key': key },
    ExpressionAttributeValues: { ':value': value },
  };
  for await (const page of queryPages(client, query)) yield page.map(({ uuid }) => String(uuid));
}

async function* placePages(
  client: DynamoDBDocumentClient,
  table: string,
  { index, key, value }: IndexKey,
  { after, first, oldestFirst }: ServerRange,
): AsyncGenerator<string[]> {
  const range = after === undefined ? '' : ` AND sort_key ${oldestFirst ? '>' : '<'} :after`;
  const query = {
    TableName: table,
    IndexName: index,
    KeyConditionExpression: `#key = :value${range}`,
    ExpressionAttributeNames: { '#key': key },
    ExpressionAttributeValues: {
      ':value': value,
      ...(after === undefined ? {} : { ':after': after }),
    },
    ScanIndexForward: oldestFirst,
  };
  for await (const page of growingPages(client, query, { first, longest: longestPage })) {
    yield page.map(({ sort_key }) => String(sort_key));
  }
}

async function countOf(
  client: DynamoDBDocumentClient,
  table: string,
  { index, key, value }: { index: string; key: string; value: string },
): Promise<number> {
  const query = {
    TableName: table,
    IndexName: index,
    KeyConditionExpression: '#key = :value',
    ExpressionAttributeNames: { '#key': key },
    ExpressionAttributeValues: { ':value': value },
    Select: 'COUNT',
  } as const;
  let count = 0;
  for await (const page of paginateQuery({ client }, query)) count += page.Count ?? 0;
  return count;
}
