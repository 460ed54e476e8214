/**
 * Does what the events of a message do to alarms, each (alarm, event) once: the history row is
 * written with the alarm's new state, and whoever wrote it publishes it.
 */
import type { Alarm } from '../domain/alarms/alarm.ts';
import { visibleTo } from '../domain/alarms/evaluate.ts';
import { type Chain, isTold, type OutboxRow } from '../domain/alarms/firing.ts';
import type { DoctorEvent } from '../domain/events/event.ts';
import { packed } from '../domain/slices.ts';
import {
  type Lane,
  type Step,
  stepsOf,
  type Unreadable,
  weightOf,
  weightPerTransaction,
} from './alarm-lane.ts';
import { type DeliverDeps, deliver } from './deliver.ts';
import { type Cursor, type FindDeps, findCandidates, type Rest } from './find-candidates.ts';

/** What became of a chain: else the positions of the firings whose rows somebody else has written. */
export type Fired = 'written' | 'alarm changed' | { readonly already: readonly number[] };

export type AlarmsRead = {
  readonly alarms: readonly Alarm[];
  readonly unreadable: readonly Unreadable[];
};

/** How much one evaluation asks for at once. */
export type Pace = {
  /** Firings under way: more wait for each other's connections, until some are given up for hung. */
  readonly firings: number;
  /** Firings in a transaction, at most ten. */
  readonly perTransaction: number;
  /** Whether alarms that name a resource are left for later as well, if they are many. */
  readonly slicesNamed: boolean;
  /** Whether more is fired while what was fired is told of. */
  readonly tellMeanwhile: boolean;
};

/** For what is urgent: as much as one function can have under way. */
export const fullPace: Pace = {
  firings: 160,
  perTransaction: weightPerTransaction,
  slicesNamed: false,
  tellMeanwhile: true,
};
/** For what can wait: one short request at a time, so that what is urgent waits for no long work. */
export const gentlePace: Pace = {
  firings: 5,
  perTransaction: 5,
  slicesNamed: true,
  tellMeanwhile: false,
};

export type EvaluateDeps = DeliverDeps &
  FindDeps & {
    readonly pace: Pace;
    /** Durably queues events for the alarms that are left for later. */
    readonly sendRest: (rest: Rest) => Promise<void>;
    /** Alarms read consistently, in any order; what does not exist is left out. */
    readonly alarms: (ids: readonly string[]) => Promise<AlarmsRead>;
    /** Chains of at most ten firings in all in one transaction, no two of one alarm's state; in their order. */
    readonly fire: (chains: readonly Chain[]) => Promise<readonly Fired[]>;
    /** Says on the alarm why it is not evaluated; not if it was changed since it was read. */
    readonly report: (unreadable: Unreadable) => Promise<unknown>;
    readonly now: () => string;
  };

export type Evaluated = {
  /** Alarms read and decided upon. */
  readonly candidates: number;
  readonly fired: number;
  readonly published: number;
};

/**
 * Evaluates the events; with a rest of before, for those alarms alone. What is left for later is queued meanwhile. Safe to repeat: what was written before is skipped.
 * @throws what a read, write or send threw, after all that was written is published.
 */
export async function evaluateEvents(
  deps: EvaluateDeps,
  events: readonly DoctorEvent[],
  from?: Cursor,
): Promise<Evaluated> {
  const failures: unknown[] = [];
  const { lanes, rests } = await lanesOf(deps, events, from);
  const queued = Promise.all(rests.map(deps.sendRest)).catch((error) => failures.push(error));
  const written: OutboxRow[] = [];
  const deliveries: Promise<number>[] = [];
  const reports: Promise<unknown>[] = [];
  for (let open = lanes; open.length > 0 && failures.length === 0; ) {
    const steps = open.flatMap((lane) => {
      const { steps, unreadable } = stepsOf(deps, lane);
      if (unreadable) reports.push(report(deps, unreadable));
      return steps;
    });
    const outcomes: (Fired | undefined)[] = [];
    for (const some of packed(steps, { size: deps.pace.firings, sizeOf: roomOf })) {
      const fired = await fireAll(deps, some, failures);
      const rows = some.flatMap(({ chain }, n) => (fired[n] === 'written' ? toldIn(chain) : []));
      outcomes.push(...fired);
      written.push(...rows);
      const delivery = deliver(deps, rows);
      deliveries.push(delivery);
      if (!deps.pace.tellMeanwhile) await delivery;
    }
    open = await lanesLeft(deps, steps, outcomes).catch((error: unknown) => {
      failures.push(error);
      return [];
    });
  }
  await Promise.all([...reports, queued]);
  const published = await Promise.all(deliveries);
  if (failures.length > 0) throw failures[0];
  return {
    candidates: lanes.length,
    fired: written.length,
    published: published.reduce((sum, count) => sum + count, 0),
  };
}

