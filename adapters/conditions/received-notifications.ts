/** The table `received`: what masakari-monitors sent, for 30 days. */
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import {
  notificationDays,
  ReceivedNotification,
} from '../../domain/conditions/received-notification.ts';
import { growingPages } from '../dynamodb.ts';

const expiryOf = (at: string): number =>
  Math.floor(Date.parse(at) / 1_000) + notificationDays * 86_400;

/** The sort key in lists by time; the id separates two notifications of the same time. */
const placeOf = ({ created_at, notification_uuid }: ReceivedNotification): string =>
  `${created_at}#${notification_uuid}`;

/** The rows of the first page, and the most of a page: 1 MB of the longest rows. */
const [first, longest] = [100, 500];

/** Keeps and reads notifications. */
export const receivedNotifications = (client: DynamoDBDocumentClient, TableName: string) => ({
  /** Keeps a notification under an id of its own. A write that is repeated changes nothing. */
  keepNotification: async (notification: ReceivedNotification): Promise<void> => {
    const row = {
      ...notification,
      live: 'notification',
      sort_key: placeOf(notification),
      expires_at: expiryOf(notification.created_at),
    };
    await client.send(new PutCommand({ TableName, Item: row }));
  },

  /** A notification, read consistently; undefined if there is none. */
  notification: async (notification_uuid: string): Promise<ReceivedNotification | undefined> => {
    const { Item: row } = await client.send(
      new GetCommand({ TableName, Key: { notification_uuid }, ConsistentRead: true }),
    );
    return row && ReceivedNotification.parse(row);
  },

  /** The newest notifications, at most `most`, newest first; the last ones may be missing for a moment. */
  notifications: async (most: number): Promise<ReceivedNotification[]> => {
    const query = {
      TableName,
      IndexName: 'byTime',
      KeyConditionExpression: '#live = :live',
      ExpressionAttributeNames: { '#live': 'live' },
      ExpressionAttributeValues: { ':live': 'notification' },
      ScanIndexForward: false,
    };
    const read: ReceivedNotification[] = [];
    for await (const page of growingPages(client, query, { first, longest })) {
      read.push(...page.map((row) => ReceivedNotification.parse(row)));
      if (read.length >= most) break;
    }
    return read.slice(0, most);
  },
});
