/**
 * Evaluates the events of a queue, and alarms whose timers fell due, and sends groups of what was
 * fired, and tests of alarms. A message that fails is delivered again. From its second receive on it is split into
 * messages of one event each. So an event that cannot be evaluated does not block others, and is
 * sent to the dead-letter queue with the reason.
 */
import * as z from 'zod';
import { type Log, onQueue, type QueueMessage } from '../../adapters/lambda.ts';
import type { DoctorEvent } from '../../domain/events/event.ts';
import {
  type DeadLetter,
  EventMessage,
  GroupMessage,
  TestMessage,
  TimeoutMessage,
} from '../../domain/events/messages.ts';
import type { Evaluated, Evaluation } from '../../flows/evaluate-events.ts';

/** The counts of an invocation, for logs and metrics. */
export type EvaluatorTotals = Evaluated & {
  readonly messages: number;
  readonly events: number;
  /** Groups that were sent. */
  readonly groups: number;
};

/** What the evaluator needs from outside. */
export type EvaluatorDeps = {
  /** Evaluates the events, as the message says of them. */
  readonly evaluate: (events: readonly DoctorEvent[], which: Evaluation) => Promise<Evaluated>;
  /** Keeps events from outside for previews of alarms. Never throws. */
  readonly keepOutside: (message: EventMessage) => Promise<void>;
  /** Decides about alarms whose timers fell due. */
  readonly evaluateTimeouts: (timers: TimeoutMessage['timeouts']) => Promise<Evaluated>;
  /** Sends the rows of the message that are in no group yet. @returns the number of groups. */
  readonly sendGroups: (message: GroupMessage) => Promise<number>;
  /** Sends a test of an alarm, unless it was sent before. */
  readonly sendTest: (message: TestMessage) => Promise<void>;
  /**
   * Queues each event as a message of its own, with the lane and rest of the message, and its
   * attempts so far.
   */
  readonly split: (message: EventMessage) => Promise<void>;
  /** Sends events that are given up, and bodies that cannot be read, to the dead-letter queue. */
  readonly deadLetter: (letters: readonly DeadLetter[]) => Promise<void>;
  readonly count: (totals: EvaluatorTotals) => void;
  readonly log: Log;
  /** True: one message after the other; else all messages of a batch at once. */
  readonly inOrder?: boolean;
};

/** Receives of an event, alone or with others, before it is given up. */
const maxAttempts = 5;

type Done = Evaluated & Pick<EvaluatorTotals, 'events' | 'groups'>;
const nothing: Done = { events: 0, candidates: 0, fired: 0, published: 0, groups: 0 };

/** The handler of queues of events. */
export const alarmEvaluator = (deps: EvaluatorDeps) =>
  onQueue({
    log: deps.log,
    inOrder: deps.inOrder ?? false,
    consume: (message) => handleMessage(deps, message),
    report: (done) => {
      const total = (of: keyof Done) => done.reduce((sum, each) => sum + each[of], 0);
      const totals = {
        messages: done.length,
        events: total('events'),
        candidates: total('candidates'),
        fired: total('fired'),
        published: total('published'),
        groups: total('groups'),
      };
      deps.count(totals);
      deps.log.info('evaluated', totals);
    },
  });

async function handleMessage(deps: EvaluatorDeps, { body, receives }: QueueMessage): Promise<Done> {
  const message = readMessage(body);
  if (typeof message === 'string') {
    await deps.deadLetter([{ reason: message, element: body }]);
    return nothing;
  }
  // A message of timers, of a group or of a test that fails is delivered again as it is: what was done is
  // then stale.
  if ('timeouts' in message) {
    return { ...nothing, ...(await deps.evaluateTimeouts(message.timeouts)) };
  }
  if ('group' in message) return { ...nothing, groups: await deps.sendGroups(message) };
  if ('test' in message) {
    await deps.sendTest(message);
    return nothing;
  }
  const { events, rest, copy, proof } = message;
  const attempts = message.attempts + receives;
  if (receives > 1 && events.length > 1) {
    await deps.split({ ...message, attempts: attempts - 1 });
    return nothing;
  }
  try {
    if (attempts > maxAttempts) throw new Error('its evaluation never ended');
    const isCopy = copy || receives > 1;
    const evaluated = await deps.evaluate(events, { rest, proof, isCopy });
    await deps.keepOutside(message);
    return { ...nothing, ...evaluated, events: events.length };
  } catch (error) {
    if (events.length > 1 || attempts < maxAttempts) throw error;
    if (proof) {
      // Events that happened have safe copies, which need no proof. Others are nothing to evaluate again.
      deps.log.error('events with a proof are left to their safe copies', { attempts, error });
      return nothing;
    }
    const reason = `given up after ${attempts} attempts: ${String(error)}`;
    await deps.deadLetter(events.map((element) => ({ reason, element })));
    return nothing;
  }
}

/** The message in a body, or the reason why it cannot be read. */
function readMessage(
  body: string,
): EventMessage | TimeoutMessage | GroupMessage | TestMessage | string {
  try {
    const json: unknown = JSON.parse(body);
    const { data: other } = z.union([TimeoutMessage, GroupMessage, TestMessage]).safeParse(json);
    if (other) return other;
    const parsed = EventMessage.safeParse(json);
    return parsed.success ? parsed.data : `not a message of events: ${parsed.error.message}`;
  } catch {
    return 'not JSON';
  }
}
