/** One alarm and the events that may concern it: what is decided for it, and may be written at once. */
import type { Alarm } from '../domain/alarms/alarm.ts';
import { cannotBeEvaluated, type Decision, decide } from '../domain/alarms/evaluate.ts';
import { type Chain, type Firing, firingOf, isTold } from '../domain/alarms/firing.ts';
import type { DoctorEvent } from '../domain/events/event.ts';
import type { EventsOut } from './events-out.ts';

/** One alarm with the events that may concern it, oldest first. */
export type Lane = { alarm: Alarm; events: DoctorEvent[] };
/** A chain with its events and the lane that waits for its outcome; notices alone are not waited for. */
export type Step = {
  readonly chain: Chain;
  readonly events: readonly DoctorEvent[];
  readonly lane: Lane;
};

/** An alarm of which nobody can tell what it waits for, and why. */
export type Unreadable = {
  readonly alarm_id: string;
  /** Undefined if not even that can be read. */
  readonly revision: number | undefined;
  readonly reason: string;
  /** Whether the alarm says so already. */
  readonly isReported: boolean;
};

/** A transaction takes 4 MB, and 100 actions: ten rows that are told, or four times as many notes. */
export const weightPerTransaction = 10;
const noteWeight = 1 / 4;

/** The part of a transaction's room that the chain takes; its alarm is counted with its rows. */
export const weightOf = (chain: Chain): number =>
  chain.reduce((sum, { row }) => sum + (isTold(row) ? 1 : noteWeight), 0);

type StepDeps = Pick<EventsOut, 'interrupted'> & { readonly now: () => string };

/**
 * What a lane may write at once: notices that change nothing, each for itself, up to and with the first
 * chain that changes the alarm. Events are taken from the lane. Of an alarm that cannot be read
 * the rest of the events is dropped.
 */
export function stepsOf(
  deps: StepDeps,
  lane: Lane,
): { readonly steps: Step[]; readonly unreadable?: Unreadable } {
  const steps: Step[] = [];
  const chain: Firing[] = [];
  const events: DoctorEvent[] = [];
  const now = deps.now();
  let alarm = lane.alarm;
  while (weightOf(chain) <= weightPerTransaction - 1) {
    const event = lane.events.shift();
    if (!event) break;
    const decision = decided(deps, alarm, event);
    if (decision.kind === 'nothing') continue;
    if (decision.kind === 'unreadable') {
      // What was decided before is written first.
      lane.events = chain.length > 0 ? [event, ...lane.events] : [];
      if (chain.length > 0) break;
      const { alarm_id, revision, state_reason } = alarm;
      const { reason } = decision;
      const isReported = state_reason === reason;
      return { steps, unreadable: { alarm_id, revision, reason, isReported } };
    }
    const firing = firingOf(alarm, event, decision, now);
    if (chain.length === 0 && !firing.to) {
      steps.push({ chain: [firing], events: [event], lane });
      continue;
    }
    chain.push(firing);
    events.push(event);
    alarm = firing.to ?? alarm;
  }
  if (chain.length > 0) steps.push({ chain, events, lane });
  return { steps };
}

/** The decision; an alarm on which we fail ourselves counts as one that cannot be read. */
function decided(deps: StepDeps, alarm: Alarm, event: DoctorEvent): Decision {
  try {
    return decide(alarm, event);
  } catch (error) {
    deps.interrupted('decision', error);
    return { kind: 'unreadable', reason: `${cannotBeEvaluated}: an error of the service.` };
  }
}
