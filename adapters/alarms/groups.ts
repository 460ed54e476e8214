/** The groups of notifications, in the table `history`: which were made, and which are not delivered yet. */
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { OutboxRow } from '../../domain/alarms/outbox-row.ts';
import {
  type GroupOf,
  GroupRow,
  groupKeyOf,
  groupNumberOf,
  groupShard,
} from '../../domain/delivery/group.ts';
import type { EventsOut } from '../../flows/events-out.ts';
import type { RowKey } from '../../flows/written-before.ts';
import { getAll, ifUnchanged, queryPages } from '../dynamodb.ts';
import { undeliveredRows } from './undelivered-rows.ts';

type Settings = Pick<EventsOut, 'interrupted'> & { readonly table: string };

const Made = GroupRow.pick({ alarm_id: true, members: true });
const Key = z.object({ event_id: z.string(), alarm_id: z.string() });

/** The most firings that are found beside those that a message names; others have messages of their own. */
const mostFound = 1_000;

/** The store of groups. `interrupted` of the settings is called for a row that cannot be read. */
export const groupStore = (client: DynamoDBDocumentClient, { table, interrupted }: Settings) => ({
  /** The number of groups of a fault in a project, and the ids of their notifications, read consistently. */
  groupsOf: async (
    group: GroupOf,
  ): Promise<{ readonly count: number; readonly members: ReadonlySet<string> }> => {
    const members = new Set<string>();
    let count = 0;
    const pages = queryPages(client, {
      TableName: table,
      KeyConditionExpression: 'event_id = :group',
      ExpressionAttributeValues: { ':group': groupKeyOf(group) },
      ProjectionExpression: 'alarm_id, members',
      ConsistentRead: true,
    });
    for await (const page of pages) {
      for (const made of page.map((row) => Made.parse(row))) {
        count = Math.max(count, groupNumberOf(made));
        for (const member of made.members) members.add(member);
      }
    }
    return { count, members };
  },

  /** The keys of what a fault fired in a project since a moment, as the index shows them. */
  firedSince: async ({ project_id, fault_id }: GroupOf, since: string): Promise<RowKey[]> => {
    const pages = queryPages(client, {
      TableName: table,
      IndexName: 'byFault',
      KeyConditionExpression: 'fault_id = :fault AND fault_place BETWEEN :since AND :end',
      ExpressionAttributeValues: {
        ':fault': fault_id,
        ':since': `${project_id}#${since}`,
        // Sorts after every moment: these begin with a year.
        ':end': `${project_id}#a`,
      },
      Limit: mostFound,
    });
    for await (const page of pages) return page.map((row) => Key.parse(row));
    return [];
  },

  /**
   * The rows of the keys in a project, read consistently, in any order. A row that cannot be read
   * is logged and left out.
   */
  firedRows: async ({ project_id }: GroupOf, keys: readonly RowKey[]): Promise<OutboxRow[]> => {
    const asked = keys.map(({ event_id, alarm_id }) => ({ event_id, alarm_id }));
    const rows = await getAll(client, table, asked);
    return rows.flatMap((row) => {
      const { data, error } = OutboxRow.safeParse(row);
      if (error) interrupted('row of a group', { event_id: row.event_id, error });
      return data?.on_behalf_of === project_id ? [data] : [];
    });
  },

  /** Writes a new group. False if another writer has made one of its number. */
  addGroup: (row: GroupRow): Promise<boolean> =>
    ifUnchanged(
      client.send(
        new PutCommand({
          TableName: table,
          Item: row,
          ConditionExpression: 'attribute_not_exists(event_id)',
        }),
      ),
    ),
});

/** Groups in one sweep: the function can send these in its time. The next sweep takes more. */
const mostSwept = 100;

/** The groups that an evaluator wrote and did not send. */
export const undeliveredGroups = (
  client: DynamoDBDocumentClient,
  { table, interrupted }: Settings,
) => ({
  /**
   * The groups that were written before the moment and are not delivered, read consistently, the
   * oldest first.
   */
  undeliveredGroups: async (writtenBefore: string): Promise<GroupRow[]> => {
    const pages = queryPages(client, {
      TableName: table,
      IndexName: 'undelivered',
      KeyConditionExpression: 'undelivered_shard = :shard AND written_at < :before',
      ExpressionAttributeValues: { ':shard': groupShard, ':before': writtenBefore },
      Limit: mostSwept,
    });
    for await (const page of pages) {
      const keys = page.map((row) => Key.parse(row));
      const unreadable = (event_id: unknown, error: unknown) =>
        interrupted('group', { event_id, error });
      const rows = await undeliveredRows(client, { table, schema: GroupRow, unreadable }, keys);
      return rows.sort((one, other) => (one.written_at < other.written_at ? -1 : 1));
    }
    return [];
  },
});
