/**
 * Fires every alarm that the events of a message concern, each (alarm, event) once: the history row
 * of a firing is written with the alarm's new state, and whoever wrote it publishes it.
 */
import type { Alarm } from '../domain/alarm.ts';
import { decide, visibleTo } from '../domain/evaluate.ts';
import type { DoctorEvent } from '../domain/event.ts';
import { type Firing, firingOf, type OutboxRow } from '../domain/firing.ts';
import { lookupKeysOfEvent } from '../domain/lookup.ts';
import { slices } from '../domain/slices.ts';
import { type DeliverDeps, deliver } from './deliver.ts';

/** What became of a firing. */
export type Fired = 'written' | 'already written' | 'alarm changed';

export type EvaluateDeps = DeliverDeps & {
  /** Ids of the alarms that are to be found under each key, as the index shows them. */
  readonly alarmsUnder: (
    keys: readonly string[],
  ) => Promise<ReadonlyMap<string, readonly string[]>>;
  /** Alarms read consistently, in any order; what does not exist is left out. */
  readonly alarms: (ids: readonly string[]) => Promise<readonly Alarm[]>;
  /** At most ten firings in one transaction, none of two changing the same alarm; in their order. */
  readonly fire: (firings: readonly Firing[]) => Promise<readonly Fired[]>;
  readonly now: () => string;
};

export type Evaluated = {
  /** Alarms read and decided upon. */
  readonly candidates: number;
  readonly fired: number;
  readonly published: number;
};

/** One alarm with the events that may concern it, in their order. */
type Lane = { alarm: Alarm; events: DoctorEvent[] };
/** A firing with the lane that waits for its outcome; a notice's lane does not wait. */
type Step = { readonly firing: Firing; readonly lane: Lane };

const firingsPerTransaction = 10;
/** Firings under way: more wait for each other's connections, until some are given up for hung. */
const firingsAtOnce = 160;

/**
 * Evaluates the events. Safe to repeat: what was written before is skipped.
 * @throws what a read or write threw, after all that was written is published.
 */
export async function evaluateEvents(
  deps: EvaluateDeps,
  events: readonly DoctorEvent[],
): Promise<Evaluated> {
  const lanes = await lanesOf(deps, events);
  const written: OutboxRow[] = [];
  const failures: unknown[] = [];
  const deliveries: Promise<number>[] = [];
  for (let open = lanes; open.length > 0 && failures.length === 0; ) {
    const steps = open.flatMap((lane) => stepsOf(lane, deps.now()));
    const outcomes: (Fired | undefined)[] = [];
    for (const some of slices(steps, firingsAtOnce)) {
      const fired = await fireAll(deps, some, failures);
      const rows = some.flatMap(({ firing }, n) => (fired[n] === 'written' ? [firing.row] : []));
      outcomes.push(...fired);
      written.push(...rows);
      deliveries.push(deliver(deps, rows));
    }
    open = await lanesLeft(deps, steps, outcomes).catch((error: unknown) => {
      failures.push(error);
      return [];
    });
  }
  const published = await Promise.all(deliveries);
  if (failures.length > 0) throw failures[0];
  return {
    candidates: lanes.length,
    fired: written.length,
    published: published.reduce((sum, count) => sum + count, 0),
  };
}

/** The alarms that the index shows for the events, read consistently, each with its events. */
async function lanesOf(deps: EvaluateDeps, events: readonly DoctorEvent[]): Promise<Lane[]> {
  const distinct = [...new Map(events.map((event) => [event.message_id, event])).values()];
  const keysOf = new Map(distinct.map((event) => [event, lookupKeysOfEvent(event)]));
  const under = await deps.alarmsUnder([...new Set([...keysOf.values()].flat())]);
  const eventsOf = new Map<string, DoctorEvent[]>();
  for (const [event, keys] of keysOf) {
    for (const id of new Set(keys.flatMap((key) => under.get(key) ?? []))) {
      eventsOf.set(id, [...(eventsOf.get(id) ?? []), event]);
    }
  }
  const alarms = eventsOf.size > 0 ? await deps.alarms([...eventsOf.keys()]) : [];
  return alarms.map((alarm) => ({
    alarm,
    events: (eventsOf.get(alarm.alarm_id) ?? []).map((event) => visibleTo(alarm, event)),
  }));
}

/**
 * What a lane may write at once: notices, up to and with the first transition. Events are taken
 * from the lane, but that of the transition, which is decided again if it fails.
 */
function stepsOf(lane: Lane, now: string): Step[] {
  const steps: Step[] = [];
  for (let event = lane.events[0]; event; event = lane.events[0]) {
    const decision = decide(lane.alarm, event);
    if (decision.kind !== 'nothing') {
      steps.push({ firing: firingOf(lane.alarm, event, decision, now), lane });
      if (decision.kind === 'transition') return steps;
    }
    lane.events.shift();
  }
  return steps;
}

/** Fires all; an outcome is undefined where its transaction threw, which `failures` then holds. */
async function fireAll(
  deps: EvaluateDeps,
  steps: readonly Step[],
  failures: unknown[],
): Promise<(Fired | undefined)[]> {
  const outcomes = await Promise.all(
    slices(steps, firingsPerTransaction).map(
      async (group): Promise<readonly (Fired | undefined)[]> => {
        try {
          return await deps.fire(group.map(({ firing }) => firing));
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
  const left = new Set<Lane>();
  const stale = new Set<Lane>();
  for (const [n, { firing, lane }] of steps.entries()) {
    if (!firing.to) continue;
    if (outcomes[n] === 'written') lane.alarm = firing.to;
    else stale.add(lane);
    if (outcomes[n] !== 'alarm changed') lane.events.shift();
    if (lane.events.length > 0) left.add(lane);
  }
  const ids = [...left].filter((lane) => stale.has(lane)).map(({ alarm }) => alarm.alarm_id);
  if (ids.length === 0) return [...left];
  const fresh = new Map((await deps.alarms(ids)).map((alarm) => [alarm.alarm_id, alarm]));
  return [...left].flatMap((lane) => {
    if (!stale.has(lane)) return [lane];
    const alarm = fresh.get(lane.alarm.alarm_id);
    return alarm ? [{ ...lane, alarm }] : [];
  });
}
