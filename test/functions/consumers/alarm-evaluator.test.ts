import type { SQSEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import * as z from 'zod';
import type { DoctorEvent } from '../../../domain/events/event.ts';
import type { DeadLetter, EventMessage } from '../../../domain/events/messages.ts';
import {
  alarmEvaluator,
  type EvaluatorDeps,
  type EvaluatorTotals,
} from '../../../functions/alarm-evaluator/handler.ts';
import { eventWith } from '../../domain/events/events.ts';
import { id } from '../../domain/rows.ts';
import { rawSample } from '../../events/samples.ts';
import { lambdaContext as context } from '../call.ts';
import { logbook, type Message, queued } from './lambda.ts';

const eventOf = (n: number): DoctorEvent => ({ ...eventWith(), message_id: `e-${n}` });
const ids = (events: readonly DoctorEvent[]) => events.map(({ message_id }) => message_id);
const harmful = 'e-13';

async function evaluated(event: SQSEvent, given: Partial<EvaluatorDeps> = {}) {
  const evaluations: string[][] = [];
  const splits: [string[], number, ...unknown[]][] = [];
  const froms: unknown[] = [];
  const copies: boolean[] = [];
  const proofs: unknown[] = [];
  const timeouts: unknown[] = [];
  const groups: unknown[] = [];
  const tests: unknown[] = [];
  const kept: string[][] = [];
  const deadLettered: DeadLetter[] = [];
  const totals: EvaluatorTotals[] = [];
  const { lines, log } = logbook();
  const handler = alarmEvaluator({
    evaluate: async (events, { rest, isCopy, proof }) => {
      if (ids(events).includes(harmful)) throw new Error('it cannot be evaluated');
      evaluations.push(ids(events));
      froms.push(rest);
      copies.push(isCopy ?? false);
      if (proof) proofs.push(proof);
      return { candidates: 2, fired: 1, published: 1 };
    },
    evaluateTimeouts: async (timers) => {
      timeouts.push(...timers);
      return { candidates: timers.length, fired: 1, published: 1 };
    },
    keepOutside: async ({ events }) => {
      kept.push(ids(events));
    },
    sendGroups: async (message) => {
      groups.push(message);
      return 1;
    },
    sendTest: async ({ test: key }) => {
      tests.push(key);
    },
    split: async ({ events, attempts, lane, rest, copy, proof }) => {
      splits.push([
        ids(events),
        attempts,
        lane,
        ...(rest ? [rest] : []),
        ...(copy ? ['copy'] : []),
        ...(proof ? [proof] : []),
      ]);
    },
    deadLetter: async (letters) => {
      deadLettered.push(...letters);
    },
    count: (counted) => totals.push(counted),
    log,
    ...given,
  });
  const { batchItemFailures } = await handler(event, context);
  const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  return {
    failed,
    evaluations,
    kept,
    froms,
    copies,
    proofs,
    timeouts,
    groups,
    tests,
    splits,
    deadLettered,
    totals,
    lines,
  };
}
const message = (
  events: number[],
  { attempts = 0, receives = 1, ...lane }: Lane & { attempts?: number; receives?: number } = {},
): Message => ({
  body: { events: events.map(eventOf), attempts, ...lane },
  receives,
});
type Lane = Partial<Pick<EventMessage, 'lane' | 'rest' | 'copy'>>;

test('an empty batch, which a schedule sends so that a process is running, does nothing', async () => {
  const { evaluations, lines, failed } = await evaluated({ Records: [] });
  expect({ evaluations, failed }).toEqual({ evaluations: [], failed: [] });
  expect(lines).toHaveLength(1);
});

test('a copy, and a message that is delivered again, are evaluated as repeats', async () => {
  const given = [message([1]), message([2], { copy: true }), message([3], { receives: 2 })];
  expect((await evaluated(queued(...given))).copies).toEqual([false, true, true]);
  const split = await evaluated(queued(message([1, 2], { copy: true, receives: 2 })));
  expect(split.splits).toEqual([[['e-1', 'e-2'], 1, 'fault', 'copy']]);
});

test('messages are evaluated and counted, and logged in one line', async () => {
  const { failed, evaluations, totals, lines } = await evaluated(
    queued(message([1, 2]), message([3])),
  );
  expect(failed).toEqual([]);
  expect(evaluations.sort()).toEqual([['e-1', 'e-2'], ['e-3']]);
  expect(totals).toEqual([
    { messages: 2, events: 3, candidates: 4, fired: 2, published: 2, groups: 0 },
  ]);
  expect(lines.map(([level]) => level)).toEqual(['info']);
});

test('the sample of the queue is evaluated, its split message too', async () => {
  const Sample = z.custom<SQSEvent>((value) => typeof value === 'object');
  const { failed, evaluations } = await evaluated(Sample.parse(rawSample('queues/events.json')));
  expect(failed).toEqual([]);
  expect(evaluations.map(({ length }) => length).sort()).toEqual([1, 2]);
});

test('events are kept for previews after they were evaluated, and not if that fails', async () => {
  const { kept } = await evaluated(queued(message([1, 2]), message([13])));
  expect(kept).toEqual([['e-1', 'e-2']]);
});

test('a message that fails is delivered again, the others of its batch are not', async () => {
  const batch = queued(message([1]), message([2, 13]), message([3]));
  const { failed, evaluations, lines } = await evaluated(batch);
  expect(failed).toEqual(['m-1']);
  expect(evaluations.flat().sort()).toEqual(['e-1', 'e-3']);
  expect(lines.map(([level]) => level)).toEqual(['error', 'info']);
});

test('from its second receive on, a message is split, and each event keeps the number of attempts', async () => {
  const again = queued(message([12, 13], { attempts: 1, receives: 2 }));
  const { failed, splits, evaluations } = await evaluated(again);
  expect({ failed, splits, evaluations }).toEqual({
    failed: [],
    splits: [[['e-12', 'e-13'], 2, 'fault']],
    evaluations: [],
  });
});

test.each([
  { lane: 'urgent', froms: [undefined] },
  { lane: 'bulk', froms: [undefined] },
  { lane: 'wide', rest: { of: 'wide', after: 'a-3' }, froms: [{ of: 'wide', after: 'a-3' }] },
  { lane: 'wide', rest: { of: 'named', after: '' }, froms: [{ of: 'named', after: '' }] },
] as const)(
  'a message in the lane $lane stays there when it is split',
  async ({ froms, ...lane }) => {
    expect((await evaluated(queued(message([1], lane)))).froms).toEqual(froms);
    const { splits } = await evaluated(queued(message([1, 2], { ...lane, receives: 2 })));
    expect(splits).toEqual([[['e-1', 'e-2'], 1, ...Object.values(lane)]]);
  },
);

test('messages are evaluated one after the other if that is requested', async () => {
  let running = 0;
  let most = 0;
  const evaluate = async () => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    return { candidates: 0, fired: 0, published: 0 };
  };
  const batch = () => queued(message([1]), message([2]), message([3]));
  await evaluated(batch(), { evaluate, inOrder: true });
  expect(most).toBe(1);
  await evaluated(batch(), { evaluate });
  expect(most).toBeGreaterThan(1);
});

