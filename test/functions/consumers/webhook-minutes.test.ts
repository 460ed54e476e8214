import { expect, test } from 'vitest';
import { type Counter, roomIn } from '../../../domain/delivery/webhook-minute.ts';
import { minuteRoom } from '../../../functions/webhook-sender/minutes.ts';

/** Counts in memory, as the table has them. */
function counting(perReceiver: number, perProject: number) {
  const counts = new Map<string, number>();
  const asked: string[] = [];
  const errors: string[] = [];
  const state = { now: '2026-01-01T00:00:10.000Z', fails: false };
  const ofPart = ({ key, part }: Counter) => (part ? `${key} of ${part.project_id}` : key);
  const add = (counter: Counter, posts: number) => {
    for (const name of new Set([counter.key, ofPart(counter)])) {
      counts.set(name, (counts.get(name) ?? 0) + posts);
    }
  };
  const { take: room, giveBack } = minuteRoom<ReturnType<typeof to>>({
    limits: { perReceiver, perProject },
    take: async (counter, posts) => {
      if (state.fails) throw new Error('no answer');
      asked.push(`${counter.key.split('#').slice(2).join(' ')} ${posts}`);
      const counted = {
        posts: counts.get(counter.key) ?? 0,
        ofPart: counts.get(ofPart(counter)) ?? 0,
      };
      const taken = Math.min(posts, roomIn(counter, counted));
      add(counter, taken);
      return taken;
    },
    giveBack: async (counter, posts) => add(counter, -posts),
    interrupted: (step) => errors.push(step),
    now: () => state.now,
  });
  const total = (end: string) => [...counts].find(([name]) => name.endsWith(end))?.[1] ?? 0;
  return { room, giveBack, asked, errors, state, total };
}

const to = (host: string, project_id: string) => ({ action: `http://${host}/`, project_id });
const many = (count: number, host: string, project: string) =>
  Array.from({ length: count }, () => to(host, project));

test('a batch asks each count once, and posts that fit have room', async () => {
  const { room, asked } = counting(10, 10);
  expect(await room([...many(3, 'x', 'a'), ...many(2, 'y', 'a')])).toEqual(new Map());
  expect(asked.toSorted()).toEqual(['project a 5', 'receiver x:80 3', 'receiver y:80 2']);
});

test('a post that does not fit waits, and uses nothing of the other count', async () => {
  const { room, total } = counting(4, 10);
  const webhooks = many(5, 'x', 'a');
  const without = await room(webhooks);
  // A project gets half of a receiver.
  expect([...without.values()]).toEqual(['receiver', 'receiver', 'receiver']);
  expect(total('receiver#x:80')).toBe(2);
  expect(total('project#a')).toBe(2);
  expect([...(await room(many(3, 'x', 'b'))).values()]).toEqual(['receiver']);
  expect(await room(many(8, 'y', 'a'))).toHaveProperty('size', 6);
});

test('a project at its limit waits, whatever the receiver, and another does not', async () => {
  const { room, total } = counting(100, 3);
  expect([...(await room([...many(2, 'x', 'a'), ...many(2, 'y', 'a')])).values()]).toEqual([
    'project',
  ]);
  expect(total('receiver#x:80') + total('receiver#y:80')).toBe(3);
  expect((await room(many(3, 'x', 'b'))).size).toBe(0);
});

test('a full count is not asked again in its minute, and the next minute has room', async () => {
  const { room, asked, state } = counting(100, 2);
  await room(many(3, 'x', 'a'));
  const before = asked.filter((each) => each.startsWith('project')).length;
  expect((await room(many(1, 'x', 'a'))).size).toBe(1);
  expect(asked.filter((each) => each.startsWith('project'))).toHaveLength(before);
  state.now = '2026-01-01T00:01:00.000Z';
  expect((await room(many(1, 'x', 'a'))).size).toBe(0);
});

test('if the counts do not answer, the webhooks go on', async () => {
  const { room, errors, state } = counting(1, 1);
  state.fails = true;
  expect((await room(many(3, 'x', 'a'))).size).toBe(0);
  expect(errors).toEqual(expect.arrayContaining(['posts of a minute']));
});

test('without limits nothing is counted', async () => {
  const { room, asked } = counting(0, 0);
  expect((await room(many(50, 'x', 'a'))).size).toBe(0);
  expect(asked).toEqual([]);
});

test('posts that are not made are taken off the counts of their minute, once', async () => {
  const { room, giveBack, state, total } = counting(10, 3);
  const webhooks = many(4, 'x', 'a');
  const without = await room(webhooks);
  expect(without.size).toBe(1);
  state.now = '2026-01-01T00:01:00.000Z';
  const [later = to('x', 'a')] = many(1, 'x', 'a');
  await room([later]);
  // Gives back the webhooks of the minute before. The one without room was not counted.
  await giveBack(webhooks);
  await giveBack(webhooks);
  expect(total('00:00#project#a')).toBe(0);
  expect(total('00:00#receiver#x:80')).toBe(0);
  expect(total('00:01#project#a')).toBe(1);
});
