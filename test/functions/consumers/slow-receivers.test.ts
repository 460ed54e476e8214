/** Receivers that hang get no first attempts for a while. */

import { expect, test } from 'vitest';
import type { Answer } from '../../../domain/delivery/webhook-retry.ts';
import { slowReceivers } from '../../../functions/webhook-sender/slow-receivers.ts';
import { bad, good, hung, sender, webhook } from './sender.ts';

test('a receiver that hung gets no first attempts for a while', async () => {
  let now = 0;
  const { send, posted, diverted } = sender({ [bad]: hung }, { slow: slowReceivers(() => now) });
  await send(webhook(bad));
  await send(webhook(`${bad}other`), webhook(good));
  expect(posted.map(({ action }) => action)).toEqual([bad, good]);
  expect(diverted).toEqual([webhook(`${bad}other`)]);
  await send(webhook(bad, { lane: 'later' }));
  expect(posted).toHaveLength(3);
  now = 59_999;
  await send(webhook(bad));
  expect(posted).toHaveLength(3);
  now = 60_000;
  await send(webhook(bad));
  expect(posted).toHaveLength(4);
});

test('a receiver that answers, or is gone, is not slow: it holds no place', async () => {
  const gone: Answer = { kind: 'unanswered', reason: 'no answer: ECONNREFUSED', timedOut: false };
  for (const answer of [gone, { kind: 'answered', status: 500 } as const]) {
    const { send, posted } = sender({ [bad]: answer });
    await send(webhook(bad));
    await send(webhook(bad));
    expect(posted).toHaveLength(2);
  }
});

test('the number of remembered slow receivers is limited', () => {
  const slow = slowReceivers(() => 0);
  for (let n = 0; n <= 1_000; n++) slow.note(`https://r-${n}.example/`);
  expect(slow.isSlow('https://r-0.example/')).toBe(false);
  expect(slow.isSlow('https://r-1.example/')).toBe(true);
  expect(slow.isSlow('https://r-1000.example/x')).toBe(true);
});
