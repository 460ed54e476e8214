/**
 * A redrive of dead letters, interrupted at each of its calls: no letter is lost, and no
 * notification is sent twice.
 */
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { sqs } from '../stack/stack.ts';
import { cloud, idsOf } from './cloud.ts';
import { type Disturbance, hows } from './disturbance.ts';
import { makeWorld, type World } from './world.ts';

/** Letters of a redrive: more than a batch of ten, so that it sends and deletes more than once. */
const letters = 12;

/** A world with dead letters. Each of them fires the alarm once. */
async function withLetters(): Promise<World & AsyncDisposable> {
  const world = await makeWorld();
  await cloud(world).alarm(undefined, {
    ...{ repeat_actions: true, event_rule: { event_type: 'switch.*' } },
  });
  const accepted_at = new Date().toISOString();
  const bodies = Array.from({ length: letters }, (_, n) => ({
    reason: 'given up',
    element: {
      ...{ message_id: `m-${n}`, event_type: 'switch.down', stamp: null, fault_id: null },
      ...{ generated: '2026-01-01T00:00:00.000000', accepted_at },
      traits: [['project_id', 1, 'tenant']],
    },
  }));
  for (const some of [bodies.slice(0, 10), bodies.slice(10)]) {
    await sqs().send(
      new SendMessageBatchCommand({
        QueueUrl: world.things.env.EVENT_DLQ_URL,
        Entries: some.map((body, n) => ({ Id: String(n), MessageBody: JSON.stringify(body) })),
      }),
    );
  }
  return world;
}

/** Sends all letters back, as an administrator asks for it. */
const redrive = (world: World, disturbance?: Disturbance) =>
  world.request(
    { method: 'POST', path: '/doctor/v1/dead-letters/events/redrive', body: { all: true } },
    disturbance,
  );

/**
 * Waits until no letter is hidden. Those that a process had received when it was killed are visible
 * after 30 s.
 */
async function allVisible({ things: { env } }: World): Promise<void> {
  const hidden = async () => {
    const { Attributes = {} } = await sqs().send(
      new GetQueueAttributesCommand({
        QueueUrl: env.EVENT_DLQ_URL,
        AttributeNames: ['ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return Attributes.ApproximateNumberOfMessagesNotVisible;
  };
  await expect.poll(hidden, { timeout: 60_000, interval: 500 }).toBe('0');
}

/** Each letter was notified once, and none is left. */
async function expectDoneOnce(world: World): Promise<void> {
  await world.recover();
  const ids = idsOf(await world.received());
  expect([ids.length, new Set(ids).size]).toEqual([letters, letters]);
  const { Messages: left = [] } = await sqs().send(
    new ReceiveMessageCommand({ QueueUrl: world.things.env.EVENT_DLQ_URL }),
  );
  expect(left).toEqual([]);
}

test('a redrive sends letters before it deletes them', async () => {
  await using world = await withLetters();
  const outcome = await redrive(world);
  expect(outcome).toMatchObject({
    ...{ kind: 'done', result: { statusCode: 200 } },
    calls: [
      ...['SendMessageBatch', 'SendMessageBatch'],
      ...['DeleteMessageBatch', 'DeleteMessageBatch'],
    ],
  });
  await expectDoneOnce(world);
});

test.each(
  hows
    .filter((how) => how !== 'is the last thing done')
    .flatMap((how) => [1, 2, 3].map((at) => ({ how, at }))),
)('when call $at of a redrive $how, the next one does what is left', async ({ how, at }) => {
  await using world = await withLetters();
  await redrive(world, { at, how });
  await world.recover();
  // Letters that were not deleted are visible again at once, also to an administrator who repeats
  // the request.
  expect(await redrive(world)).toMatchObject({ result: { statusCode: 200 } });
  await expectDoneOnce(world);
});

test('when a process is killed after it has sent letters back, or deleted some, the next one handles the rest', async () => {
  const afterKill = async (at: number) => {
    await using world = await withLetters();
    const outcome = await redrive(world, { at, how: 'is the last thing done' });
    expect(outcome).toEqual({ kind: 'was killed' });
    await allVisible(world);
    expect(await redrive(world)).toMatchObject({ result: { statusCode: 200 } });
    await expectDoneOnce(world);
  };
  await Promise.all([1, 2, 3].map(afterKill));
});
