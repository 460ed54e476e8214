/**
 * What a registration or its end makes of a row. Registrations come from a feed that may repeat
 * itself and arrive late, so each tells when it was true (`reported_at`).
 */
import type { Actor } from './change.ts';
import { DomainError } from './errors.ts';
import { doneBy } from './evacuate.ts';
import { type Evacuation, ended, inFlight } from './evacuation.ts';
import { faultOf, type Host, type HostFacts, hasFailed } from './host.ts';
import { afterFault } from './host-fault.ts';
import { type Instance, type InstanceFacts, nothingOwned } from './instance.ts';

/** How far a feed's clock may be ahead of ours. */
const clockSkewMs = 60_000;

/** When a registration was true, if the feed says so. 400 if that is more than 60 s ahead. */
export function reportTime(reported_at: string | undefined, now: string): string | undefined {
  if (reported_at === undefined) return undefined;
  if (Date.parse(reported_at) > Date.parse(now) + clockSkewMs) {
    throw new DomainError('invalid', 'Invalid input for field/attribute reported_at. It is ahead.');
  }
  return reported_at;
}

/**
 * The time that a registration counts from. One that tells none is of now, and never late: the
 * feed's clock, by which the row was written, may be ahead of ours.
 */
function timeOf(
  { reported_at, actor }: Pick<Registration<unknown>, 'reported_at' | 'actor'>,
  existing: { readonly reported_at: string } | undefined,
): string {
  if (reported_at !== undefined) return reported_at;
  return existing && existing.reported_at > actor.at ? existing.reported_at : actor.at;
}

type Registration<Facts> = {
  readonly facts: Facts;
  /** Undefined if the feed does not say. */
  readonly reported_at: string | undefined;
  readonly actor: Actor;
  /** New ids, used only if the row is made anew. */
  readonly newId: () => string;
};

/** What came of a registration. `kept`: only the time of the newest report moves. */
export type Outcome<Row> =
  | { readonly kind: 'created' | 'changed' | 'kept'; readonly row: Row }
  | { readonly kind: 'stale' | 'same'; readonly row: Row };

const differs = <T extends object>(facts: T, row: T): boolean =>
  Object.entries(facts).some(
    ([key, value]) => !same(value, Object.entries(row).find(([k]) => k === key)?.[1]),
  );

/** Whether two plain values are equal, whatever the order of their keys. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return (
    left.length === right.size && left.every(([k, v]) => right.has(k) && same(v, right.get(k)))
  );
}

/**
 * The row of a host after its registration. The spelling of its name stays that of the first one.
 * @param existing the row of the name in any spelling.
 */
export function registeredHost(
  existing: Host | undefined,
  host: string,
  { facts, actor, newId, ...told }: Registration<HostFacts>,
  service_number: number,
): Outcome<Host> {
  const reported_at = timeOf({ ...told, actor }, existing);
  if (existing && reported_at < existing.reported_at) return { kind: 'stale', row: existing };
  if (existing && !existing.deleted) {
    if (!differs<HostFacts>(facts, existing)) {
      if (reported_at === existing.reported_at) return { kind: 'same', row: existing };
      return { kind: 'kept', row: { ...existing, reported_at } };
    }
    const last_change = { ...actor, event_type: 'service.update' };
    const revision = existing.revision + 1;
    const row = { ...existing, ...facts, reported_at, revision, updated_at: actor.at, last_change };
    return { kind: 'changed', row };
  }
  return {
    kind: 'created',
    row: {
      ...facts,
      host: existing?.host ?? host,
      incarnation: newId(),
      revision: 1,
      deleted: false,
      service_id: newId(),
      service_number,
      hypervisor_id: newId(),
      status: 'enabled',
      disabled_reason: null,
      forced_down: false,
      instances_left: false,
      maintenance: false,
      maintenance_number: existing?.maintenance_number ?? 0,
      fault_number: existing?.fault_number ?? 0,
      fault_series: existing?.fault_series ?? newId(),
      last_fault: existing?.last_fault ?? null,
      reported_at,
      last_seen_up: null,
      created_at: actor.at,
      updated_at: actor.at,
      last_change: { ...actor, event_type: 'service.create' },
    },
  };
}

/** The tombstone of a host: it keeps the number of its faults, which never goes back. */
export const deletedHost = (host: Host, actor: Actor): Host => ({
  ...host,
  deleted: true,
  forced_down: false,
  instances_left: false,
  revision: host.revision + 1,
  reported_at: timeOf({ reported_at: undefined, actor }, host),
  updated_at: actor.at,
  last_change: { ...actor, event_type: 'service.delete' },
});

/**
 * The row of an instance after its registration on `host` (undefined for none). What is written on
 * a host that is reported down, or that failed after the report, goes through the fault table. `existing`
 * must be settled with its old host. While it is on its way and where it was, its states are those of
 * the move, not of the feed.
 * @param restarts how often the host that it leaves by evacuation has been restarted.
 */
