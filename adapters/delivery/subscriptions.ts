/** The table `subscriptions`: whose endpoint is subscribed to what. */
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
} from '@aws-sdk/lib-dynamodb';
import { Subscription } from '../../domain/delivery/subscription.ts';
import { getAll, ifUnchanged, queryPages, type Row } from '../dynamodb.ts';

/** The row with what only its indexes need. */
const indexed = (row: Subscription): Row => ({
  ...row,
  live: 'subscription',
  sort_key: placeOf(row),
});

const placeOf = ({ created_at, subscription_id }: Subscription): string =>
  `${created_at}#${subscription_id}`;

/** Before every place: places begin with a digit. */
const first = '0';

export const subscriptionStore = (client: DynamoDBDocumentClient, table: string) => {
  const atRevision = ({ revision }: Subscription) => ({
    ConditionExpression: 'revision = :revision',
    ExpressionAttributeValues: { ':revision': revision },
  });
  const subscription = async (subscription_id: string): Promise<Subscription | undefined> => {
    const { Item: row } = await client.send(
      new GetCommand({ TableName: table, Key: { subscription_id }, ConsistentRead: true }),
    );
    return row && Subscription.parse(row);
  };

  /** Keys of an index after a place, oldest first. */
  const keys = (scope: string | undefined, after: string, limit?: number) => {
    const [index, name, value] =
      scope === undefined ? ['byTime', 'live', 'subscription'] : ['byProject', 'project_id', scope];
    return queryPages(client, {
      TableName: table,
      IndexName: index,
      KeyConditionExpression: '#name = :value AND sort_key > :after',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': value, ':after': after },
      ...(limit !== undefined && { Limit: limit }),
    });
  };

  return {
    subscription,

    /** How many a project has, as the index shows it. */
    countOf: async (project_id: string): Promise<number> => {
      let count = 0;
      for await (const page of keys(project_id, first)) count += page.length;
      return count;
    },

    /**
     * At most `limit` of a project (undefined: of all), oldest first, after one of them. Read
     * consistently; `undefined` if the one to start after is not there.
     */
    subscriptions: async (
      project_id: string | undefined,
      { limit, marker }: { readonly limit: number; readonly marker: string | undefined },
    ): Promise<Subscription[] | undefined> => {
      const before = marker === undefined ? undefined : await subscription(marker);
      const mayMark = project_id === undefined || before?.project_id === project_id;
      if (marker !== undefined && (!before || !mayMark)) return undefined;
      const found: Subscription[] = [];
      for await (const page of keys(project_id, before ? placeOf(before) : first, limit)) {
        const wanted = page.map((key) => ({ subscription_id: String(key.subscription_id) }));
        // One that cannot be read must not hide the others.
        const rows = (await getAll(client, table, wanted)).flatMap(
          (row) => Subscription.safeParse(row).data ?? [],
        );
        found.push(...rows.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)));
        if (found.length >= limit) break;
      }
      return found.slice(0, limit);
    },

    claim: (row: Subscription): Promise<boolean> =>
      ifUnchanged(
        client.send(
          new PutCommand({
            TableName: table,
            Item: indexed(row),
            ConditionExpression: 'attribute_not_exists(subscription_id)',
          }),
        ),
      ),

    replace: (before: Subscription, after: Subscription): Promise<boolean> =>
      ifUnchanged(
        client.send(
          new PutCommand({ TableName: table, Item: indexed(after), ...atRevision(before) }),
        ),
      ),

    remove: (row: Subscription): Promise<boolean> =>
      ifUnchanged(
        client.send(
          new DeleteCommand({
            TableName: table,
            Key: { subscription_id: row.subscription_id },
            ...atRevision(row),
          }),
        ),
      ),
  };
};
