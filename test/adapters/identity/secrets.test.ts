import { expect, test } from 'vitest';
import { cached } from '../../../adapters/secrets.ts';

const minute = 60_000;

function setUp() {
  const world = { now: 0, reads: 0, failing: false, stale: 0 };
  const read = cached(
    async () => {
      world.reads += 1;
      if (world.failing) throw new Error('Secrets Manager is out of reach');
      return `value ${world.reads}`;
    },
    {
      now: () => world.now,
      onStale: () => {
        world.stale += 1;
      },
    },
  );
  return { world, read };
}

test('a value is read once in five minutes', async () => {
  const { world, read } = setUp();
  expect([await read(), await read()]).toEqual(['value 1', 'value 1']);
  world.now = 5 * minute - 1;
  expect(await read()).toBe('value 1');
  world.now = 5 * minute;
  expect(await read()).toBe('value 2');
  expect(world.reads).toBe(2);
});

test('a first reading that fails is not remembered', async () => {
  const { world, read } = setUp();
  world.failing = true;
  await expect(read()).rejects.toThrow('out of reach');
  world.failing = false;
  expect(await read()).toBe('value 2');
});

test('a later reading that fails keeps the old value, and says so', async () => {
  const { world, read } = setUp();
  await read();
  Object.assign(world, { failing: true, now: 5 * minute });
  expect(await read()).toBe('value 1');
  expect(world).toMatchObject({ reads: 2, stale: 1 });
  Object.assign(world, { failing: false, now: 10 * minute });
  expect(await read()).toBe('value 3');
});
