/** Many events at once, and one among them that cannot be evaluated. */
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { sqs } from '../stack/stack.ts';
import { cloud, idsOf, ok } from './cloud.ts';
import type { Prepare } from './invoke.ts';
import { makeWorld, type World } from './world.ts';

const post = async (world: World, ids: readonly string[]) => {
  const traits = [['project_id', 1, 'tenant']];
  const body = ids.map((message_id) => ({ message_id, event_type: 'switch.down', traits }));
  ok(await world.request({ method: 'POST', path: '/doctor/v1/events', body }));
};

const onSwitches = (repeat_actions: boolean) => ({
  repeat_actions,
  event_rule: { event_type: 'switch.*' },
});

/** Called before each transaction is sent. It may throw; then the transaction is not sent. */
const beforeTransactions =
  (act: (json: string) => void): Prepare =>
  ({ dynamo }) =>
    dynamo.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName === 'TransactWriteItemsCommand') act(JSON.stringify(args.input));
        return next(args);
      },
      { step: 'initialize' },
    );

test('1,000 events on one repeating alarm of a project are notified once each', async () => {
  await using world = await makeWorld();
  const alarm = await cloud(world).alarm(undefined, onSwitches(true));
  const ids = Array.from({ length: 1_000 }, (_, n) => `m-${n}`);
  await post(world, ids);
  await Promise.all([world.evaluate(), world.evaluate(), world.evaluate(), world.evaluate()]);
  await world.recover();
  const received = await world.received();
  expect(received).toHaveLength(1_000);
  expect(new Set(idsOf(received)).size).toBe(1_000);
  expect(received.filter(({ previous }) => previous !== 'alarm')).toHaveLength(1);
  expect(received.every(({ alarm_id }) => alarm_id === alarm)).toBe(true);
});

test('one event of fifty that cannot be evaluated ends as a dead letter, and harms no other', async () => {
  await using world = await makeWorld();
  await cloud(world).alarm(undefined, onSwitches(true));
  await post(
    world,
    Array.from({ length: 50 }, (_, n) => `m-${n}.`),
  );
  const poison = beforeTransactions((json) => {
    if (json.includes('m-13.')) throw new Error('this one cannot be written');
  });
  while ((await world.evaluate(undefined, poison)) !== undefined);
  const received = await world.received();
  const events = received.map(({ reason }) => /id=(m-\d+\.)/.exec(String(reason))?.[1]);
  expect(new Set(events).size).toBe(49);
  expect(events).toHaveLength(49);
  expect(events).not.toContain('m-13.');

  const { Messages: letters = [] } = await sqs().send(
    new ReceiveMessageCommand({
      QueueUrl: world.things.env.EVENT_DLQ_URL,
      MaxNumberOfMessages: 10,
    }),
  );
  const reasons = letters.map(({ Body = '' }) => JSON.parse(Body));
  expect(reasons).toEqual(
    // One dead letter for each lane, because the event arrived twice.
    [1, 2].map(() => ({
      reason: expect.stringContaining('this one cannot be written'),
      element: expect.objectContaining({ message_id: 'm-13.' }),
    })),
  );
});

test.each([
  { times: 1, why: 'passes' },
  { times: 100, why: 'lasts, and the message comes again' },
])('a transaction that meets a conflict is tried again: it $why', async ({ times }) => {
  await using world = await makeWorld();
  await cloud(world).alarm(undefined, onSwitches(false));
  await post(world, ['m-1']);
  let conflicts = 0;
  const conflicting = beforeTransactions(() => {
    if (conflicts++ >= times) return;
    throw new TransactionCanceledException({
      message: 'conflict',
      $metadata: {},
      CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
    });
  });
  await world.evaluate(undefined, conflicting);
  await world.recover();
  expect(conflicts).toBeGreaterThan(1);
  expect(await world.received()).toHaveLength(1);
});