export function registeredInstance(
  existing: Instance | undefined,
  uuid: string,
  host: Host | undefined,
  {
    facts,
    actor,
    newId,
    restarts = 0,
    ...told
  }: Registration<InstanceFacts> & { readonly restarts?: number },
): Outcome<Instance> {
  const reported_at = timeOf({ ...told, actor }, existing);
  if (existing && reported_at < existing.reported_at) return { kind: 'stale', row: existing };
  const before = existing && !existing.deleted ? existing : undefined;
  const leaving = host && before && inFlight(before)?.source === host.host ? before : undefined;
  const { next, down, faulted } = leaving
    ? { next: { ...facts, ...statesOf(leaving) }, down: undefined, faulted: undefined }
    : placed(facts, before, { host, reported_at, at: actor.at, restarts });
  const fault_number = leaving?.fault_number ?? host?.fault_number ?? 0;
  if (before && !differs(next, before)) {
    if (reported_at === before.reported_at) return { kind: 'same', row: before };
    return { kind: 'kept', row: { ...before, reported_at, fault_number } };
  }
  return {
    kind: before ? 'changed' : 'created',
    row: {
      ...next,
      uuid,
      incarnation: before?.incarnation ?? newId(),
      revision: (before?.revision ?? 0) + 1,
      deleted: false,
      fault_number,
      maintenance_number:
        before && before.host === next.host
          ? before.maintenance_number
          : (host?.maintenance_number ?? 0),
      owned: before?.owned ?? nothingOwned,
      lock: before?.lock ?? null,
      reported_at,
      updated_at: actor.at,
      last_change: {
        ...actor,
        event_type: before ? 'compute.instance.update' : 'compute.instance.create.end',
        old_state: before?.vm_state ?? null,
        old_task_state: before?.task_state ?? null,
        fault_id: faulted && before?.vm_state !== next.vm_state ? (down?.fault_id ?? null) : null,
      },
    },
  };
}

/** What an instance on its way is, whatever a feed says of it. */
const statesOf = ({
  vm_state,
  power_state,
  task_state,
  pre_fault,
  fault,
  evacuation,
}: Instance) => ({
  ...{ vm_state, power_state, task_state, pre_fault, fault, evacuation },
});

/** What becomes of an instance that is told to be on `host`. */
function placed(
  facts: InstanceFacts,
  before: Instance | undefined,
  on: {
    readonly host: Host | undefined;
    readonly reported_at: string;
    readonly at: string;
    readonly restarts: number;
  },
) {
  const { host, reported_at } = on;
  // Of the host that it is on: what it was elsewhere is of the past.
  const kept = before && before.host === host?.host ? before.pre_fault : null;
  const wanted = {
    ...facts,
    pre_fault: facts.vm_state === 'stopped' ? kept : null,
    fault: facts.vm_state === 'error' ? (before?.fault ?? null) : null,
    evacuation: before ? endOfMove(before, on) : null,
  };
  const down = host && hasHit(host, reported_at) ? faultOf(host, host.fault_number) : undefined;
  const faulted = down && afterFault({ ...wanted, pre_fault: kept }, down);
  return { next: { ...wanted, ...faulted }, down, faulted };
}

/** The newest evacuation of an instance that a feed has seen somewhere: at its target it is done. */
function endOfMove(
  before: Instance,
  {
    host,
    at,
    restarts,
  }: { readonly host: Host | undefined; readonly at: string; readonly restarts: number },
): Evacuation | null {
  const evacuation = inFlight(before);
  if (!evacuation) return before.evacuation;
  if (host && host.host === evacuation.dest) return doneBy(evacuation, restarts, at);
  return ended(evacuation, 'failed', at);
}

/** Whether a host's newest fault stands, or came after the report: it was not known to its sender. */
const hasHit = (host: Host, reported_at: string): boolean =>
  hasFailed(host) || (host.last_fault !== null && reported_at < host.last_fault.at);

/** The tombstone of an instance: it keeps the time of its newest report against a late feed. */
export const deletedInstance = (
  instance: Instance,
  told: Pick<Registration<unknown>, 'reported_at' | 'actor'>,
): Outcome<Instance> => {
  const { actor } = told;
  const reported_at = timeOf(told, instance);
  if (reported_at < instance.reported_at) return { kind: 'stale', row: instance };
  const evacuation = inFlight(instance);
  return {
    kind: 'changed',
    row: {
      ...instance,
      ...(evacuation && { evacuation: ended(evacuation, 'failed', actor.at) }),
      deleted: true,
      vm_state: 'deleted',
      task_state: null,
      pre_fault: null,
      terminated_at: actor.at,
      revision: instance.revision + 1,
      reported_at,
      updated_at: actor.at,
      last_change: {
        ...actor,
        event_type: 'compute.instance.delete.end',
        old_state: instance.vm_state,
        old_task_state: instance.task_state,
        fault_id: null,
      },
    },
  };
};
