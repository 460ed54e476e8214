import { randomUUID } from 'node:crypto';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { receiver } from '../adapters/delivery/receiver.ts';
import { sqs, subscribe } from '../stack/stack.ts';
import { type Cloud, expectStatus, logins, newAlarm, newName, outsideEvent } from './cloud.ts';

const path = '/doctor/v1/subscriptions';
let cloud: Cloud;
const queues: string[] = [];
const made: [keyof Cloud, string][] = [];
const client = sqs();

beforeAll(async () => {
  cloud = await logins();
});
afterAll(async () => {
  for (const [who, id] of made) await cloud[who].call('DELETE', `${path}/${id}`);
  for (const QueueUrl of queues) await client.send(new DeleteQueueCommand({ QueueUrl }));
});

/** A queue that topics may send to. */
async function newQueue(): Promise<{ url: string; arn: string }> {
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: '*',
      },
    ],
  });
  const { QueueUrl: url = '' } = await client.send(
    new CreateQueueCommand({ QueueName: `own-${randomUUID()}`, Attributes: { Policy } }),
  );
  queues.push(url);
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  return { url, arn: Attributes?.QueueArn ?? '' };
}

const Shown = z.object({ subscription: z.looseObject({ id: z.uuid(), status: z.string() }) });
const Page = z.object({
  subscriptions: z.array(z.looseObject({ id: z.uuid(), project_id: z.string() })),
  next: z.string().optional(),
});

async function subscribed(who: keyof Cloud, body: Record<string, unknown>) {
  const answer = await cloud[who].expect('POST', path, { body });
  const { subscription } = Shown.parse(answer.body);
  made.push([who, subscription.id]);
  return subscription;
}

/** Ids of the alarms of which the queue got notifications. */
async function alarmsReceived(url: string): Promise<unknown[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
  );
  return Messages.map(
    ({ Body = '' }) => z.object({ alarm_id: z.string() }).parse(JSON.parse(Body)).alarm_id,
  );
}

/** Fires an alarm of each project on the same type of event. Returns their ids. */
async function fireBoth(): Promise<{ a: string; b: string }> {
  const event_type = newName('switch');
  const body = { name: 'n', type: 'event', event_rule: { event_type } };
  const [a, b] = await Promise.all([newAlarm(cloud.a, body), newAlarm(cloud.b, body)]);
  const events = [cloud.a, cloud.b].map(({ projectId }) =>
    outsideEvent({ project_id: projectId }, event_type),
  );
  await cloud.admin.expect('POST', '/doctor/v1/events', { body: events });
  return { a, b };
}

