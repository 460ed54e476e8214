import { expect, test } from 'vitest';
import { firingOf } from '../../../domain/alarms/firing.ts';
import {
  type WebhookMessage,
  type WebhookOutcome,
  type webhookResults,
  webhooksOf,
} from '../../../domain/delivery/webhook.ts';
import type { Taken } from '../../../domain/delivery/webhook-place.ts';
import type { Answer } from '../../../domain/delivery/webhook-retry.ts';
import type { DeadLetter } from '../../../domain/events/messages.ts';
import {
  type WebhookSenderDeps,
  webhookSender,
} from '../../../functions/webhook-sender/handler.ts';
import { rememberingFull } from '../../../functions/webhook-sender/places.ts';
import { slowReceivers } from '../../../functions/webhook-sender/slow-receivers.ts';
import { alarmWith } from '../../domain/alarms/alarms.ts';
import { eventWith } from '../../domain/events/events.ts';
import { minute } from '../../domain/rows.ts';
import { lambdaContext as context } from '../call.ts';
import { logbook, queued } from './lambda.ts';

const webhook = (action: string, more: Partial<WebhookMessage> = {}): WebhookMessage => {
  const alarm = alarmWith({ alarm_actions: [action] });
  const decision = { kind: 'transition', to: 'alarm', reason: 'because' } as const;
  const [message] = webhooksOf(firingOf(alarm, eventWith(), decision, minute(1)).row);
  if (!message) throw new Error('no webhook');
  return { ...message, ...more };
};

/** Another project's. */
const ofOther = (action: string): WebhookMessage =>
  webhook(action, { project_id: 'b', webhook_id: '6b1f0c53-0f5e-5d5c-9a43-0a4f0e7b1a02' });

