import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { receivedNotifications } from '../../adapters/conditions/received-notifications.ts';
import {
  notificationDays,
  type ReceivedNotification,
} from '../../domain/conditions/received-notification.ts';
import { minute } from '../domain/rows.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';

const dynamo = dynamodb();
let own: OwnThings;
let store: ReturnType<typeof receivedNotifications>;
beforeAll(async () => {
  own = await ownThings();
  store = receivedNotifications(dynamo, own.env.RECEIVED_TABLE);
});
afterAll(async () => {
  await own.cleanup();
  dynamo.destroy();
});

const received = (n: number): ReceivedNotification => ({
  notification_uuid: randomUUID(),
  type: 'COMPUTE_HOST',
  source_host_uuid: randomUUID(),
  generated_time: minute(n),
  status: 'finished',
  payload: { event: 'STOPPED', cluster_status: 'OFFLINE', host_status: 'NORMAL' },
  created_at: minute(n),
});

test('notifications are read by their ids, and listed whole, the newest first', async () => {
  const kept = [received(2), received(3), received(1)];
  const [second, third, first] = kept;
  for (const notification of kept) await store.keepNotification(notification);
  expect(await store.notification(second?.notification_uuid ?? '')).toEqual(second);
  expect(await store.notification(randomUUID())).toBeUndefined();
  expect(await store.notifications(10)).toEqual([third, second, first]);
  expect(await store.notifications(2)).toEqual([third, second]);
});

test('a notification that is stored again is still one row, and expires after thirty days', async () => {
  const notification = received(4);
  const { notification_uuid } = notification;
  for (let n = 0; n < 2; n += 1) await store.keepNotification(notification);
  const listed = await store.notifications(10);
  expect(listed.filter((each) => each.notification_uuid === notification_uuid)).toHaveLength(1);
  const key = { TableName: own.env.RECEIVED_TABLE, Key: { notification_uuid } };
  const { Item } = await dynamo.send(new GetCommand(key));
  const seconds = Date.parse(notification.created_at) / 1_000;
  expect(Item?.expires_at).toBe(Math.floor(seconds) + notificationDays * 86_400);
});
