/** Puts an evaluator together: handler and flow, at its pace. */
import type { DoctorEvent } from '../../domain/events/event.ts';
import type { EventMessage } from '../../domain/events/messages.ts';
import {
  type EvaluateDeps,
  evaluateEvents,
  fullPace,
  gentlePace,
} from '../../flows/evaluate-events.ts';
import { type EvaluateTimeoutsDeps, evaluateTimeouts } from '../../flows/evaluate-timeouts.ts';
import { type KeepOutsideDeps, keepOutsideEvents } from '../../flows/keep-outside-events.ts';
import { lastCounts } from '../../flows/last-counts.ts';
import { type SendGroupsDeps, sendGroups } from '../../flows/send-groups.ts';
import { type SendTestDeps, sendTest } from '../../flows/send-test.ts';
import { alarmEvaluator, type EvaluatorDeps } from './handler.ts';

/** Events in a message for deferred alarms: with the alarms of a slice they are a short piece of work. */
const perRest = 10;

export type EvaluatorParts = Pick<EvaluatorDeps, 'deadLetter' | 'count' | 'log'> &
  Omit<EvaluateDeps, 'pace' | 'sendRest' | 'lastCounts'> &
  SendGroupsDeps &
  SendTestDeps &
  KeepOutsideDeps &
  Pick<EvaluateTimeoutsDeps, 'transactionsAtOnce'> & {
    /** `gentle`: one message after the other, with few reads and writes at once. */
    readonly pace: 'full' | 'gentle';
    /** Durably queues the events in their lane, at most `perMessage` in a message. */
    readonly sendEvents: (
      events: readonly DoctorEvent[],
      sending: Partial<Omit<EventMessage, 'events'>> & { readonly perMessage: number },
    ) => Promise<void>;
  };

/** The handler of queues of events. */
export function compose({ pace, deadLetter, count, log, ...parts }: EvaluatorParts) {
  const flow: EvaluateDeps = {
    ...parts,
    lastCounts: lastCounts(),
    pace: pace === 'gentle' ? gentlePace : fullPace,
    sendRest: ({ events, rest }, isCopy) =>
      parts.sendEvents(events, {
        lane: 'wide',
        rest,
        perMessage: perRest,
        ...(isCopy && { copy: true }),
      }),
  };
  return alarmEvaluator({
    evaluate: (events, which) => evaluateEvents(flow, events, which),
    keepOutside: (message) => keepOutsideEvents(parts, message),
    evaluateTimeouts: (timers) => evaluateTimeouts(parts, timers),
    sendGroups: (message) => sendGroups(parts, message),
    sendTest: (message) => sendTest(parts, message),
    split: ({ events, ...message }) => parts.sendEvents(events, { ...message, perMessage: 1 }),
    inOrder: pace === 'gentle',
    deadLetter,
    count,
    log,
  });
}
