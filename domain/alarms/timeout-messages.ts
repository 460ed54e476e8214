/** How timers that fall due soon are queued for the evaluator. */
import { mostTimeouts, type TimeoutMessage } from '../events/messages.ts';
import { inTurns } from '../in-turns.ts';
import { slices } from '../slices.ts';
import type { DueTimer } from './absence.ts';

/** A timer of an alarm in a project. */
export type ProjectTimer = DueTimer & { readonly project_id: string };

/** A message of timers, to be delivered after the delay. */
export type DelayedTimeouts = {
  readonly project_id: string;
  readonly message: TimeoutMessage;
  /** Whole seconds, as SQS takes them. */
  readonly delaySeconds: number;
};

/** The whole seconds until a timer falls due, so that it is not delivered before; 0 if it is due. */
const delayOf = (due: string, now: string): number =>
  Math.max(0, Math.ceil((Date.parse(due) - Date.parse(now)) / 1_000));

/**
 * The messages of the timers. Each has at most 250 of one project that fall due in the same second.
 * The projects take turns, so that no project's messages are behind all of another's.
 */
export function timeoutMessages(timers: readonly ProjectTimer[], now: string): DelayedTimeouts[] {
  const byProject = Map.groupBy(timers, ({ project_id }) => project_id);
  const shares = [...byProject].map(([project_id, its]) =>
    [...Map.groupBy(its, ({ due }) => delayOf(due, now))].flatMap(([delaySeconds, some]) => {
      const timeouts = some.map(({ alarm_id, due }) => ({ alarm_id, due }));
      return slices(timeouts, mostTimeouts).map(
        (part): DelayedTimeouts => ({ project_id, message: { timeouts: part }, delaySeconds }),
      );
    }),
  );
  return inTurns(shares);
}
