/** The sender counts the webhooks of a batch by their outcome, in one write. */
import { expect, test } from 'vitest';
import { minute } from '../../domain/rows.ts';
import { bad, good, ofOther, sender, webhook } from './sender.ts';

const id = (n: number) => `6b1f0c53-0f5e-5d5c-9a43-0a4f0e7b1b${String(n).padStart(2, '0')}`;

test('a batch adds its outcomes to the minute, once', async () => {
  const world = sender({
    [bad]: { kind: 'answered', status: 503 },
    'https://gone.example/': { kind: 'answered', status: 410 },
    'https://inside.example/': { kind: 'refused', reason: 'not a public address' },
  });
  const messages = [good, good, bad, 'https://gone.example/', 'https://inside.example/'];
  await world.send(...messages.map((action, n) => webhook(action, { webhook_id: id(n) })));
  expect(world.counted).toEqual([
    { minute: minute(2), counts: { delivered: 2, retried: 1, given_up: 1, refused: 1 } },
  ]);
  expect(world.notes.map(({ result }) => result).sort()).toEqual([
    ...['delivered', 'delivered', 'given up', 'given up', 'retrying'],
  ]);
});

test('actions that need no call are not counted', async () => {
  const world = sender({}, { isAlarm: async () => false });
  await world.send(webhook(good, { attempts: 1 }));
  expect(world.counted).toEqual([]);
});

test('a count that fails delays no webhook', async () => {
  const world = sender(
    {},
    {
      countWebhooks: async () => {
        throw new Error('busy');
      },
    },
  );
  expect(await world.send(webhook(good), ofOther(good))).toEqual([]);
  expect(world.posted).toHaveLength(2);
  expect(world.places).toContain('uncounted webhooks of a minute');
});
