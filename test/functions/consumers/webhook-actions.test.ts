/** Actions that are no webhooks: log, test and topics. */

import { expect, test } from 'vitest';
import { alarmsOfWebhook } from '../../../domain/delivery/webhook.ts';
import { sender, topic, webhook } from './sender.ts';

test('log actions write the sentence of Aodh, test actions nothing; both are done', async () => {
  const { send, posted, notes, lines } = sender();
  await send(webhook('log:'), webhook('test:'));
  expect(posted).toEqual([]);
  expect(notes.map(({ result }) => result)).toEqual(['delivered', 'delivered']);
  expect(lines[0]).toEqual(['info', [expect.any(String), expect.anything()]]);
  expect(JSON.stringify(lines[0])).toContain(
    `Notifying alarm n ${alarmsOfWebhook(webhook('log:'))[0]} of low priority from insufficient data to alarm with action log: because because.`,
  );
});

test('a topic that the operator allows is published to', async () => {
  const { send, posted, published, notes } = sender();
  await send(webhook(topic));
  expect({ posted, published }).toEqual({ posted: [], published: [topic] });
  expect(notes).toMatchObject([{ action: topic, result: 'delivered' }]);
});

test('a topic that the operator no longer allows is given up, and not published to', async () => {
  const { send, published, notes } = sender();
  await send(webhook(`${topic}-gone`));
  expect(published).toEqual([]);
  expect(notes).toMatchObject([{ result: 'given up', reason: expect.stringContaining('allows') }]);
});

test('an action of a scheme without a caller is given up', async () => {
  const { send, notes, deadLettered } = sender();
  await send(webhook('zaqar://?topic=a'));
  expect(notes).toMatchObject([{ result: 'given up', status: null }]);
  expect(deadLettered).toHaveLength(1);
});