test('an event alone is tried again until its attempts are made', async () => {
  for (const [attempts, receives] of [
    [1, 1],
    [1, 3],
    [0, 4],
  ] as const) {
    const { failed, deadLettered } = await evaluated(queued(message([13], { attempts, receives })));
    expect(failed).toEqual(['m-0']);
    expect(deadLettered).toEqual([]);
  }
});

test.each([
  [0, 5],
  [1, 4],
  [4, 1],
])(
  'after %i earlier attempts and %i receives, an event is dead-lettered with the reason',
  async (attempts, receives) => {
    const { failed, deadLettered } = await evaluated(queued(message([13], { attempts, receives })));
    expect(failed).toEqual([]);
    expect(deadLettered).toEqual([
      { reason: expect.stringMatching(/5 attempts.*cannot be evaluated/), element: eventOf(13) },
    ]);
  },
);

test('an event whose evaluation never ends is dead-lettered without another attempt', async () => {
  const { deadLettered, evaluations } = await evaluated(queued(message([1], { receives: 6 })));
  expect(evaluations).toEqual([]);
  expect(deadLettered).toHaveLength(1);
});

test.each(['{', '"text"', '{"events":[{}],"attempts":0}', '{"events":[]}'])(
  'a message that is not a list of events is dead-lettered: %s',
  async (body) => {
    const { failed, deadLettered } = await evaluated(queued({ body }, message([1])));
    expect(failed).toEqual([]);
    expect(deadLettered).toEqual([{ reason: expect.any(String), element: body }]);
  },
);

