/** One alarm and the events that may concern it. Decides which firings can be written at once. */
import type { Alarm } from '../domain/alarms/alarm.ts';
import { cannotBeEvaluated, type Decision, decide } from '../domain/alarms/evaluate.ts';
import {
  type Chain,
  type Firing,
  firingOf,
  groupedFiring,
  heldFiring,
} from '../domain/alarms/firing.ts';
import { type Hold, hasNotification } from '../domain/alarms/outbox-row.ts';
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
  readonly alarm: Alarm;
  readonly events: readonly DoctorEvent[];
  readonly holdOf?: HoldOf | undefined;
  readonly isGrouped?: boolean;
};
/** A chain with its events. */
export type Step = {
  readonly chain: Chain;
  readonly events: readonly DoctorEvent[];
};

/** What a lane can write at once, and the lane with the events that come after it. */
export type Turn = {
  readonly steps: readonly Step[];
  readonly left: AlarmLane;
  readonly unreadable?: Unreadable;
};

/** The outcome of a chain. `already`: the positions of the firings whose rows another writer has written. */
export type ChainOutcome = 'written' | 'alarm changed' | { readonly already: readonly number[] };

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
 * What a lane can write at once: single notices that do not change the alarm, and then the first chain
 * that does. If the alarm cannot be read, no events are left.
 */
export function turnOf(deps: StepDeps, lane: AlarmLane): Turn {
  const steps: Step[] = [];
  const chain: Firing[] = [];
  const ofChain: DoctorEvent[] = [];
  const events = [...lane.events];
  const now = deps.now();
  let { alarm } = lane;
  while (weightOf(chain) <= weightPerTransaction - 1) {
    const event = events.shift();
    if (!event) break;
    const decision = decided(deps, alarm, event);
    if (decision.kind === 'nothing') continue;
    if (decision.kind === 'unreadable') {
      if (chain.length === 0)
        return { steps, left: { ...lane, events: [] }, unreadable: unreadableBy(alarm, decision) };
      // The chain so far is written first.
      events.unshift(event);
      break;
    }
    const firing = asSent(lane, { firing: firingOf(alarm, event, decision, now), event, now });
    if (chain.length === 0 && !firing.to) {
      steps.push({ chain: [firing], events: [event] });
      continue;
    }
    chain.push(firing);
    ofChain.push(event);
    alarm = firing.to ?? alarm;
  }
  if (chain.length > 0) steps.push({ chain, events: ofChain });
  return { steps, left: { ...lane, events } };
}

const unreadableBy = (
  { alarm_id, revision, state_reason }: Alarm,
  { reason }: { readonly reason: string },
): Unreadable => ({ alarm_id, revision, reason, isReported: state_reason === reason });

/**
 * A lane after its turn. Events whose chain was not written are back in it, but for those whose rows
 * another writer has written.
 * @param outcomes undefined for a chain whose transaction threw.
 * @returns `isStale`: another writer changed the alarm, so it must be read again.
 */
export function laneAfter(
  { steps, left }: Turn,
  outcomes: ReadonlyMap<Step, ChainOutcome | undefined>,
): { readonly lane: AlarmLane; readonly isStale: boolean } {
  // Only the last chain of a turn changes the alarm. Notices before it need no second attempt.
  const last = steps.at(-1);
  const to = last?.chain.findLast((firing) => firing.to)?.to;
  if (!last || !to) return { lane: left, isStale: false };
  const outcome = outcomes.get(last);
  if (outcome === 'written') return { lane: { ...left, alarm: to }, isStale: false };
  const already = typeof outcome === 'object' ? outcome.already : [];
  const again = last.events.filter((_, position) => !already.includes(position));
  return { lane: { ...left, events: [...again, ...left.events] }, isStale: true };
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
