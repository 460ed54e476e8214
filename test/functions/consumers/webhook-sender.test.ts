/** The attempts of webhooks: their outcomes, retries and dead letters. */

import { expect, test } from 'vitest';
import { firingOf } from '../../../domain/alarms/firing.ts';
import { groupBody, memberOf } from '../../../domain/delivery/group-body.ts';
import {
  alarmsOfWebhook,
  type WebhookMessage,
  type webhookResults,
} from '../../../domain/delivery/webhook.ts';
import { alarmWith } from '../../domain/alarms/alarms.ts';
import { eventWith } from '../../domain/events/events.ts';
import { id, minute } from '../../domain/rows.ts';
import { bad, good, hung, sender, webhook } from './sender.ts';

test('a delivery is recorded, without the secrets of its URL', async () => {
  const { send, notes, retries, deadLettered, lines } = sender();
  expect(await send(webhook(good))).toEqual([]);
  expect(notes).toEqual([
    {
      action: 'https://good.example/x',
      ...{ result: 'delivered', attempts: 1, status: 200, reason: '', at: minute(2) },
    },
  ]);
  expect([...retries, ...deadLettered]).toEqual([]);
  expect(lines).toEqual([['info', ['webhooks', { delivered: 1 }]]]);
});

test('a failed webhook is queued again with its number of attempts, and does not affect others of the batch', async () => {
  const { send, posted, notes, retries } = sender({ [bad]: { kind: 'answered', status: 500 } });
  expect(await send(webhook(bad), webhook(good))).toEqual([]);
  expect(posted).toHaveLength(2);
  expect(retries).toEqual([[webhook(bad, { attempts: 1 }), 1]]);
  expect(notes).toContainEqual(expect.objectContaining({ result: 'retrying', status: 500 }));
});

test('after its last attempt a webhook is dead-lettered with the reason', async () => {
  const { send, notes, retries, deadLettered } = sender({ [bad]: hung });
  await send(webhook(bad, { attempts: 2, lane: 'later' }));
  expect(retries).toEqual([]);
  expect(deadLettered).toEqual([
    {
      reason: 'given up after 3 of 3 tries: no answer within 5 s',
      element: webhook(bad, { attempts: 3, lane: 'later' }),
    },
  ]);
  expect(notes).toMatchObject([{ result: 'given up', attempts: 3 }]);
});

test.each<(typeof webhookResults)[number]>(['delivered', 'given up', 'dropped'])(
  'a message that is delivered again after it was %s is dropped',
  async (result) => {
    const known = { action: bad, result, attempts: 1, status: 200, reason: '', at: minute(1) };
    const { send, posted, notes } = sender({}, { outcome: async () => known });
    expect(await send(webhook(bad))).toEqual([]);
    expect([...posted, ...notes]).toEqual([]);
  },
);

test('a message that is delivered again after its retry is queued starts no second series of retries', async () => {
  const [result, reason] = ['retrying', 'answered 500'] as const;
  const known = { action: bad, result, attempts: 1, status: 500, reason, at: minute(1) };
  const { send, posted, notes, retries } = sender({}, { outcome: async () => known });
  expect(await send(webhook(bad))).toEqual([]);
  expect([...posted, ...notes, ...retries]).toEqual([]);
  await send(webhook(bad, { attempts: 1, lane: 'later' }));
  expect([posted.length, notes.length]).toEqual([1, 1]);
});

test('a retry is not made if its alarm was deleted', async () => {
  const asked: string[] = [];
  const isAlarm = async (alarm_id: string) => {
    asked.push(alarm_id);
    return false;
  };
  const { send, posted, notes, retries, deadLettered } = sender({ [bad]: hung }, { isAlarm });
  expect(await send(webhook(bad, { attempts: 2, lane: 'later' }))).toEqual([]);
  expect([...posted, ...retries, ...deadLettered]).toEqual([]);
  expect(notes).toMatchObject([
    { result: 'dropped', attempts: 2, reason: 'its alarm was deleted' },
  ]);
  expect(asked).toEqual(alarmsOfWebhook(webhook(bad)));
});

test('a first attempt is made although its alarm was deleted: the event came before', async () => {
  const { send, posted } = sender({}, { isAlarm: async () => expect.unreachable() });
  await send(webhook(good), webhook(bad, { lane: 'later' }));
  expect(posted).toHaveLength(2);
});

test('a delivered webhook stays delivered although its alarm was deleted', async () => {
  const known = { action: bad, attempts: 2, status: 200, reason: '', at: minute(1) };
  const outcome = async () => ({ ...known, result: 'delivered' as const });
  const { send, notes } = sender({}, { outcome, isAlarm: async () => false });
  await send(webhook(bad, { attempts: 1, lane: 'later' }));
  expect(notes).toEqual([]);
});

test.each(['{', '"text"', '{"action":"https://a.example/"}'])(
  'a message that is not a webhook is dead-lettered: %s',
  async (body) => {
    const { send, deadLettered } = sender();
    expect(await send(body, webhook(good))).toEqual([]);
    expect(deadLettered).toEqual([{ reason: expect.any(String), element: body }]);
  },
);

test.each(['again', 'deadLetter', 'note', 'outcome', 'post'] as const)(
  'when %s fails, the message is delivered again and the others are not',
  async (step) => {
    const fail = async () => {
      throw new Error('gone');
    };
    const most = step === 'deadLetter' ? 1 : 3;
    const { send } = sender({ [bad]: hung }, { [step]: fail, mostAttempts: most });
    expect(await send(webhook(bad))).toEqual(['m-0']);
  },
);

test('when the alarm of a retry cannot be read, the message is delivered again', async () => {
  const isAlarm = async () => {
    throw new Error('gone');
  };
  const { send, posted } = sender({}, { isAlarm });
  expect(await send(webhook(bad, { attempts: 1, lane: 'later' }), webhook(good))).toEqual(['m-0']);
  expect(posted).toHaveLength(1);
});

test('an attempt of a webhook that is twice in a batch is sent once; another attempt of it is sent too', async () => {
  const { send, posted } = sender();
  await send(webhook(good), webhook(good), webhook(good, { attempts: 1, lane: 'later' }));
  expect(posted.map(({ attempts }) => attempts).sort()).toEqual([0, 1]);
});

/** The webhook of a group with the first two alarms. */
const ofGroup = (more: Partial<WebhookMessage> = {}): WebhookMessage => {
  const [first, second] = [1, 2].map((n) => {
    const event = { ...eventWith(), message_id: `m-${n}` };
    const decision = { kind: 'transition', to: 'alarm', reason: '' } as const;
    const { body } = firingOf(alarmWith({ alarm_id: id(n) }), event, decision, minute(1)).row;
    return memberOf(body);
  });
  const facts = {
    ...{ group_id: id(40), number: 1, project_id: 'a', fault_id: id(50), created_at: minute(1) },
  };
  const body = groupBody(facts, first && second ? [first, second] : []);
  return webhook(good, { body, event_id: 'm-1', ...more });
};

test('the webhook of a group is one post, and is dropped only if all its alarms were deleted', async () => {
  const { send, posted } = sender();
  await send(ofGroup());
  expect(posted.map(({ body }) => body)).toEqual([ofGroup().body]);
  const retry = ofGroup({ attempts: 1, lane: 'later' });
  const one = sender({}, { isAlarm: async (alarm_id) => alarm_id === id(2) });
  await one.send(retry);
  expect(one.posted).toHaveLength(1);
  const none = sender({}, { isAlarm: async () => false });
  await none.send(retry);
  expect(none.notes).toMatchObject([{ result: 'dropped' }]);
});
