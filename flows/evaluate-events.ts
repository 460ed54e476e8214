/**
 * Applies the events of a message to alarms, each pair of an alarm and an event once: the history row
 * is written in one transaction with the alarm's new state, and its writer publishes it.
 */
import type { Alarm } from '../domain/alarms/alarm.ts';
import { visibleTo } from '../domain/alarms/evaluate.ts';
import type { Chain } from '../domain/alarms/firing.ts';
import { isToSend, type OutboxRow } from '../domain/alarms/outbox-row.ts';
import type { Silence } from '../domain/alarms/silence.ts';
import type { Sent } from '../domain/delivery/notification-minute.ts';
import type { DoctorEvent } from '../domain/events/event.ts';
import type { EventMessage } from '../domain/events/messages.ts';
import { packed } from '../domain/slices.ts';
import {
  type AlarmLane,
  type ChainOutcome,
  laneAfter,
  type Step,
  type Turn,
  turnOf,
  type Unreadable,
  weightOf,
  weightPerTransaction,
} from './alarm-lane.ts';
import { type ArmDeps, armAlarms } from './arm-alarms.ts';
import { type DeliverDeps, deliver } from './deliver.ts';
import { type FindDeps, findCandidates, type Rest } from './find-candidates.ts';
import { holdsOf } from './holds-of.ts';
import { type NoteFiringsDeps, noteFirings } from './note-firings.ts';
import { isProven, type ProofDeps } from './proven.ts';
import { type RowKey, rowKeyText, type WrittenDeps, writtenBefore } from './written-before.ts';

/** Alarms that were read, and those among them that cannot be evaluated. */
export type AlarmsRead = {
  readonly alarms: readonly Alarm[];
  readonly unreadable: readonly Unreadable[];
};

/** How much one evaluation reads and writes at once. */
export type Pace = {
  /** Firings written at once. More would wait for connections for so long that some time out. */
  readonly firings: number;
  /** Firings in a transaction, at most ten. */
  readonly perTransaction: number;
  /** True: alarms that name a resource are deferred too, if there are many. */
  readonly slicesNamed: boolean;
  /** True: the next firings are written while the notifications of the ones before are sent. */
  readonly deliverMeanwhile: boolean;
};

/** For urgent events: as much at once as one function can do. */
export const fullPace: Pace = {
  firings: 160,
  perTransaction: weightPerTransaction,
  slicesNamed: false,
  deliverMeanwhile: true,
};
/**
 * For events that can wait: one short request at a time, so that urgent events do not wait for long ones. Ten
 * firings are one transaction, one publication and one request that marks them: each is as full as it may be.
 */
export const gentlePace: Pace = {
  firings: weightPerTransaction,
  perTransaction: weightPerTransaction,
  slicesNamed: true,
  deliverMeanwhile: false,
};

/** What the evaluation needs from outside. */
export type EvaluateDeps = DeliverDeps &
  NoteFiringsDeps &
  FindDeps &
  Pick<ArmDeps, 'arm'> &
  ProofDeps &
  WrittenDeps & {
    readonly pace: Pace;
    /** Durably queues events for deferred alarms. */
    readonly sendRest: (rest: Rest, isCopy: boolean) => Promise<void>;
    /** Alarms read consistently, in any order; unknown ones are left out. */
    readonly alarms: (ids: readonly string[]) => Promise<AlarmsRead>;
    /** Silences read consistently, in any order; unknown ones are left out. */
    readonly silences: (ids: readonly string[]) => Promise<readonly Silence[]>;
    /**
     * Writes chains of at most ten firings in all, in one transaction; no two change the same alarm.
     * @returns the outcomes in the order of the chains.
     */
    readonly fire: (chains: readonly Chain[]) => Promise<readonly ChainOutcome[]>;
    /** Those of the rows that are not delivered, read consistently, in any order. */
    readonly undeliveredOf: (keys: readonly RowKey[]) => Promise<readonly OutboxRow[]>;
    /** Writes on the alarm why it is not evaluated, unless it was changed since it was read. */
    readonly report: (unreadable: Unreadable) => Promise<unknown>;
    readonly now: () => string;
  };

