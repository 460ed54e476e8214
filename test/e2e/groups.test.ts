/**
 * A fault of a host is one message for subscriptions and actions that request groups, and one
 * message for each alarm for all others.
 */
import { randomUUID } from 'node:crypto';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { GroupBody } from '../../domain/delivery/group-body.ts';
import { receiver } from '../adapters/delivery/receiver.ts';
import { sqs } from '../stack/stack.ts';
import {
  type Cloud,
  eventAlarm,
  expectStatus,
  forceDown,
  logins,
  newAlarm,
  newHost,
  newInstance,
  newName,
  outsideEvent,
  stopped,
} from './cloud.ts';

const path = '/doctor/v1/subscriptions';
const patience = { timeout: 10_000, interval: 50 };
const client = sqs();
const queues: string[] = [];
const ids: string[] = [];
let cloud: Cloud;

beforeAll(async () => {
  cloud = await logins();
});
afterAll(async () => {
  for (const id of ids) await cloud.a.call('DELETE', `${path}/${id}`);
  for (const QueueUrl of queues) await client.send(new DeleteQueueCommand({ QueueUrl }));
});

/** Subscribes a queue of tenant-a. Returns a function that returns all that the queue has received. */
async function inbox(more: Record<string, unknown> = {}) {
  const Statement = [
    {
      ...{ Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' } },
      ...{ Action: 'sqs:SendMessage', Resource: '*' },
    },
  ];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  const { QueueUrl = '' } = await client.send(
    new CreateQueueCommand({ QueueName: `own-${randomUUID()}`, Attributes: { Policy } }),
  );
  queues.push(QueueUrl);
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const body = { protocol: 'sqs', endpoint: Attributes?.QueueArn, ...more };
  const answer = await cloud.a.expect('POST', path, { body });
  const { subscription } = z
    .object({ subscription: z.object({ id: z.string() }) })
    .parse(answer.body);
  ids.push(subscription.id);
  const received: unknown[] = [];
  return async (): Promise<unknown[]> => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    received.push(...Messages.map(({ Body = '' }) => JSON.parse(Body)));
    return received;
  };
}

test('a fault of a host with several servers is one message with all of them, and one for each alarm elsewhere', async () => {
  await using pager = await receiver();
  const grouped = await inbox({ group: 'fault' });
  const other = await inbox({ group: 'fault', filter: { severity: ['low'] } });
  const single = await inbox();
  const host = await newHost(cloud.admin);
  const facts = { host, project_id: cloud.a.projectId };
  const servers = await Promise.all([1, 2, 3].map(() => newInstance(cloud.admin, facts)));
  await newInstance(cloud.admin, { host, project_id: cloud.b.projectId });
  const alarm_actions = [`${pager.url}/page?doctor-group=fault`];
  const alarms = await Promise.all(
    servers.map((server) => newAlarm(cloud.a, eventAlarm(stopped(server), { alarm_actions }))),
  );
  expectStatus(await forceDown(cloud.admin, host), 200);
  await vi.waitFor(async () => expect(await grouped()).not.toEqual([]), patience);
  const [group] = (await grouped()).map((body) => GroupBody.parse(body));
  expect(group?.resources.map(({ resource_id }) => resource_id).sort()).toEqual(servers.toSorted());
  expect(group?.notifications.map(({ alarm_id }) => alarm_id).sort()).toEqual(alarms.toSorted());
  expect(group).toMatchObject({ number: 1, severity: 'critical', project_id: cloud.a.projectId });
  expect(JSON.stringify(group)).not.toContain(host);
  await vi.waitFor(() => expect(pager.received).toHaveLength(1), patience);
  expect(JSON.parse(pager.received[0]?.body ?? '')).toEqual(group);
  await vi.waitFor(async () => expect(await single()).toHaveLength(3), patience);
  const fault_ids = z.array(z.object({ fault_id: z.string() })).parse(await single());
  expect(new Set(fault_ids.map(({ fault_id }) => fault_id))).toEqual(new Set([group?.fault_id]));

  // A firing that no fault caused is a group by itself, and arrives after all messages of the
  // fault.
  const event_type = newName('switch');
  const low = await newAlarm(cloud.a, {
    ...{ name: 'switch', type: 'event', severity: 'low', event_rule: { event_type } },
  });
  const event = outsideEvent({ project_id: cloud.a.projectId }, event_type);
  await cloud.admin.expect('POST', '/doctor/v1/events', { body: [event] });
  await vi.waitFor(async () => expect(await other()).toHaveLength(1), patience);
  expect(await other()).toMatchObject([
    { fault_id: null, resources: [], notifications: [{ alarm_id: low }] },
  ]);
  expect(await grouped()).toHaveLength(2);
  expect(pager.received).toHaveLength(1);
});
