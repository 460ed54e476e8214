/** Events that were sent beside the transaction of their fault. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { evaluateEvents } from '../../flows/evaluate-events.ts';
import { isProven, type ProofState } from '../../flows/proven.ts';
import { id } from '../domain/rows.ts';
import { change, evaluationWorld } from './evaluation-world.ts';

const proof = { host: 'compute-1', number: 1, write_id: id(900) };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Returns the states one after the other; the last one is repeated. */
async function asked(states: readonly ProofState[]) {
  let reads = 0;
  const answer = isProven(
    { proofState: async () => states[Math.min(reads++, states.length - 1)] ?? 'open' },
    proof,
  );
  const [result] = await Promise.all([answer, vi.runAllTimersAsync()]);
  return { result, reads };
}

test.each([
  { states: ['written'], result: true, reads: 1 },
  { states: ['open', 'open', 'written'], result: true, reads: 3 },
  // Another transaction has the place, so the evaluation does not wait.
  { states: ['refused'], result: false, reads: 1 },
  { states: ['open', 'refused'], result: false, reads: 2 },
  { states: ['open'], result: false, reads: 9 },
] as const)('$states: $result after $reads reads', async ({ states, result, reads }) => {
  expect(await asked(states)).toEqual({ result, reads });
});

test('a proof that does not show is waited for during one second at most', async () => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const began = Date.now();
  isProven({ proofState: async () => 'open' }, proof).then(resolve);
  await vi.runAllTimersAsync();
  expect(await promise).toBe(false);
  expect(Date.now() - began).toBeLessThanOrEqual(1_050);
});

/** An evaluation whose proof is in this state. */
function world(state: ProofState) {
  const { file, deps, transitions, interruptions, alarms } = evaluationWorld();
  const read = { proofs: 0 };
  const armed: unknown[] = [];
  const evaluate = (events = [change(1)]) =>
    evaluateEvents(
      {
        ...deps,
        arm: async (from, to) => {
          armed.push(to);
          return deps.arm(from, to);
        },
        proofState: async () => {
          read.proofs += 1;
          return state;
        },
      },
      events,
      { proof },
    );
  return { file, evaluate, transitions, read, armed, interruptions, alarms };
}

/** An alarm on the event, and one on its absence. */
const both = [{}, { rule: { event_type: '*', query: [], timeout: 60 } }];

test('events that happened fire and arm alarms, with one read of the proof', async () => {
  const { file, evaluate, transitions, read, armed } = world('written');
  file(...both);
  await evaluate();
  expect(transitions()).toContain('m-1 insufficient data→alarm');
  expect(armed).toHaveLength(1);
  expect(read.proofs).toBe(1);
});

test('events that did not happen fire and arm nothing, and their ids stay free', async () => {
  const { file, evaluate, transitions, armed, alarms } = world('refused');
  file(...both);
  const before = [...alarms.values()];
  expect(await evaluate()).toEqual({ candidates: 0, fired: 0, published: 0 });
  expect(transitions()).toEqual([]);
  expect(armed).toEqual([]);
  expect([...alarms.values()]).toEqual(before);
});

test('the proof is not read if no alarm may match', async () => {
  const { evaluate, read } = world('written');
  await evaluate();
  expect(read.proofs).toBe(0);
});
