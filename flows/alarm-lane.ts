/** One alarm and the events that may concern it. Decides which firings can be written at once. */
import type { Alarm } from '../domain/alarms/alarm.ts';
import { cannotBeEvaluated, type Decision, decide } from '../domain/alarms/evaluate.ts';
import {
  type Chain,
  type Firing,
  firingOf,
  groupedFiring,
  type Hold,
  hasNotification,
  heldFiring,
} from '../domain/alarms/firing.ts';
import type { DoctorEvent } from '../domain/events/event.ts';
import type { EventsOut } from './events-out.ts';

/**
 * The silence that holds back the notification of an event for an alarm; undefined if none does.
 */
export type HoldOf = (alarm: Alarm, event: DoctorEvent, now: string) => Hold | undefined;

/**
 * One alarm with the events that may concern it, oldest first. Without `holdOf`, nothing is silenced.
 * `isGrouped`: its project has subscriptions that want groups.
 */
export type AlarmLane = {
  alarm: Alarm;
  events: DoctorEvent[];
  holdOf?: HoldOf | undefined;
  isGrouped?: boolean;
};
/** A chain with its events. Its lane goes on after its outcome, unless the chain is a notice only. */
export type Step = {
  readonly chain: Chain;
  readonly events: readonly DoctorEvent[];
  readonly lane: AlarmLane;
};

/** An alarm whose rule cannot be read, and why. */
export type Unreadable = {
  readonly alarm_id: string;
  /** Undefined if the project cannot be read either. */
  readonly revision: number | undefined;
  readonly reason: string;
  /** True if the alarm has this reason already. */
  readonly isReported: boolean;
};

/**
 * The weight of a transaction, which has at most 4 MB and 100 actions: ten rows with a
 * notification, or forty without.
 */
export const weightPerTransaction = 10;
const noteWeight = 1 / 4;

/** The weight of the chain, its alarm included, out of `weightPerTransaction`. */
export const weightOf = (chain: Chain): number =>
  chain.reduce((sum, { row }) => sum + (hasNotification(row) ? 1 : noteWeight), 0);

type StepDeps = Pick<EventsOut, 'interrupted'> & { readonly now: () => string };

/**
 * The chains that a lane can write at once: single notices that do not change the alarm, and then the
 * first chain that does. Their events are removed from the lane. If the alarm cannot be read, all
 * events are removed.
 */
export function stepsOf(
  deps: StepDeps,
  lane: AlarmLane,
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
      // The chain so far is written first.
      lane.events = chain.length > 0 ? [event, ...lane.events] : [];
      if (chain.length > 0) break;
      const { alarm_id, revision, state_reason } = alarm;
      const { reason } = decision;
      const isReported = state_reason === reason;
      return { steps, unreadable: { alarm_id, revision, reason, isReported } };
    }
    const firing = asSent(lane, { firing: firingOf(alarm, event, decision, now), event, now });
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

type Fired = { readonly firing: Firing; readonly event: DoctorEvent; readonly now: string };

/** The firing as it is sent: held back by a silence, as a part of a group, or by itself. */
function asSent({ isGrouped, holdOf }: AlarmLane, { firing, event, now }: Fired): Firing {
  const sent = isGrouped ? groupedFiring(firing) : firing;
  const hold = holdOf?.(firing.to ?? firing.from, event, now);
  return hold ? heldFiring(sent, hold) : sent;
}

/** The decision. If it throws, the alarm counts as one that cannot be read. */
function decided(deps: StepDeps, alarm: Alarm, event: DoctorEvent): Decision {
  try {
    return decide(alarm, event);
  } catch (error) {
    deps.interrupted('decision', error);
    return { kind: 'unreadable', reason: `${cannotBeEvaluated}: an error of the service.` };
  }
}