function sender(
  answers: Readonly<Record<string, Answer>> = {},
  given: Partial<WebhookSenderDeps> = {},
) {
  const posted: WebhookMessage[] = [];
  const published: string[] = [];
  const notes: WebhookOutcome[] = [];
  const retries: [WebhookMessage, number][] = [];
  const diverted: WebhookMessage[] = [];
  const deferred: WebhookMessage[] = [];
  const places: string[] = [];
  let taken = 0;
  const deadLettered: DeadLetter[] = [];
  const { lines, log } = logbook();
  const handler = webhookSender({
    outcome: async () => undefined,
    isAlarm: async () => true,
    post: async (message) => {
      posted.push(message);
      return answers[message.action] ?? { kind: 'answered', status: 200 };
    },
    publish: async (message) => {
      published.push(message.action);
      return { kind: 'answered', status: 200 };
    },
    note: async (_, outcome) => {
      notes.push(outcome);
    },
    again: async (message, delaySeconds) => {
      retries.push([message, delaySeconds]);
    },
    divert: async (message) => {
      diverted.push(message);
    },
    defer: async (message) => {
      deferred.push(message);
    },
    fullCounter: async () => undefined,
    limits: { perReceiver: 600, perProject: 3_000 },
    places: {
      take: async (project_id) => {
        places.push(`take ${project_id}`);
        return { place: `${taken++}#${project_id}`, holder: 'me' };
      },
      giveBack: async ({ place }) => {
        places.push(`give back ${place}`);
      },
      keep: async ({ place }) => {
        places.push(`keep ${place}`);
      },
      interrupted: (step) => {
        places.push(`interrupted ${step}`);
      },
    },
    deadLetter: async (letters) => {
      deadLettered.push(...letters);
    },
    slow: slowReceivers(() => 0),
    mostAttempts: 3,
    now: () => minute(2),
    random: () => 0,
    count: () => {},
    log,
    ...given,
  });
  const send = async (...messages: readonly unknown[]) => {
    const event = queued(...messages.map((body) => ({ body })));
    const { batchItemFailures } = await handler(event, context);
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
  return {
    send,
    posted,
    published,
    notes,
    retries,
    diverted,
    deferred,
    places,
    deadLettered,
    lines,
  };
}

const good = 'https://user:secret@good.example/x?token=secret';
const bad = 'https://bad.example/';
const hung: Answer = { kind: 'unanswered', reason: 'no answer within 5 s', timedOut: true };

test('what was delivered is noted, without the secrets of its URL', async () => {
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

test('a failure is queued again with its tries counted, and harms no other of the batch', async () => {
  const { send, posted, notes, retries } = sender({ [bad]: { kind: 'answered', status: 500 } });
  expect(await send(webhook(bad), webhook(good))).toEqual([]);
  expect(posted).toHaveLength(2);
  expect(retries).toEqual([[webhook(bad, { attempts: 1 }), 1]]);
  expect(notes).toContainEqual(expect.objectContaining({ result: 'retrying', status: 500 }));
});

test('after its last try it is put aside with the reason', async () => {
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
  'a message that comes again when it was %s is dropped',
  async (result) => {
    const known = { action: bad, result, attempts: 1, status: 200, reason: '', at: minute(1) };
    const { send, posted, notes } = sender({}, { outcome: async () => known });
    expect(await send(webhook(bad))).toEqual([]);
    expect([...posted, ...notes]).toEqual([]);
  },
);

test('a message that comes again when a further try is queued makes no second row of tries', async () => {
  const [result, reason] = ['retrying', 'answered 500'] as const;
  const known = { action: bad, result, attempts: 1, status: 500, reason, at: minute(1) };
  const { send, posted, notes, retries } = sender({}, { outcome: async () => known });
  expect(await send(webhook(bad))).toEqual([]);
  expect([...posted, ...notes, ...retries]).toEqual([]);
  await send(webhook(bad, { attempts: 1, lane: 'later' }));
  expect([posted.length, notes.length]).toEqual([1, 1]);
});

test('a retry is not made if its alarm was deleted: the owner no longer wants it', async () => {
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
  expect(asked).toEqual([webhook(bad).body.alarm_id]);
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

test('a receiver that hung is sent nothing among first tries for a while', async () => {
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

test('only so many slow receivers are remembered', () => {
  const slow = slowReceivers(() => 0);
  for (let n = 0; n <= 1_000; n++) slow.note(`https://r-${n}.example/`);
  expect(slow.isSlow('https://r-0.example/')).toBe(false);
  expect(slow.isSlow('https://r-1.example/')).toBe(true);
  expect(slow.isSlow('https://r-1000.example/x')).toBe(true);
});

test('log actions write the sentence of Aodh, test actions nothing; both are done', async () => {
  const { send, posted, notes, lines } = sender();
  await send(webhook('log:'), webhook('test:'));
  expect(posted).toEqual([]);
  expect(notes.map(({ result }) => result)).toEqual(['delivered', 'delivered']);
  expect(lines[0]).toEqual(['info', [expect.any(String), expect.anything()]]);
  expect(JSON.stringify(lines[0])).toContain(
    `Notifying alarm n ${webhook('log:').body.alarm_id} of low priority from insufficient data to alarm with action log: because because.`,
  );
});

test('a topic is published to', async () => {
  const { send, posted, published, notes } = sender();
  const topic = 'arn:aws:sns:eu-west-1:123456789012:alarms';
  await send(webhook(topic));
  expect({ posted, published }).toEqual({ posted: [], published: [topic] });
  expect(notes).toMatchObject([{ action: topic, result: 'delivered' }]);
});

test('an action of a scheme without a caller is given up', async () => {
  const { send, notes, deadLettered } = sender();
  await send(webhook('zaqar://?topic=a'));
  expect(notes).toMatchObject([{ result: 'given up', status: null }]);
  expect(deadLettered).toHaveLength(1);
});

test.each(['{', '"text"', '{"action":"https://a.example/"}'])(
  'what is no webhook is put aside: %s',
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

test('a webhook that is twice in a batch is sent once, and another attempt of it is made', async () => {
  const { send, posted } = sender();
  await send(webhook(good), webhook(good), webhook(good, { attempts: 1, lane: 'later' }));
  expect(posted.map(({ attempts }) => attempts).sort()).toEqual([0, 1]);
});

const take = (taken: Taken) => ({
  places: {
    take: async () => taken,
    giveBack: async () => expect.unreachable(),
    keep: async () => expect.unreachable(),
    interrupted: () => expect.unreachable(),
  },
});

test('a batch takes one place of each project among its first tries, and gives it back', async () => {
  const { send, posted, places } = sender();
  const later = webhook('https://later.example/', { lane: 'later' });
  await send(webhook(good), webhook(bad), ofOther(good), later);
  expect(posted).toHaveLength(4);
  expect(places).toEqual(['take a', 'take b', 'give back 0#a', 'give back 1#b']);
});

test('the place of a project whose receiver hung is kept from it, and no other', async () => {
  const { send, places } = sender({ [bad]: hung });
  await send(webhook(bad), webhook(good), ofOther(good));
  expect(places.slice(2).sort()).toEqual(['give back 1#b', 'keep 0#a']);
});

test('a project with many webhooks and no place is tried a little later, among first attempts', async () => {
  const { send, posted, deferred, retries, notes } = sender({}, take({ full: 'busy' }));
  expect(await send(webhook(good))).toEqual([]);
  expect({ posted, retries, notes }).toEqual({ posted: [], retries: [], notes: [] });
  expect(deferred).toEqual([webhook(good)]);
});

test('a project without a place whose receiver hung is tried among the retries', async () => {
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

test.each(['take', 'giveBack', 'keep'] as const)(
  'when the places fail to %s, the webhooks are sent all the same',
  async (step) => {
    const noted: string[] = [];
    const places = {
      take: async () => ({ place: '0#a', holder: 'me' }),
      giveBack: async () => undefined,
      keep: async () => undefined,
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
    expect(await remembering('a')).toEqual({ full: 'busy' });
  }
  expect(asked).toBe(2);
  await remembering('b');
  await remembering('b');
  expect(asked).toBe(4);
});

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
