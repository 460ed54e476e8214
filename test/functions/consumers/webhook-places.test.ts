/** The places that bound how many senders work for a project. */

import { expect, test } from 'vitest';
import type { Taken } from '../../../domain/delivery/webhook-place.ts';
import type { Answer } from '../../../domain/delivery/webhook-retry.ts';
import { rememberingFull, waitingMs } from '../../../functions/webhook-sender/places.ts';
import { minute } from '../../domain/rows.ts';
import { bad, good, hung, ofOther, sender, webhook } from './sender.ts';

const take = (taken: Taken) => ({
  places: {
    take: async () => taken,
    wasFull: () => false,
    giveBack: async () => expect.unreachable(),
    keep: async () => expect.unreachable(),
    noteWaiting: async () => expect.unreachable(),
    after: () => () => undefined,
    interrupted: () => expect.unreachable(),
  },
});

/** Places on a simulated clock, which `pass` advances. */
function timed() {
  const steps: string[] = [];
  const due = new Map<number, () => void>();
  let timers = 0;
  const say = (what: string) => async (held: { readonly place: string }) => {
    steps.push(`${what} ${held.place}`);
  };
  return {
    steps,
    pass: () => {
      for (const call of due.values()) call();
      due.clear();
    },
    places: {
      take: async (project: string) => ({ place: `0#${project}`, holder: 'me' }),
      wasFull: () => false,
      giveBack: say('give back'),
      keep: say('keep'),
      noteWaiting: say('note'),
      after: (ms: number, call: () => void) => {
        expect(ms).toBe(waitingMs);
        const timer = timers++;
        due.set(timer, call);
        return () => {
          due.delete(timer);
        };
      },
      interrupted: (step: string) => {
        steps.push(`interrupted ${step}`);
      },
    },
  };
}

/** Receivers that answer when a test says so, by their URL. */
function receivers() {
  const waiting = new Map<string, () => void>();
  return {
    waiting,
    post: ({ action }: { readonly action: string }): Promise<Answer> =>
      new Promise((done) => {
        waiting.set(action, () => done({ kind: 'answered', status: 200 }));
      }),
  };
}
const turns = async (): Promise<void> => {
  for (let n = 0; n < 5; n++) await new Promise((turn) => setImmediate(turn));
};

test("a project's place is free when its own webhooks are done, while those of others in the batch wait", async () => {
  const { steps, places } = timed();
  const { waiting, post } = receivers();
  const { send } = sender({}, { places, post });
  const sent = send(webhook(bad), ofOther(good));
  await turns();
  waiting.get(good)?.();
  await turns();
  expect(steps).toEqual(['give back 0#b']);
  waiting.get(bad)?.();
  await sent;
  expect(steps).toEqual(['give back 0#b', 'give back 0#a']);
});

test('after a second without an answer the place says that a receiver hangs, once, until it answers', async () => {
  const { steps, places, pass } = timed();
  const { waiting, post } = receivers();
  const { send } = sender({}, { places, post });
  const second = { webhook_id: '6b1f0c53-0f5e-5d5c-9a43-0a4f0e7b1a02' };
  const sent = send(webhook(bad), webhook(good, second));
  await turns();
  pass();
  await turns();
  expect(steps).toEqual(['note 0#a']);
  for (const answer of waiting.values()) answer();
  await sent;
  // It answered in time after all: the place is free.
  expect(steps).toEqual(['note 0#a', 'give back 0#a']);
});

test('a receiver that answers within a second is not noted', async () => {
  const { steps, places, pass } = timed();
  await sender({}, { places }).send(webhook(good));
  pass();
  await turns();
  expect(steps).toEqual(['give back 0#a']);
});

test('a batch takes one place for each project of its first attempts, one for its retries, and gives them back', async () => {
  const { send, posted, places } = sender();
  const later = webhook('https://later.example/', { lane: 'later' });
  await send(webhook(good), webhook(bad), ofOther(good), later);
  expect(posted).toHaveLength(4);
  expect(places.slice(0, 3)).toEqual(['take a', 'take b', 'take retries#a']);
  expect(places.slice(3).sort()).toEqual([
    'give back 0#a',
    'give back 1#b',
    'give back 2#retries#a',
  ]);
});

test('a retry whose project has as many senders of retries as it may is made later, and is no attempt', async () => {
  const { send, posted, deferred, retries, notes } = sender({}, take({ full: 'busy' }));
  const retry = webhook(good, { lane: 'later', attempts: 1 });
  expect(await send(retry)).toEqual([]);
  expect({ posted, deferred, notes }).toEqual({ posted: [], deferred: [], notes: [] });
  expect(retries).toEqual([[{ ...retry, waiting_since: minute(2) }, 10]]);
});