describe('subscriptions', () => {
  test("a queue gets the notifications of its project, an administrator's queue those of all projects, and a filtered one fewer", async () => {
    const [own, all, less] = await Promise.all([newQueue(), newQueue(), newQueue()]);
    const first = await subscribed('a', { protocol: 'sqs', endpoint: own.arn });
    expect(first).toMatchObject({ status: 'confirmed', project_id: cloud.a.projectId });
    await subscribed('admin', { protocol: 'sqs', endpoint: all.arn, all_projects: true });
    const filter = { severity: ['critical'] };
    await subscribed('a', { protocol: 'sqs', endpoint: less.arn, filter });
    const fired = await fireBoth();
    const everything: unknown[] = [];
    await vi.waitFor(
      async () => {
        everything.push(...(await alarmsReceived(all.url)));
        expect(everything).toEqual(expect.arrayContaining([fired.a, fired.b]));
      },
      { timeout: 20_000, interval: 50 },
    );
    // Both notifications were published, and the topic has delivered them.
    expect(await alarmsReceived(own.url)).toEqual([fired.a]);
    expect(await alarmsReceived(less.url)).toEqual([]);
    await cloud.a.expect('DELETE', `${path}/${first.id}`);
    expectStatus(await cloud.a.call('GET', `${path}/${first.id}`), 404);
  });

  test('a repeated request changes nothing; an endpoint belongs to one project only', async () => {
    const { arn } = await newQueue();
    const body = { protocol: 'sqs', endpoint: arn, filter: { current: ['alarm'] } };
    const { id } = await subscribed('a', body);
    expectStatus(await cloud.a.call('POST', path, { body }), 200);
    expectStatus(await cloud.a.call('POST', path, { body: { ...body, filter: {} } }), 409);
    expectStatus(await cloud.b.call('POST', path, { body }), 409);
    expectStatus(await cloud.b.call('GET', `${path}/${id}`), 404);
    expectStatus(await cloud.b.call('DELETE', `${path}/${id}`), 404);
    const listed = async (who: keyof Cloud, query = '') =>
      Page.parse((await cloud[who].expect('GET', `${path}${query}`)).body).subscriptions;
    expect((await listed('a')).map((each) => each.id)).toContain(id);
    expect((await listed('b')).map((each) => each.id)).not.toContain(id);
    expect((await listed('admin')).map((each) => each.id)).not.toContain(id);
    const all = await listed('admin', '?all_projects=true');
    expect(all.map((each) => each.id)).toContain(id);
  });

  test('a subscription that a user made directly in SNS is neither taken over nor shown', async () => {
    const subscriber = await subscribe();
    try {
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({
          QueueUrl: subscriber.queueUrl,
          AttributeNames: ['QueueArn'],
        }),
      );
      const body = { protocol: 'sqs', endpoint: Attributes?.QueueArn };
      expectStatus(await cloud.a.call('POST', path, { body }), 409);
      expectStatus(await cloud.b.call('POST', path, { body }), 409);
    } finally {
      await subscriber.close();
    }
  });

  test('a URL that was subscribed and unsubscribed gets no second request a moment later', async () => {
    await using hook = await receiver();
    const body = { protocol: 'http', endpoint: `${hook.url}/` };
    const { id } = await subscribed('b', body);
    await vi.waitFor(() => expect(hook.received).toHaveLength(1), {
      timeout: 10_000,
      interval: 20,
    });
    expectStatus(await cloud.b.call('POST', path, { body }), 200);
    await cloud.b.expect('DELETE', `${path}/${id}`);
    const refused = await cloud.a.call('POST', path, { body });
    expectStatus(refused, 409);
    expect(refused.headers.get('retry-after')).toBe('300');
    expect(hook.received).toHaveLength(1);
  });

  test('a URL is pending until it confirms, and is notified after that', async () => {
    await using hook = await receiver();
    const { id, status } = await subscribed('a', { protocol: 'http', endpoint: `${hook.url}/` });
    expect(status).toBe('pending confirmation');
    await vi.waitFor(() => expect(hook.received).toHaveLength(1), {
      timeout: 10_000,
      interval: 20,
    });
    const { SubscribeURL } = z
      .object({ SubscribeURL: z.string() })
      .parse(JSON.parse(hook.received[0]?.body ?? ''));
    await fetch(SubscribeURL);
    const { subscription } = Shown.parse((await cloud.a.expect('GET', `${path}/${id}`)).body);
    expect(subscription.status).toBe('confirmed');
    const fired = await fireBoth();
    await vi.waitFor(() => expect(hook.received).toHaveLength(2), {
      timeout: 10_000,
      interval: 20,
    });
    expect(hook.received[1]?.body).toContain(fired.a);
  });

  test('pages lead to one another and end', async () => {
    const arns = await Promise.all([newQueue(), newQueue(), newQueue()]);
    const ids: string[] = [];
    for (const { arn } of arns) {
      ids.push((await subscribed('b', { protocol: 'sqs', endpoint: arn })).id);
    }
    const seen: string[] = [];
    for (let next: string | undefined = `${path}?limit=2`; next; ) {
      const page: z.infer<typeof Page> = Page.parse((await cloud.b.expect('GET', next)).body);
      seen.push(...page.subscriptions.map(({ id }) => id));
      next = page.next?.slice(page.next.indexOf(path));
    }
    expect(seen.filter((id) => ids.includes(id))).toEqual(ids);
    expect(new Set(seen).size).toBe(seen.length);
  });
});
