/** A sweep that has many notifications to send and is interrupted. */
import { expect, test } from 'vitest';
import { cloud, idsOf, ok } from './cloud.ts';
import { makeWorld, type World } from './world.ts';

const killed = { how: 'is the last thing done' } as const;

/** Writes many notifications that are not sent. */
async function undelivered(world: World, count: number): Promise<void> {
  await cloud(world).alarm(undefined, {
    repeat_actions: true,
    event_rule: { event_type: 'switch.*' },
  });
  const traits = [['project_id', 1, 'tenant']];
  const body = Array.from({ length: count }, (_, n) => ({
    message_id: `m-${n}`,
    event_type: 'switch.down',
    traits,
  }));
  ok(await world.request({ method: 'POST', path: '/doctor/v1/events', body }));
  for (let left = true; left; ) {
    const outcome = await world.evaluate(undefined, ({ sns }) =>
      sns.middlewareStack.add(
        () => async () => {
          throw new Error('the topic is gone');
        },
        { step: 'initialize' },
      ),
    );
    left = outcome !== undefined;
  }
}

test('a sweep that dies repeats few of the notifications that it sent', async () => {
  await using world = await makeWorld();
  await undelivered(world, 300);
  expect(await world.received()).toEqual([]);
  expect((await world.sweep({ at: 25, ...killed })).kind).toBe('was killed');
  await world.recover();
  const ids = idsOf(await world.received());
  expect(new Set(ids).size).toBe(300);
  expect(ids.length - 300).toBeLessThanOrEqual(100);
});
