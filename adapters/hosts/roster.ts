/**
 * The table `roster`: a short row for each registered host, written in the same transaction as the host.
 * Lists read it in few requests, and consistently. Heartbeats write its time a moment after the host's.
 */
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Host } from '../../domain/hosts/host.ts';
import {
  allRosterShards,
  type HostRange,
  ListedHost,
  listedAfter,
  rosterShardOf,
} from '../../domain/hosts/listed-host.ts';
import { type Zone, type ZoneCount, zoneChanges, zonesOf } from '../../domain/hosts/zones.ts';
import { inOneOrder } from '../../domain/in-one-order.ts';
import { conditional } from '../conditional.ts';
import { growingPages, queryPages, type Row, writeAll } from '../dynamodb.ts';
import { inParallel } from '../in-parallel.ts';
import type { Action } from '../transactions.ts';

const keyOf = (host: string) => ({ shard: rosterShardOf(host), host });

/**
 * The row of a host. Its fields are one text, which is read and sent several times faster than twenty
 * attributes; the time that heartbeats write is beside it.
 */
export const rosterRow = (host: ListedHost): Row => {
  const { last_seen_up, ...facts } = ListedHost.parse(host);
  return { ...keyOf(host.host), facts: JSON.stringify(facts), last_seen_up };
};

const listedOf = ({ facts, last_seen_up }: Row): ListedHost =>
  ListedHost.parse({ ...JSON.parse(String(facts)), last_seen_up });

/** The partition with the counts of zones; no host is in it. */
const zonePartition = 'zones';

const CountRow = z.object({ zone: z.string(), hosts: z.int(), enabled: z.int() });

/**
 * The row with the counts of a zone, for the hosts of one part of the list: so writers of different
 * hosts seldom meet.
 */
const countKey = (zone: string, host: string) => ({
  shard: zonePartition,
  host: `${rosterShardOf(host)}#${zone}`,
});

const counted = (TableName: string, host: string, change: ZoneCount): Action => ({
  Update: {
    TableName,
    Key: countKey(change.zone, host),
    UpdateExpression: 'SET #zone = :zone ADD #hosts :hosts, #enabled :enabled',
    ExpressionAttributeNames: { '#zone': 'zone', '#hosts': 'hosts', '#enabled': 'enabled' },
    ExpressionAttributeValues: {
      ':zone': change.zone,
      ':hosts': change.hosts,
      ':enabled': change.enabled,
    },
  },
});

/**
 * What a change of a host changes in the list and in the counts of zones, for the transaction that writes
 * the host; empty if lists show nothing of it.
 */
export function rosterWrites(TableName: string, from: Host | undefined, to: Host): Action[] {
  const listed = listedAfter(from, to);
  if (listed === 'same') return [];
  const counts = zoneChanges(from, to).map((change) => counted(TableName, to.host, change));
  if (listed === 'unlisted') return [{ Delete: { TableName, Key: keyOf(to.host) } }, ...counts];
  return [{ Put: { TableName, Item: rosterRow(listed) } }, ...counts];
}

/**
 * Writes the time of a heartbeat, unless it is older than the listed one. False if the row is in a
 * transaction of another writer.
 */
export async function listHeartbeat(
  client: DynamoDBDocumentClient,
  table: string,
  { host, at }: { readonly host: string; readonly at: string },
): Promise<boolean> {
  const outcome = await conditional(
    client.send(
      new UpdateCommand({
        TableName: table,
        Key: keyOf(host),
        UpdateExpression: 'SET last_seen_up = :at',
        // A host that was deleted meanwhile is not listed again.
        ConditionExpression:
          'attribute_exists(facts) AND (attribute_type(last_seen_up, :null) OR last_seen_up < :at)',
        ExpressionAttributeValues: { ':at': at, ':null': 'NULL' },
      }),
    ),
  );
  return outcome.kind !== 'conflict';
}

/**
 * Writes the time of a heartbeat of many hosts, 25 in a request.
 * @returns the names whose listed time is not older, or whose row is in a transaction.
 */
export async function listHeartbeats(
  client: DynamoDBDocumentClient,
  table: string,
  { hosts, at }: { readonly hosts: readonly string[]; readonly at: string },
): Promise<string[]> {
  const failed = await writeAll(
    client,
    hosts.map((host) => ({
      Statement: `UPDATE "${table}" SET "last_seen_up" = ? WHERE "shard" = ? AND "host" = ? AND "last_seen_up" < ?`,
      Parameters: [at, keyOf(host).shard, host, at],
    })),
  );
  return failed.flatMap((place) => hosts[place] ?? []);
}

const inNameOrder = (a: ListedHost, b: ListedHost): number => (a.host < b.host ? -1 : 1);

/** The most rows of a page of a shard: 1 MB of the longest rows. */
const longestPage = 500;

/** Reads the list of hosts. */
export const rosterReader = (client: DynamoDBDocumentClient, table: string) => {
  const query = (shard: string, after?: string) => ({
    TableName: table,
    KeyConditionExpression: `#shard = :shard${after === undefined ? '' : ' AND #host > :after'}`,
    ExpressionAttributeNames: {
      '#shard': 'shard',
      ...(after !== undefined && { '#host': 'host' }),
    },
    ExpressionAttributeValues: { ':shard': shard, ...(after !== undefined && { ':after': after }) },
    ConsistentRead: true,
  });

  async function* pagesOf(shard: string, { after, most }: HostRange): AsyncGenerator<ListedHost[]> {
    // Names are spread evenly, but not exactly: a part of a short page may have more than its share.
    const first = Math.ceil((1.5 * most) / allRosterShards.length) + 2;
    const pages = growingPages(client, query(shard, after), { first, longest: longestPage });
    for await (const page of pages) yield page.map(listedOf);
  }

  return {
    /** Every registered host, by name, read consistently. */
    allHosts: async (): Promise<ListedHost[]> => {
      const parts = await inParallel(allRosterShards, allRosterShards.length, async (shard) => {
        const hosts: ListedHost[] = [];
        for await (const page of queryPages(client, query(shard))) {
          hosts.push(...page.map(listedOf));
        }
        return hosts;
      });
      return parts.flat().sort(inNameOrder);
    },

    /** Every host of one part; a change of the last moments may be missing, such as a heartbeat. */
    hostsOfShard: async (shard: string): Promise<ListedHost[]> => {
      const hosts: ListedHost[] = [];
      const input = { ...query(shard), ConsistentRead: false };
      for await (const page of queryPages(client, input)) hosts.push(...page.map(listedOf));
      return hosts;
    },

    /** Registered hosts in a range, by name, read consistently. */
    hostsIn: async (range: HostRange): Promise<ListedHost[]> => {
      const parts = allRosterShards.map((shard) => pagesOf(shard, range));
      const order = { keyOf: ({ host }: ListedHost) => host, perPage: range.most };
      for await (const page of inOneOrder(parts, order)) return [...page];
      return [];
    },

    /** The zones that have hosts, in any order, read consistently: eight rows of each. */
    zones: async (): Promise<Zone[]> => {
      const counts: ZoneCount[] = [];
      for await (const page of queryPages(client, query(zonePartition))) {
        counts.push(...page.map((row) => CountRow.parse(row)));
      }
      return zonesOf(counts);
    },
  };
};
