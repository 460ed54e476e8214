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

test('a webhook that has waited as long as its attempts may take is given up, with the reason', async () => {
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

test('actions that are not posts need no room', async () => {
  const fullCounter = () => expect.unreachable();
  const { send } = sender({}, { fullCounter });
  expect(await send(webhook('log://'), webhook('arn:aws:sns:eu-west-1:1:t'))).toEqual([]);
});

const known = { action: bad, attempts: 1, status: 200, reason: '', at: minute(1) };
const delivered = { outcome: async () => ({ ...known, result: 'delivered' as const }) };
const withoutPlace = (full: 'busy' | 'hung', wasFull = false) => {
  const { places } = sender({}).deps;
  return { places: { ...places, take: async () => ({ full }), wasFull: () => wasFull } };
};

test.each([
  { what: 'is known', given: delivered },
  { what: 'has no place', given: withoutPlace('busy') },
  { what: 'has a receiver that hangs', given: withoutPlace('hung') },
])(
  'a webhook that $what gives back the room that was taken beside the place',
  async ({ given }) => {
    const { send, posted, roomGivenBack } = sender({}, given);
    await send(webhook(good));
    expect(posted).toEqual([]);
    expect(roomGivenBack).toEqual([webhook(good)]);
  },
);

test('a webhook that is sent, or has no room, gives none back', async () => {
  const sent = sender();
  await sent.send(webhook(good));
  const full = sender({}, receiverIsFull);
  await full.send(webhook(good));
  expect([sent.roomGivenBack, full.roomGivenBack]).toEqual([[], []]);
});

test('room is requested after the place if the project had none lately, and not at all without one', async () => {
  const fullCounter = () => expect.unreachable();
  const { send, deferred } = sender({}, { ...withoutPlace('busy', true), fullCounter });
  expect(await send(webhook(good))).toEqual([]);
  expect(deferred).toHaveLength(1);
});

test('the room, the place and the outcome are requested at the same time: one wait before the post', async () => {
  const steps: string[] = [];
  const step =
    <T>(name: string, result: T) =>
    async (): Promise<T> => {
      steps.push(name);
      await new Promise((turn) => setImmediate(turn));
      return result;
    };
  const { places } = sender({}).deps;
  const { send } = sender(
    {},
    {
      fullCounter: step('room', undefined),
      outcome: step('outcome', undefined),
      places: { ...places, take: step('place', { place: '0#a', holder: 'me' }) },
      post: async () => {
        steps.push('post');
        return { kind: 'answered', status: 200 };
      },
    },
  );
  const sending = send(webhook(good));
  await Promise.resolve();
  expect(steps.toSorted()).toEqual(['outcome', 'place', 'room']);
  await sending;
  expect(steps.at(-1)).toBe('post');
});
