/**
 * The table `subscriptions`: which endpoint is subscribed to which notifications, and its project.
 */
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
} from '@aws-sdk/lib-dynamodb';
import { sharedOwner } from '../../domain/alarms/quota-row.ts';
import { Subscription } from '../../domain/delivery/subscription.ts';
import { getAll, ifUnchanged, queryPages, type Row } from '../dynamodb.ts';
import { type Action, transactPatiently } from '../transactions.ts';

/** The row, with the keys of its indexes. */
const indexed = (row: Subscription): Row => ({
  ...row,
  live: 'subscription',
  sort_key: sortKeyOf(row),
});

/** The sort key of a subscription in every index: its time, then its id. */
const sortKeyOf = ({ created_at, subscription_id }: Subscription): string =>
  `${created_at}#${subscription_id}`;

/** Sorts before every sort key: these begin with a year. */
const start = '0';

const atRevision = ({ revision }: Subscription) => ({
  ConditionExpression: 'revision = :revision',
  ExpressionAttributeValues: { ':revision': revision },
});

type Tables = { readonly subscriptions: string; readonly quotas: string };

/**
 * Names a subscription to groups in the row of its project in the table `quotas`, which evaluators read
 * anyway, or takes it out. Of all projects, it is named in the row that all share.
 */
const named = (
  { quotas }: Tables,
  { all_projects, project_id, subscription_id }: Subscription,
  verb: 'ADD' | 'DELETE',
): Action => ({
  Update: {
    TableName: quotas,
    Key: { owner: sharedOwner(all_projects ? '' : project_id) },
    UpdateExpression: `${verb} grouped :id`,
    ExpressionAttributeValues: { ':id': new Set([subscription_id]) },
  },
});

/**
 * The store of subscriptions. Each write returns false if its condition fails: the row is no longer
 * as it was read.
 */
export const subscriptionStore = (client: DynamoDBDocumentClient, tables: Tables) => {
  const { subscriptions: TableName } = tables;
  return {
    ...subscriptionReader(client, TableName),

    /** Writes a new row. False if the endpoint already has one. */
    claim: (row: Subscription): Promise<boolean> => {
      const Put = {
        TableName,
        Item: indexed(row),
        ConditionExpression: 'attribute_not_exists(subscription_id)',
      };
      return row.group === undefined
        ? ifUnchanged(client.send(new PutCommand(Put)))
        : transactPatiently(client, [{ Put }, named(tables, row, 'ADD')]);
    },

    /** Replaces a row. */
    replace: (before: Subscription, after: Subscription): Promise<boolean> =>
      ifUnchanged(
        client.send(new PutCommand({ TableName, Item: indexed(after), ...atRevision(before) })),
      ),

    /** Deletes a row. */
    remove: (row: Subscription): Promise<boolean> => {
      const { subscription_id } = row;
      const Delete = { TableName, Key: { subscription_id }, ...atRevision(row) };
      return row.group === undefined
        ? ifUnchanged(client.send(new DeleteCommand(Delete)))
        : transactPatiently(client, [{ Delete }, named(tables, row, 'DELETE')]);
    },
  };
};

/** The reads of the store. */
export function subscriptionReader(client: DynamoDBDocumentClient, table: string) {
  /** A subscription, read consistently; undefined if there is none. */
  const subscription = async (subscription_id: string): Promise<Subscription | undefined> => {
    const { Item: row } = await client.send(
      new GetCommand({ TableName: table, Key: { subscription_id }, ConsistentRead: true }),
    );
    return row && Subscription.parse(row);
  };

  return {
    subscription,

    /** The number of subscriptions of a project, as the index shows it. */
    countOf: async (project_id: string): Promise<number> => {
      let count = 0;
      for await (const page of keysAfter(client, table, { project_id, after: start })) {
        count += page.length;
      }
      return count;
    },

    /**
     * At most `limit` subscriptions of a project (of all projects if undefined), oldest first, read
     * consistently. They come after the one with the id `marker`. Undefined if there is no such
     * marker.
     */
    subscriptions: async (
      project_id: string | undefined,
      { limit, marker }: { readonly limit: number; readonly marker: string | undefined },
    ): Promise<Subscription[] | undefined> => {
      const before = marker === undefined ? undefined : await subscription(marker);
      const mayMark = project_id === undefined || before?.project_id === project_id;
      if (marker !== undefined && (!before || !mayMark)) return undefined;
      const after = before ? sortKeyOf(before) : start;
      const found: Subscription[] = [];
      for await (const page of keysAfter(client, table, { project_id, after, limit })) {
        const keys = page.map((key) => ({ subscription_id: String(key.subscription_id) }));
        // A row that cannot be read is left out; the others are shown.
        const rows = (await getAll(client, table, keys)).flatMap(
          (row) => Subscription.safeParse(row).data ?? [],
        );
        found.push(...rows.sort((a, b) => (sortKeyOf(a) < sortKeyOf(b) ? -1 : 1)));
        if (found.length >= limit) break;
      }
      return found.slice(0, limit);
    },
  };
}

type KeysRead = {
  /** Undefined for all projects. */
  readonly project_id: string | undefined;
  /** The sort key after which to begin. */
  readonly after: string;
  /** The most keys of a page; undefined for the largest pages. */
  readonly limit?: number;
};

/** The keys in an index after a sort key, oldest first, in pages. */
function keysAfter(
  client: DynamoDBDocumentClient,
  table: string,
  { project_id, after, limit }: KeysRead,
) {
  const [index, name, value] =
    project_id === undefined
      ? ['byTime', 'live', 'subscription']
      : ['byProject', 'project_id', project_id];
  return queryPages(client, {
    TableName: table,
    IndexName: index,
    KeyConditionExpression: '#name = :value AND sort_key > :after',
    ExpressionAttributeNames: { '#name': name },
    ExpressionAttributeValues: { ':value': value, ':after': after },
    ...(limit !== undefined && { Limit: limit }),
  });
}