const proof = { host: 'compute-1', number: 1, write_id: '0b7a5b8e-8a0c-4d6a-9d0e-6a3a6f3e2a11' };

test('a proof goes with the events, also when they are split', async () => {
  const body = { events: [eventOf(1), eventOf(2)], attempts: 0, proof };
  expect(await evaluated(queued({ body }))).toMatchObject({ proofs: [proof] });
  const again = await evaluated(queued({ body, receives: 2 }));
  expect(again.splits).toEqual([[['e-1', 'e-2'], 1, 'fault', proof]]);
});

test('an event with a proof that cannot be evaluated is left to its safe copy, and not dead-lettered', async () => {
  const body = { events: [{ ...eventOf(1), message_id: harmful }], attempts: 4, proof };
  const { failed, deadLettered, lines } = await evaluated(queued({ body }));
  expect({ failed, deadLettered }).toEqual({ failed: [], deadLettered: [] });
  expect(JSON.stringify(lines)).toContain('left to their safe copies');
});

test('a message that cannot be dead-lettered is delivered again, not lost', async () => {
  const deadLetter = async () => {
    throw new Error('the queue is gone');
  };
  expect((await evaluated(queued({ body: '{' }), { deadLetter })).failed).toEqual(['m-0']);
  const last = queued(message([13], { receives: 5 }));
  expect((await evaluated(last, { deadLetter })).failed).toEqual(['m-0']);
});

test('a message that cannot be split is delivered again, not lost', async () => {
  const split = async () => {
    throw new Error('the queue is gone');
  };
  const again = queued(message([1, 2], { receives: 2 }));
  expect((await evaluated(again, { split })).failed).toEqual(['m-0']);
});

const timers = [
  { alarm_id: '00000000-0000-4000-8000-000000000001', due: '2026-01-01T00:01:00.000Z' },
];
test('timers that fell due are decided, and counted with the rest', async () => {
  const done = await evaluated(queued({ body: { timeouts: timers } }, message([1])));
  expect([done.timeouts, done.evaluations, done.failed]).toEqual([timers, [['e-1']], []]);
  expect(done.totals).toEqual([
    { messages: 2, events: 1, candidates: 3, fired: 2, published: 2, groups: 0 },
  ]);
});

test('timers that cannot be decided are delivered again, and not split', async () => {
  const evaluateTimeouts = async () => Promise.reject(new Error('no table'));
  const body = { timeouts: timers };
  const done = await evaluated(queued({ body, receives: 4 }), { evaluateTimeouts });
  expect([done.failed, done.splits, done.deadLettered]).toEqual([['m-0'], [], []]);
});

test.each([[{ timeouts: [] }], [{ timeouts: [{ alarm_id: 'x', due: 'y' }] }]])(
  '%j is no message of timers',
  async (body) => {
    const done = await evaluated(queued({ body }));
    expect([done.timeouts, done.deadLettered.length]).toEqual([[], 1]);
  },
);

test('a message of a group is sent and counted, and is received again if it fails', async () => {
  const message = {
    group: { project_id: 'a', fault_id: id(50) },
    rows: [{ event_id: 'e-1', alarm_id: id(1) }],
  };
  const done = await evaluated(queued({ body: message }));
  expect([done.groups, done.evaluations, done.failed]).toEqual([[message], [], []]);
  expect(done.totals).toMatchObject([{ events: 0, fired: 0, groups: 1 }]);
  const sendGroups = async () => {
    throw new Error('gone');
  };
  const failed = await evaluated(queued({ body: message, receives: 3 }), { sendGroups });
  expect([failed.failed.length, failed.deadLettered]).toEqual([1, []]);
});

test('a test of an alarm is sent and not counted, and is received again if it fails', async () => {
  const message = { test: { event_id: id(7), alarm_id: id(1) } };
  const done = await evaluated(queued({ body: message }));
  expect([done.tests, done.evaluations, done.failed]).toEqual([[message.test], [], []]);
  expect(done.totals).toMatchObject([{ events: 0, fired: 0, published: 0, groups: 0 }]);
  const sendTest = async () => Promise.reject(new Error('gone'));
  const failed = await evaluated(queued({ body: message, receives: 3 }), { sendTest });
  expect([failed.failed.length, failed.deadLettered]).toEqual([1, []]);
});
