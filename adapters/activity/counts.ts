/** Counts of servers, ports and open faults, by the keys of their indexes. */
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { vmStates } from '../../domain/servers/instance.ts';
import { inParallel } from '../in-parallel.ts';
import { shards } from '../servers/instance-index.ts';

/** A count; not complete if there are more keys than were read. */
export type KeyCount = { readonly count: number; readonly complete: boolean };

/** The most pages that are counted, of a megabyte each: some 100,000 keys. */
const mostPages = 10;
/** Counts that run at once. */
const atOnce = 8;

type Partition = {
  readonly table: string;
  readonly index: string;
  readonly key: string;
  readonly value: string;
};

async function countOfPartition(
  client: DynamoDBDocumentClient,
  { table, index, key, value }: Partition,
): Promise<KeyCount> {
  let count = 0;
  let start: Record<string, unknown> | undefined;
  for (let pages = 0; pages < mostPages; pages++) {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: index,
        KeyConditionExpression: '#key = :value',
        ExpressionAttributeNames: { '#key': key },
        ExpressionAttributeValues: { ':value': value },
        Select: 'COUNT',
        ExclusiveStartKey: start,
      }),
    );
    count += page.Count ?? 0;
    start = page.LastEvaluatedKey;
    if (start === undefined) return { count, complete: true };
  }
  return { count, complete: false };
}

type Tables = { readonly instances: string; readonly ports: string; readonly faults: string };

/** Counts what the indexes show. */
export const overviewCounts = (client: DynamoDBDocumentClient, tables: Tables) => ({
  /** Servers by their written state; states without servers are absent. */
  serversByState: async (): Promise<{
    readonly counts: Readonly<Record<string, number>>;
    readonly complete: boolean;
  }> => {
    const parts = vmStates.flatMap((state) => shards.map((shard) => ({ state, shard })));
    const counted = await inParallel(parts, atOnce, async ({ state, shard }) => {
      const part = { table: tables.instances, index: 'byState', key: 'in_state' };
      return {
        state,
        ...(await countOfPartition(client, { ...part, value: `${state}#${shard}` })),
      };
    });
    const sums = [...Map.groupBy(counted, ({ state }) => state)].map(
      ([state, its]) => [state, its.reduce((sum, { count }) => sum + count, 0)] as const,
    );
    return {
      counts: Object.fromEntries(sums.filter(([, count]) => count > 0)),
      complete: counted.every(({ complete }) => complete),
    };
  },

  portCount: (): Promise<KeyCount> =>
    countOfPartition(client, {
      table: tables.ports,
      index: 'listing',
      key: 'live',
      value: 'port',
    }),

  /** Open faults, and when the oldest of them was raised; null without one. */
  openFaultCount: async (): Promise<KeyCount & { readonly oldest_at: string | null }> => {
    const open = { table: tables.faults, index: 'open', key: 'open', value: 'fault' };
    const [count, { Items: [oldest] = [] }] = await Promise.all([
      countOfPartition(client, open),
      client.send(
        new QueryCommand({
          TableName: tables.faults,
          IndexName: 'open',
          KeyConditionExpression: '#open = :open',
          ExpressionAttributeNames: { '#open': 'open' },
          ExpressionAttributeValues: { ':open': 'fault' },
          Limit: 1,
        }),
      ),
    ]);
    const place = oldest === undefined ? undefined : String(oldest.sort_key);
    return { ...count, oldest_at: place?.slice(0, place.indexOf('#')) ?? null };
  },
});