/** The counts of one evaluation. */
export type Evaluated = {
  /** Alarms read and decided upon. */
  readonly candidates: number;
  readonly fired: number;
  readonly published: number;
};

/**
 * What a message says of its events. `rest`: deferred alarms of an earlier evaluation; only these are
 * evaluated. `isCopy`: the events were probably evaluated before, so rows that exist are looked for first.
 * `proof`: the events count only if it shows that they happened.
 */
export type Evaluation = Pick<EventMessage, 'rest' | 'proof'> & { readonly isCopy?: boolean };

/**
 * Evaluates the events. Alarms that are deferred are queued meanwhile. Safe to repeat: firings that were
 * written before are skipped.
 * @throws the first error of a read, write or send, after all written rows are published.
 */
export async function evaluateEvents(
  deps: EvaluateDeps,
  events: readonly DoctorEvent[],
  { isCopy = false, ...which }: Evaluation = {},
): Promise<Evaluated> {
  const failures: unknown[] = [];
  const { lanes: read, rests } = await lanesOf(deps, events, which);
  const lanes = await armAlarms(deps, read);
  const queued = Promise.all(rests.map((rest) => deps.sendRest(rest, isCopy))).catch((error) =>
    failures.push(error),
  );
  const written: OutboxRow[] = [];
  const deliveries: Promise<number>[] = [];
  const sent: Sent[] = [];
  const reports: Promise<unknown>[] = [];
  const sendOverdue = overdueDelivery(deps, sent);
  for (let open = lanes; open.length > 0 && failures.length === 0; ) {
    const turns = open.map((lane) => turnOf(deps, lane));
    const unreadable = turns.flatMap((turn) => turn.unreadable ?? []);
    reports.push(...unreadable.map((each) => report(deps, each)));
    const steps = turns.flatMap((turn) => turn.steps);
    const before = await writtenBefore(deps, isCopy ? steps : [], isCopy ? open : []);
    const late = sendOverdue(before.overdue);
    deliveries.push(late);
    if (!deps.pace.deliverMeanwhile) await late;
    const outcomes = new Map<Step, ChainOutcome | undefined>(
      [...before.already].map(([step, already]) => [step, { already }]),
    );
    const fresh = steps.filter((step) => !before.already.has(step));
    for (const some of packed(fresh, { size: deps.pace.firings, sizeOf: roomOf })) {
      const fired = await fireAll(deps, some, failures);
      const rows = some.flatMap(({ chain }, n) =>
        fired[n] === 'written' ? notificationsOf(chain) : [],
      );
      for (const [n, step] of some.entries()) outcomes.set(step, fired[n]);
      written.push(...rows);
      const delivery = deliver(deps, rows).then((count) => {
        sent.push({ rows, at: deps.now() });
        return count;
      });
      deliveries.push(delivery);
      if (!deps.pace.deliverMeanwhile) await delivery;
    }
    open = await lanesLeft(deps, turns, outcomes).catch((error: unknown) => {
      failures.push(error);
      return [];
    });
  }
  await Promise.all([...reports, queued]);
  const published = await Promise.all(deliveries);
  await noteFirings(deps, sent);
  if (failures.length > 0) throw failures[0];
  return {
    candidates: lanes.length,
    fired: written.length,
    published: published.reduce((sum, count) => sum + count, 0),
  };
}

/**
 * Delivers rows whose writer probably died, each once in an evaluation. Those that cannot be read are left
 * to the sweeper.
 * @param sent the rows are added to it.
 * @returns a function that delivers the rows with the keys, and returns the number of those published.
 */
