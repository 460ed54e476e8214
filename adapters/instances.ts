/** The table `instances`. */
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { Instance } from '../domain/instance.ts';
import { slices } from '../domain/slices.ts';
import { getAll, ifUnchanged, inParallel, queryPages, type Row } from './dynamodb.ts';
import { type Action, transactGroups } from './transactions.ts';

/** A tombstone is kept this long against late feeds, in seconds. */
const tombstoneSeconds = 30 * 24 * 3600;

/** Order of lists: by time of creation; the uuid tells two of one moment apart. */
const sortKey = ({ created_at, uuid }: Pick<Instance, 'created_at' | 'uuid'>): string =>
  `${created_at}#${uuid}`;

/** The row with what only its indexes need: a tombstone is in none, and goes after a while. */
function indexed(row: Instance): Row {
  if (row.deleted) {
    return { ...row, expires_at: Math.ceil(Date.parse(row.updated_at) / 1000) + tombstoneSeconds };
  }
  return {
    ...row,
    on_host: row.host ?? undefined,
    in_project: `project#${row.project_id}`,
    live: 'instance',
    sort_key: sortKey(row),
  };
}

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
const put = (table: string, from: Instance, to: Instance): Action => ({
  Put: { TableName: table, Item: indexed(to), ...unchanged(from) },
});

/** Instances changed in one request; each for itself all the same. */
const perTransaction = 25;

type Change = { readonly from: Instance; readonly to: Instance };

export const instanceStore = (client: DynamoDBDocumentClient, table: string) => ({
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

  /** Uuids newest first, as the index shows them; of all projects if none is named. */
  newest: (
    project_id: string | undefined,
    after: Pick<Instance, 'created_at' | 'uuid'> | undefined,
  ): AsyncGenerator<string[]> => {
    const index =
      project_id === undefined
        ? { index: 'byTime', key: 'live', value: 'instance' }
        : { index: 'byProject', key: 'in_project', value: `project#${project_id}` };
    return uuidPages(client, table, { ...index, before: after && sortKey(after) });
  },

  /** False if the instance is not as it was read. */
  saveInstance: (from: Instance | undefined, to: Instance): Promise<boolean> =>
    ifUnchanged(
      client.send(
        new PutCommand({
          TableName: table,
          Item: indexed(to),
          ...(from ? unchanged(from) : absent),
        }),
      ),
    ),

  /** Writes what faults made of instances; gives the changes that somebody overtook. */
  change: async (changes: readonly Change[]): Promise<Change[]> => {
    const overtaken = await inParallel(slices(changes, perTransaction), 4, async (slice) => {
      const puts = slice.map(({ from, to }) => [put(table, from, to)]);
      const failed = await transactGroups(client, puts);
      return slice.filter((_, n) => failed[n] !== undefined);
    });
    return overtaken.flat();
  },
});

async function* uuidPages(
  client: DynamoDBDocumentClient,
  table: string,
  {
    index,
    key,
    value,
    before,
  }: { index: string; key: string; value: string; before?: string | undefined },
): AsyncGenerator<string[]> {
  const query = {
    TableName: table,
    IndexName: index,
    KeyConditionExpression:
      before === undefined ? '#key = :value' : '#key = :value AND sort_key < :before',
    ExpressionAttributeNames: { '#key': key },
    ExpressionAttributeValues:
      before === undefined ? { ':value': value } : { ':value': value, ':before': before },
    ScanIndexForward: false,
  };
  for await (const page of queryPages(client, query)) yield page.map(({ uuid }) => String(uuid));
}
