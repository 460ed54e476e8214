/** Puts the reconciler together: handler, flow, and the delays of what it sends. */
import type { DoctorEvent } from '../../domain/events/event.ts';
import type { FinishMessage } from '../../domain/events/messages.ts';
import { type ReconcileDeps, reconcile } from '../../flows/reconcile.ts';
import { type ReconcilerDeps, reconciler } from './handler.ts';

export type ReconcilerParts<Batch> = Pick<ReconcilerDeps<Batch>, 'read' | 'log'> &
  Omit<ReconcileDeps, 'sendCopies' | 'sendFinish'> & {
    /** Durably queues the events, to be delivered after the delay. */
    readonly sendEvents: (
      events: readonly DoctorEvent[],
      sending: { readonly delaySeconds: number; readonly copy: true },
    ) => Promise<void>;
    /** Durably queues the messages, once for each delay in seconds. */
    readonly sendFinish: (
      messages: readonly FinishMessage[],
      delays: readonly number[],
    ) => Promise<void>;
    /** How long after a change its safe copy is delivered. */
    readonly safeLaneDelaySeconds: number;
    /** How long after a report its work is checked again, in seconds. */
    readonly finishDelaysSeconds: readonly number[];
  };

/** The handler of the streams. */
export function compose<Batch>({ read, log, ...parts }: ReconcilerParts<Batch>) {
  const flow: ReconcileDeps = {
    ...parts,
    sendCopies: (events) =>
      parts.sendEvents(events, { delaySeconds: parts.safeLaneDelaySeconds, copy: true }),
    sendFinish: (messages) => parts.sendFinish(messages, parts.finishDelaysSeconds),
  };
  return reconciler({ read, reconcile: (changes) => reconcile(flow, changes), log });
}
