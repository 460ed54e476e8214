/** What a registration of an instance, or its end, makes of the instance's row. */
import { faultOf, hasFailed } from '../hosts/fault.ts';
import type { Host } from '../hosts/host.ts';
import { afterFault } from '../hosts/host-fault.ts';
import {
  differs,
  type Registration,
  type RegistrationOutcome,
  registrationTime,
} from '../registration.ts';
import { changedInstance, type InstanceContent } from './changed-instance.ts';
import { type Evacuation, ended, inFlight, succeeded } from './evacuation.ts';
import { type Instance, type InstanceFacts, nothingOwned } from './instance.ts';

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
): RegistrationOutcome<Instance> {
  const reported_at = registrationTime({ ...told, actor }, existing);
  if (existing && reported_at < existing.reported_at) return { kind: 'stale', row: existing };
  const before = existing && !existing.deleted ? existing : undefined;
  const leaving = host && before && inFlight(before)?.source === host.host ? before : undefined;
  const { next, down, faulted } = leaving
    ? { next: { ...facts, ...fieldsOfMove(leaving) }, down: undefined, faulted: undefined }
    : placed(facts, before, { host, reported_at, at: actor.at, restarts });
  const fault_number = leaving?.fault_number ?? host?.fault_number ?? 0;
  if (before && !differs(next, before)) {
    if (reported_at === before.reported_at) return { kind: 'same', row: before };
    return { kind: 'kept', row: { ...before, reported_at, fault_number } };
  }
  const content: InstanceContent = {
    ...next,
    uuid,
    incarnation: before?.incarnation ?? newId(),
    deleted: false,
    fault_number,
    maintenance_number:
      before && before.host === next.host
        ? before.maintenance_number
        : (host?.maintenance_number ?? 0),
    owned: before?.owned ?? nothingOwned,
    lock: before?.lock ?? null,
  };
  const row = changedInstance(before, content, {
    actor,
    event_type: before ? 'compute.instance.update' : 'compute.instance.create.end',
    fault_id: faulted && before?.vm_state !== next.vm_state ? (down?.fault_id ?? null) : null,
    reported_at,
  });
  return { kind: before ? 'changed' : 'created', row };
}

/** What an instance on its way is, whatever a feed says of it. */
const fieldsOfMove = ({
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
  if (host && host.host === evacuation.dest) return succeeded(evacuation, restarts, at);
  return ended(evacuation, 'failed', at);
}

/** Whether a host's newest fault stands, or came after the report: it was not known to its sender. */
const hasHit = (host: Host, reported_at: string): boolean =>
  hasFailed(host) || (host.last_fault !== null && reported_at < host.last_fault.at);

/** The tombstone of an instance: it keeps the time of its newest report against a late feed. */
export const deletedInstance = (
  instance: Instance,
  told: Pick<Registration<unknown>, 'reported_at' | 'actor'>,
): RegistrationOutcome<Instance> => {
  const { actor } = told;
  const reported_at = registrationTime(told, instance);
  if (reported_at < instance.reported_at) return { kind: 'stale', row: instance };
  const evacuation = inFlight(instance);
  const tombstone: InstanceContent = {
    ...instance,
    evacuation: evacuation ? ended(evacuation, 'failed', actor.at) : instance.evacuation,
    deleted: true,
    vm_state: 'deleted',
    task_state: null,
    pre_fault: null,
    terminated_at: actor.at,
  };
  const event_type = 'compute.instance.delete.end';
  return {
    kind: 'changed',
    row: changedInstance(instance, tombstone, { actor, event_type, reported_at }),
  };
};