test('a retry that waited for a sender as long as all attempts may take is given up, and says why', async () => {
  const { send, posted, retries, notes } = sender({}, take({ full: 'busy' }));
  const since = '2025-12-31T00:00:00.000Z';
  await send(webhook(good, { lane: 'later', attempts: 1, waiting_since: since }));
  expect({ posted, retries }).toEqual({ posted: [], retries: [] });
  expect(notes).toMatchObject([
    { result: 'given up', attempts: 1, reason: expect.stringContaining('senders of its retries') },
  ]);
});

test('a retry whose receiver hangs gives its place back: the next try is later anyway', async () => {
  const { send, places } = sender({ [bad]: hung });
  await send(webhook(bad, { lane: 'later', attempts: 1 }));
  expect(places).toEqual(['take retries#a', 'give back 0#retries#a']);
});

test('the place of a project whose receiver hung is kept from it, and no other', async () => {
  const { send, places } = sender({ [bad]: hung });
  await send(webhook(bad), webhook(good), ofOther(good));
  expect(places.slice(2).sort()).toEqual(['give back 1#b', 'keep 0#a']);
});

test('the webhooks of a project without a place are tried a little later, as first attempts', async () => {
  const { send, posted, deferred, retries, notes } = sender({}, take({ full: 'busy' }));
  expect(await send(webhook(good))).toEqual([]);
  expect({ posted, retries, notes }).toEqual({ posted: [], retries: [], notes: [] });
  expect(deferred).toEqual([webhook(good)]);
});

test('the webhooks of a project without a place whose receiver hung are tried among the retries', async () => {
  const { send, posted, deferred, diverted } = sender({}, take({ full: 'hung' }));
  expect(await send(webhook(good))).toEqual([]);
  expect({ posted, deferred }).toEqual({ posted: [], deferred: [] });
  expect(diverted).toEqual([webhook(good)]);
});

test('a webhook that was delivered, or that cannot hang, needs no place', async () => {
  const known = { action: bad, attempts: 1, status: 200, reason: '', at: minute(1) };
  const outcome = async () => ({ ...known, result: 'delivered' as const });
  const delivered = sender({}, { outcome, ...take({ full: 'busy' }) });
  await delivered.send(webhook(good));
  expect(delivered.deferred).toEqual([]);
  const { send, places } = sender();
  await send(webhook('log:'), webhook('test:'), webhook('arn:aws:sns:eu-west-1:123456789012:t'));
  expect(places).toEqual([]);
});

test.each(['take', 'giveBack', 'keep', 'noteWaiting'] as const)(
  'when the places fail to %s, the webhooks are still sent',
  async (step) => {
    const noted: string[] = [];
    const places = {
      take: async () => ({ place: '0#a', holder: 'me' }),
      wasFull: () => false,
      giveBack: async () => undefined,
      keep: async () => undefined,
      noteWaiting: async () => undefined,
      after: (_: number, call: () => void) => {
        if (step === 'noteWaiting') call();
        return () => undefined;
      },
      interrupted: (what: string) => {
        noted.push(what);
      },
      [step]: async () => {
        throw new Error('gone');
      },
    };
    const { send, posted } = sender({ [bad]: hung }, { places });
    expect(await send(webhook(step === 'keep' ? bad : good))).toEqual([]);
    expect(posted).toHaveLength(1);
    expect(noted).toEqual(['place']);
  },
);

test('when a webhook cannot be queued for later, its message is delivered again', async () => {
  const defer = async () => {
    throw new Error('gone');
  };
  const { send } = sender({}, { defer, ...take({ full: 'busy' }) });
  expect(await send(webhook(good))).toEqual(['m-0']);
});

test('of a batch without a place one webhook alone is looked up', async () => {
  let reads = 0;
  const outcome = async () => {
    reads++;
    return undefined;
  };
  const { send, deferred } = sender({}, { outcome, ...take({ full: 'busy' }) });
  await send(webhook(good), webhook(bad, { webhook_id: '6b1f0c53-0f5e-5d5c-9a43-0a4f0e7b1a02' }));
  expect({ reads, deferred: deferred.length }).toEqual({ reads: 1, deferred: 2 });
});

test('a process asks no more than twice a second for a project that has no place', async () => {
  let [asked, now] = [0, 0];
  const remembering = rememberingFull(
    async (project_id) => {
      asked++;
      return project_id === 'a' ? { full: 'busy' } : { place: `0#${project_id}`, holder: 'me' };
    },
    () => now,
  );
  for (const at of [0, 499, 500]) {
    now = at;
    expect(await remembering.take('a')).toEqual({ full: 'busy' });
    expect(remembering.wasFull('a')).toBe(true);
  }
  expect(asked).toBe(2);
  await remembering.take('b');
  await remembering.take('b');
  expect(asked).toBe(4);
  expect(remembering.wasFull('b')).toBe(false);
  for (const [at, was] of [
    [10_499, true],
    [10_500, false],
  ] as const) {
    now = at;
    expect(remembering.wasFull('a')).toBe(was);
  }
});
