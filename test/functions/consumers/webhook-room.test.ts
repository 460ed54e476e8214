/** A webhook for which this minute has no room, and what happens to it meanwhile. */
import { expect, test } from 'vitest';
import { minute } from '../../domain/rows.ts';
import { bad, good, sender, webhook } from './sender.ts';

const receiverIsFull = { fullCounter: async () => 'receiver' as const };

test('a webhook without room in this minute is not posted, and waits among the retries', async () => {
  const { send, posted, retries, notes, places } = sender({}, receiverIsFull);
  expect(await send(webhook(good))).toEqual([]);
  expect({ posted, notes }).toEqual({ posted: [], notes: [] });
  // Minute 2 has just begun.
  expect(retries).toEqual([[webhook(good, { waiting_since: minute(2) }), 60]]);
  expect(places).toEqual(['take a', 'give back 0#a']);
});

test('a webhook that has waited is posted when there is room, and its retries begin from there', async () => {
  const { send, posted, retries } = sender({ [bad]: { kind: 'answered', status: 503 } });
  await send(webhook(bad, { lane: 'later', waiting_since: minute(1) }));
  expect(posted).toHaveLength(1);
  expect(retries).toEqual([[webhook(bad, { lane: 'later', attempts: 1 }), 1]]);
});

test('a webhook that has waited as long as its tries may take is given up, with the reason', async () => {
  const late = { now: () => minute(60) };
  const { send, posted, retries, notes, deadLettered } = sender({}, { ...receiverIsFull, ...late });
  const waited = webhook(good, { lane: 'later', waiting_since: minute(2) });
  await send(waited);
  expect({ posted, retries }).toEqual({ posted: [], retries: [] });
  const reason = 'its receiver gets no more than 600 posts a minute, half of them of one project';
  expect(notes).toMatchObject([{ result: 'given up', attempts: 0, status: null, reason }]);
  expect(deadLettered).toEqual([{ reason: `given up: ${reason}`, element: waited }]);
});

test('a webhook whose alarm was deleted while it waited is dropped', async () => {
  const { send, posted, notes } = sender({}, { isAlarm: async () => false });
  await send(webhook(good, { lane: 'later', waiting_since: minute(1) }));
  expect(posted).toEqual([]);
  expect(notes).toMatchObject([{ result: 'dropped', attempts: 0 }]);
});

test('actions that are no posts, and webhooks that are known, ask for no room', async () => {
  const fullCounter = () => expect.unreachable();
  const { send } = sender({}, { fullCounter });
  expect(await send(webhook('log://'), webhook('arn:aws:sns:eu-west-1:1:t'))).toEqual([]);
  const known = { action: bad, attempts: 1, status: 200, reason: '', at: minute(1) };
  const outcome = async () => ({ ...known, result: 'delivered' as const });
  expect(await sender({}, { fullCounter, outcome }).send(webhook(good))).toEqual([]);
});
