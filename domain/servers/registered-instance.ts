/** The row of an instance after its registration or its deletion. */
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
import { type Evacuation, ended, inFlight, mayEndOn, succeeded } from './evacuation.ts';
import { chosen, errorAtTarget } from './evacuation-end.ts';
import { type Instance, type InstanceFacts, nothingOwned } from './instance.ts';

/**
 * The outcome of a registration of an instance. If the host is reported down, or failed after the time
 * of the report, its fault is applied. If the instance is being evacuated and the feed still reports it
 * on its old host, the row keeps the states of the move and ignores those of the feed.
 * @param existing the row of the instance, settled with its old host; undefined if there is none.
 * @param host the host that the feed reports; undefined for none.
 * @param registration `restarts`: how often the host that it leaves by evacuation has been restarted.
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
    ...report
  }: Registration<InstanceFacts> & { readonly restarts?: number },
): RegistrationOutcome<Instance> {
  const reported_at = registrationTime({ ...report, actor }, existing);
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
    ...(before?.mirrored && { mirrored: true }),
  };
  const row = changedInstance(before, content, {
    actor,
    event_type: before ? 'compute.instance.update' : 'compute.instance.create.end',
    fault_id: faulted && before?.vm_state !== next.vm_state ? (down?.fault_id ?? null) : null,
    reported_at,
  });
  return { kind: before ? 'changed' : 'created', row };
}

/** The fields of an instance on its way to a target that no feed changes. */
const fieldsOfMove = ({
  vm_state,
  power_state,
  task_state,
  pre_fault,
  fault,
  evacuation,
}: Instance) => ({
  vm_state,
  power_state,
  task_state,
  pre_fault,
  fault,
  evacuation,
});

/** The content of an instance that a feed reports on a host, and the fault that was applied to it. */
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
  // States before a fault of another host no longer matter.
  const kept = before && before.host === host?.host ? before.pre_fault : null;
  const reported = {
    ...facts,
    pre_fault: facts.vm_state === 'stopped' ? kept : null,
    fault: facts.vm_state === 'error' ? (before?.fault ?? null) : null,
    evacuation: before ? endOfMove(before, facts, on) : null,
  };
  const down = host && hasHit(host, reported_at) ? faultOf(host, host.fault_number) : undefined;
  const faulted = down && afterFault({ ...reported, pre_fault: kept }, down);
  return { next: { ...reported, ...faulted }, down, faulted };
}

/**
 * The newest evacuation of an instance that a feed reports on a host: `done` if that is its target,
 * `failed` if it is another host, unless Nova moves the instance. That has failed if it ends in
 * error.
 */
function endOfMove(
  before: Instance,
  { vm_state }: InstanceFacts,
  {
    host,
    at,
    restarts,
  }: { readonly host: Host | undefined; readonly at: string; readonly restarts: number },
): Evacuation | null {
  const evacuation = inFlight(before);
  if (!evacuation) return before.evacuation;
  if (host && evacuation.executor === 'openstack' && vm_state === 'error') {
    return { ...ended(evacuation, 'failed', at), reason: errorAtTarget(host.host) };
  }
  if (host && mayEndOn(evacuation, host.host)) {
    return succeeded(chosen(evacuation, host), restarts, at);
  }
  return ended(evacuation, 'failed', at);
}

/**
 * Whether a host's newest fault stands, or came after the report, so that its sender did not know
 * it.
 */
const hasHit = (host: Host, reported_at: string): boolean =>
  hasFailed(host) || (host.last_fault !== null && reported_at < host.last_fault.at);

/**
 * The outcome of a deletion: the instance's tombstone. It keeps the time of its newest report, so that
 * older reports of feeds are stale.
 */
export const deletedInstance = (
  instance: Instance,
  report: Pick<Registration<unknown>, 'reported_at' | 'actor'>,
): RegistrationOutcome<Instance> => {
  const { actor } = report;
  const reported_at = registrationTime(report, instance);
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