const roomOf = ({ chain }: Step): number => weightOf(chain);
const toldIn = (chain: Chain): OutboxRow[] => chain.map(({ row }) => row).filter(isTold);

/** The alarms that the index shows for the events, read consistently, each with its events. */
async function lanesOf(
  deps: EvaluateDeps,
  events: readonly DoctorEvent[],
  from: Cursor | undefined,
): Promise<{ readonly lanes: Lane[]; readonly rests: readonly Rest[] }> {
  const { eventsOf, rests } = await findCandidates(deps, events, {
    from,
    slicesNamed: deps.pace.slicesNamed,
  });
  const alarms = await readable(deps, [...eventsOf.keys()]);
  const lanes = alarms.map((alarm) => ({
    alarm,
    events: (eventsOf.get(alarm.alarm_id) ?? []).map((event) => visibleTo(alarm, event)),
  }));
  return { lanes, rests };
}

/** The alarms that can be read; of the others their owners are told. */
async function readable(deps: EvaluateDeps, ids: readonly string[]): Promise<readonly Alarm[]> {
  if (ids.length === 0) return [];
  const { alarms, unreadable } = await deps.alarms(ids);
  await Promise.all(unreadable.map((each) => report(deps, each)));
  return alarms;
}

/** Tells an alarm's owner once that it cannot be evaluated. That this fails harms no other alarm. */
async function report(deps: EvaluateDeps, unreadable: Unreadable): Promise<void> {
  if (unreadable.isReported) return;
  try {
    await deps.report(unreadable);
  } catch (error) {
    deps.interrupted('report', error);
  }
}

/** Fires all; an outcome is undefined where its transaction threw, which `failures` then holds. */
async function fireAll(
  deps: EvaluateDeps,
  steps: readonly Step[],
  failures: unknown[],
): Promise<(Fired | undefined)[]> {
  const outcomes = await Promise.all(
    packed(steps, { size: deps.pace.perTransaction, sizeOf: roomOf }).map(
      async (group): Promise<readonly (Fired | undefined)[]> => {
        try {
          return await deps.fire(group.map(({ chain }) => chain));
        } catch (error) {
          failures.push(error);
          return group.map(() => undefined);
        }
      },
    ),
  );
  return outcomes.flat();
}

/** The lanes with events left, their alarms as they are now. */
async function lanesLeft(
  deps: EvaluateDeps,
  steps: readonly Step[],
  outcomes: readonly (Fired | undefined)[],
): Promise<Lane[]> {
  const lanes = new Set<Lane>();
  const stale = new Set<Lane>();
  for (const [n, { chain, events, lane }] of steps.entries()) {
    lanes.add(lane);
    const outcome = outcomes[n];
    const changes = chain.findLast(({ to }) => to)?.to;
    if (outcome === 'written' && changes) lane.alarm = changes;
    if (outcome === 'written' || !changes) continue;
    stale.add(lane);
    const already = typeof outcome === 'object' ? outcome.already : [];
    lane.events.unshift(...events.filter((_, position) => !already.includes(position)));
  }
  const left = [...lanes].filter(({ events }) => events.length > 0);
  const ids = left.filter((lane) => stale.has(lane)).map(({ alarm }) => alarm.alarm_id);
  const fresh = new Map((await readable(deps, ids)).map((alarm) => [alarm.alarm_id, alarm]));
  return left.flatMap((lane) => {
    if (!stale.has(lane)) return [lane];
    const alarm = fresh.get(lane.alarm.alarm_id);
    return alarm ? [{ ...lane, alarm }] : [];
  });
}