function overdueDelivery(
  deps: EvaluateDeps,
  sent: Sent[],
): (keys: readonly RowKey[]) => Promise<number> {
  const taken = new Set<string>();
  return async (keys) => {
    const fresh = keys.filter((key) => !taken.has(rowKeyText(key)));
    if (fresh.length === 0) return 0;
    for (const key of fresh) taken.add(rowKeyText(key));
    try {
      const rows = await deps.undeliveredOf(fresh);
      const count = await deliver(deps, rows);
      sent.push({ rows, at: deps.now() });
      return count;
    } catch (error) {
      deps.interrupted('overdue rows', error);
      return 0;
    }
  };
}

const roomOf = ({ chain }: Step): number => weightOf(chain);
const notificationsOf = (chain: Chain): OutboxRow[] => chain.map(({ row }) => row).filter(isToSend);

/**
 * The alarms that the index shows for the events, read consistently, each with its events. None for
 * events that did not happen. Whether they did is asked only if an alarm may match.
 */
async function lanesOf(
  deps: EvaluateDeps,
  events: readonly DoctorEvent[],
  { rest: from, proof }: Evaluation,
): Promise<{ readonly lanes: AlarmLane[]; readonly rests: readonly Rest[] }> {
  const { eventsOf, rests, silences, grouped } = await findCandidates(deps, events, {
    from,
    slicesNamed: deps.pace.slicesNamed,
  });
  if (eventsOf.size === 0) return { lanes: [], rests };
  const [alarms, known, happened] = await Promise.all([
    readable(deps, [...eventsOf.keys()]),
    silences.length > 0 ? deps.silences(silences) : [],
    proof ? isProven(deps, proof) : true,
  ]);
  if (!happened) return { lanes: [], rests: [] };
  const holdOf = known.length > 0 ? holdsOf(known, events) : undefined;
  const lanes = alarms.map((alarm) => ({
    alarm,
    events: (eventsOf.get(alarm.alarm_id) ?? []).map((event) => visibleTo(alarm, event)),
    holdOf,
    isGrouped: grouped.has(alarm.project_id),
  }));
  return { lanes, rests };
}

/** The alarms that can be evaluated. The owners of the others are notified. */
async function readable(deps: EvaluateDeps, ids: readonly string[]): Promise<readonly Alarm[]> {
  if (ids.length === 0) return [];
  const { alarms, unreadable } = await deps.alarms(ids);
  await Promise.all(unreadable.map((each) => report(deps, each)));
  return alarms;
}

/** Notifies an alarm's owner once that it cannot be evaluated. An error here does not stop other alarms. */
async function report(deps: EvaluateDeps, unreadable: Unreadable): Promise<void> {
  if (unreadable.isReported) return;
  try {
    await deps.report(unreadable);
  } catch (error) {
    deps.interrupted('report', error);
  }
}

/** Writes all chains. An outcome is undefined if its transaction threw; the error is added to `failures`. */
async function fireAll(
  deps: EvaluateDeps,
  steps: readonly Step[],
  failures: unknown[],
): Promise<(ChainOutcome | undefined)[]> {
  const outcomes = await Promise.all(
    packed(steps, { size: deps.pace.perTransaction, sizeOf: roomOf }).map(
      async (group): Promise<readonly (ChainOutcome | undefined)[]> => {
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

/** The lanes that have events left, with their alarms read again where another writer changed them. */
async function lanesLeft(
  deps: EvaluateDeps,
  turns: readonly Turn[],
  outcomes: ReadonlyMap<Step, ChainOutcome | undefined>,
): Promise<AlarmLane[]> {
  const left = turns
    .map((turn) => laneAfter(turn, outcomes))
    .filter(({ lane }) => lane.events.length > 0);
  const ids = left.flatMap(({ lane, isStale }) => (isStale ? [lane.alarm.alarm_id] : []));
  const fresh = new Map((await readable(deps, ids)).map((alarm) => [alarm.alarm_id, alarm]));
  return left.flatMap(({ lane, isStale }) => {
    if (!isStale) return [lane];
    const alarm = fresh.get(lane.alarm.alarm_id);
    return alarm ? [{ ...lane, alarm }] : [];
  });
}
