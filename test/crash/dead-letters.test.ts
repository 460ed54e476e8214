/**
 * A message that cannot be read or evaluated is sent to the dead-letter queue with its reason, even
 * if a process dies meanwhile.
 */
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { DeadLetter } from '../../domain/events/messages.ts';
import { dynamodb, sqs } from '../stack/stack.ts';
import { cloud, idsOf, ok } from './cloud.ts';
import { hows } from './disturbance.ts';
import { makeWorld, type World } from './world.ts';

/** The letters in the dead-letter queue; a repeat of one counts once. */
async function letters({ things: { env } }: World): Promise<DeadLetter[]> {
  const found = new Map<string, DeadLetter>();
  const receive = new ReceiveMessageCommand({
    QueueUrl: env.EVENT_DLQ_URL,
    MaxNumberOfMessages: 10,
  });
  const { Messages: messages = [] } = await sqs().send(receive);
  for (const { Body = '' } of messages) found.set(Body, DeadLetter.parse(JSON.parse(Body)));
  return [...found.values()];
}

test.each(hows)(
  'when the evaluator dead-letters an unreadable message and that %s, the message is dead-lettered',
  async (how) => {
    await using world = await makeWorld();
    const QueueUrl = world.things.env.EVENT_QUEUE_URL;
    await sqs().send(new SendMessageCommand({ QueueUrl, MessageBody: 'not a message' }));
    await world.evaluate({ at: 1, how });
    await world.recover();
    expect(await letters(world)).toEqual([{ reason: 'not JSON', element: 'not a message' }]);
  },
);

test.each(hows)(
  'when the evaluator splits a failed message and that %s, each event is notified once',
  async (how) => {
    await using world = await makeWorld();
    const nova = cloud(world);
    await nova.alarm(undefined, { repeat_actions: true, event_rule: { event_type: 'switch.*' } });
    const traits = [['project_id', 1, 'tenant']];
    const body = [1, 2, 3].map((n) => ({
      message_id: `m-${n}`,
      event_type: 'switch.down',
      traits,
    }));
    ok(await world.request({ method: 'POST', path: '/doctor/v1/events', body }));
    await world.evaluate(undefined, ({ dynamo }) =>
      dynamo.middlewareStack.add(
        (next, context) => (args) => {
          if (context.commandName !== 'TransactWriteItemsCommand') return next(args);
          throw new Error('nothing can be written');
        },
        { step: 'initialize' },
      ),
    );
    const outcome = await world.evaluate({ at: 1, how });
    if (how === 'is the last thing done') expect(outcome?.kind).toBe('was killed');
    await world.recover();
    const ids = idsOf(await world.received());
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(3);
    expect(await letters(world)).toEqual([]);
  },
);

test.each(hows)(
  'when the reconciler dead-letters an unreadable row and that %s, the other rows are handled',
  async (how) => {
    await using world = await makeWorld();
    const nova = cloud(world);
    await nova.host('h');
    const [uuid = ''] = await nova.servers('h', 1);
    const alarm = await nova.alarm(uuid);
    await world.recover();
    const Item = { uuid: '00000000-0000-4000-8000-000000000000', vm_state: 'asleep' };
    await dynamodb().send(new PutCommand({ TableName: world.things.env.INSTANCES_TABLE, Item }));
    await nova.down('h', { at: 1, how: 'fails' });
    // The copies and the messages for the fault-finisher are sent first, then the dead letter.
    await world.reconcile({ at: 3, how });
    await world.recover();
    expect((await world.received()).map(({ alarm_id }) => alarm_id)).toEqual([alarm]);
    const [letter, ...more] = await letters(world);
    expect(more).toEqual([]);
    expect(letter?.reason).toContain('cannot be read');
    expect(JSON.stringify(letter?.element)).toContain('asleep');
  },
);
