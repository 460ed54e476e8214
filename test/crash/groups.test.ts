/** Groups while functions fail or die: each notification is in one group, and each group is sent. */
import { setTimeout as sleep } from 'node:timers/promises';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { sharedOwner } from '../../domain/alarms/quota-row.ts';
import { GroupBody } from '../../domain/delivery/group-body.ts';
import { dynamodb, sqs } from '../stack/stack.ts';
import { cloud, idsOf, ok } from './cloud.ts';
import { hows } from './disturbance.ts';
import { makeWorld, type World } from './world.ts';

const path = '/doctor/v1/subscriptions';
const subscription = {
  ...{ protocol: 'sqs', endpoint: 'arn:aws:sqs:us-east-1:000000000000:own-pager' },
  ...{ all_projects: true, group: 'fault' },
};
const Made = z.object({ subscription: z.object({ id: z.string() }) });

let world: World & AsyncDisposable;
let subscribed = '';
const [queues, tables] = [sqs(), dynamodb()];
beforeAll(async () => {
  world = await makeWorld();
  const made = ok(await world.request({ method: 'POST', path, body: subscription }));
  subscribed = Made.parse(made).subscription.id;
});
afterAll(async () => {
  ok(await world.request({ method: 'DELETE', path: `${path}/${subscribed}` }));
  await world[Symbol.asyncDispose]();
  queues.destroy();
  tables.destroy();
});

/** The number of messages in the queue of faults, delayed ones included. */
async function waiting(): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesDelayed'] as const;
  const { Attributes = {} } = await queues.send(
    new GetQueueAttributesCommand({
      QueueUrl: world.things.env.EVENT_QUEUE_URL,
      AttributeNames: [...names],
    }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
}

/** Evaluates until the queue is empty, delayed messages included. */
async function drain(): Promise<void> {
  for (;;) {
    if (await world.evaluateLane('fault')) continue;
    if ((await waiting()) === 0) return;
    await sleep(50);
  }
}

/** Waits until the message of a group can be received, and then evaluates it. */
async function sendGroup(disturbance?: Parameters<World['evaluate']>[0]) {
  for (;;) {
    const outcome = await world.evaluateLane('fault', disturbance);
    if (outcome) return outcome;
    await sleep(50);
  }
}

/** A host that is reported down, with servers that have an alarm each. Returns the ids of the alarms. */
async function fault(host: string, servers = 2): Promise<string[]> {
  const nova = cloud(world);
  await nova.host(host);
  const uuids = await nova.servers(host, servers);
  const alarms: string[] = [];
  for (const uuid of uuids) alarms.push(await nova.alarm(uuid));
  await world.skipRecords();
  ok(await nova.down(host));
  return alarms;
}

/** Runs all functions until no work is left. Returns what the subscribers received. */
async function finish() {
  await drain();
  await world.sweep();
  await drain();
  await world.sweep();
  const received = await world.things.groups.receive(0, 0);
  const groups = received.map(({ body }) => GroupBody.parse(body));
  return { groups, single: await world.received() };
}

/** The alarms of groups, each group counted once. */
const alarmsIn = (groups: readonly GroupBody[]): string[] =>
  [...new Map(groups.map((group) => [group.group_id, group])).values()]
    .flatMap(({ notifications }) => notifications.map(({ alarm_id }) => alarm_id))
    .sort();

test('all firings of a fault are one message, and each alarm is notified as before', async () => {
  const alarms = await fault('h', 3);
  const evaluated = await world.evaluateLane('fault');
  const calls = evaluated?.kind === 'done' ? evaluated.calls : [];
  // One call more than without groups.
  expect(calls.filter((call) => call === 'SendMessageBatch')).toHaveLength(1);
  const { groups, single } = await finish();
  expect(groups).toHaveLength(1);
  expect(groups[0]).toMatchObject({ number: 1, resources: { length: 3 } });
  expect(alarmsIn(groups)).toEqual(alarms.toSorted());
  expect(
    groups[0]?.notifications
      .map(({ alarm_id, notification_id }) => `${alarm_id} ${notification_id}`)
      .sort(),
  ).toEqual(idsOf(single).sort());
});

const ofEvaluator = [
  { how: 'fails', at: 2 },
  { how: 'is the last thing done', at: 2 },
] as const;

test.each(ofEvaluator)(
  'an evaluation whose call $at, for the group, $how loses no group and sends none twice',
  async (disturbance) => {
    const alarms = await fault(`evaluated-${disturbance.how.length}`);
    await world.evaluateLane('fault', disturbance);
    const { groups, single } = await finish();
    expect(groups).toHaveLength(1);
    expect(alarmsIn(groups)).toEqual(alarms.toSorted());
    expect(new Set(idsOf(single)).size).toBe(2);
  },
);

/** The calls of a group: its row, the publication, and the mark. */
const ofGroup = [
  ...hows.map((how) => ({ how, at: 1 })),
  { how: 'fails', at: 2 } as const,
  { how: 'is the last thing done', at: 2 } as const,
  { how: 'fails', at: 3 } as const,
];

test.each(ofGroup)(
  'a group whose call $at $how is sent by the repeat or the sweep, with the same id',
  async (disturbance) => {
    const alarms = await fault(`sent-${disturbance.how.length}-${disturbance.at}`);
    await world.evaluateLane('fault');
    await sendGroup(disturbance);
    const { groups } = await finish();
    expect(alarmsIn(groups)).toEqual(alarms.toSorted());
    expect(new Set(groups.map(({ group_id }) => group_id)).size).toBe(1);
    // A repeat is allowed only after a crash between publish and mark.
    const isPublished = disturbance.at > 2 || disturbance.how === 'is the last thing done';
    const most = isPublished && disturbance.at > 1 ? 2 : 1;
    expect(groups.length).toBeLessThanOrEqual(most);
    expect((await finish()).groups).toEqual([]);
  },
);

test.each(hows)(
  'a subscription to groups whose first write %s can be repeated, and ends wholly',
  async (how) => {
    const named = async () => {
      const { Item = {} } = await tables.send(
        new GetCommand({
          TableName: world.things.env.QUOTAS_TABLE,
          Key: { owner: sharedOwner('') },
          ConsistentRead: true,
        }),
      );
      return z.object({ grouped: z.set(z.string()) }).parse(Item).grouped;
    };
    const endpoint = `arn:aws:sqs:us-east-1:000000000000:own-${how.length}`;
    const request = { method: 'POST', path, body: { ...subscription, endpoint } } as const;
    await world.request(request, { at: 1, how });
    const { id } = Made.parse(ok(await world.request(request))).subscription;
    expect(await named()).toContain(id);
    await world.request({ method: 'DELETE', path: `${path}/${id}` }, { at: 1, how });
    await world.request({ method: 'DELETE', path: `${path}/${id}` });
    expect(await named()).not.toContain(id);
  },
);
