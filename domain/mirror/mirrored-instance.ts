/** The row of an instance after the cloud was read. */

import { standingFault } from '../hosts/fault.ts';
import type { Host } from '../hosts/host.ts';
import { isMoving, isRebuilding } from '../hosts/host-fault.ts';
import type { Registration, RegistrationOutcome } from '../registration.ts';
import { inFlight } from '../servers/evacuation.ts';
import type { Instance, InstanceFacts } from '../servers/instance.ts';
import { registeredInstance } from '../servers/registered-instance.ts';
import type { SeenAt, SeenServer } from './seen.ts';

type States = Pick<InstanceFacts, 'vm_state' | 'power_state' | 'task_state'>;

/** What decides about a server beside its facts. */
export type SeenState = SeenAt &
  Pick<SeenServer, 'host_up'> & {
    /** Whether a condition of a monitor holds the server in error. */
    readonly held: boolean;
  };

/**
 * The outcome of a read: that of a registration as of the read, but
 * - a row that was written since the read was begun is newer, whatever the clocks of others say;
 * - a fault of its host that the cloud has not seen yet stands, and so does what a monitor holds in error;
 * - an evacuation that the cloud has not ended goes on, and one that others requested there changes
 *   nothing before its end;
 * - a row that differs in nothing is written only if the cloud changed the server since the row's
 *   last report,
 *   so that an event from before that change is stale from then on.
 */
export function mirroredInstance(
  existing: Instance | undefined,
  uuid: string,
  host: Host | undefined,
  registration: Registration<InstanceFacts> & { readonly restarts?: number },
  seen: SeenState,
): RegistrationOutcome<Instance> {
  if (existing && isNewer(existing, host, registration.facts, seen)) {
    return { kind: 'stale', row: existing };
  }
  const shown = withoutEvacuation(registration.facts, host, seen);
  const facts = { ...shown, ...standingStates(existing, shown, seen) };
  const given = { ...registration, facts, reported_at: seen.read_at };
  const outcome = registeredInstance(existing, uuid, host, given);
  const { row } = outcome;
  if (outcome.kind === 'created' || outcome.kind === 'changed') {
    return { kind: outcome.kind, row: { ...row, mirrored: true } };
  }
  if (outcome.kind === 'stale' || !existing) return outcome;
  const known = existing.mirrored === true && existing.reported_at >= seen.changed_at;
  if (known) return { kind: 'same', row: existing };
  const reported_at =
    existing.reported_at > seen.changed_at ? existing.reported_at : seen.changed_at;
  return { kind: 'kept', row: { ...row, reported_at, mirrored: true } };
}

/**
 * The outcome of an event of the cloud: that of a registration, with the mark that the cloud has
 * the server.
 */
export function markedInstance(
  ...registration: Parameters<typeof registeredInstance>
): RegistrationOutcome<Instance> {
  const outcome = registeredInstance(...registration);
  if (outcome.kind === 'stale' || outcome.kind === 'same') return outcome;
  return { kind: outcome.kind, row: { ...outcome.row, mirrored: true } };
}

/** Whether the row is newer than the read, or the cloud is moving the server as the row says. */
function isNewer(
  existing: Instance,
  host: Host | undefined,
  { task_state }: InstanceFacts,
  { read_at }: SeenState,
): boolean {
  if (existing.updated_at >= read_at) return true;
  const evacuation = inFlight(existing);
  if (!evacuation || host?.host === evacuation.source) return false;
  return isMoving({ task_state, evacuation: existing.evacuation });
}

/**
 * The facts without the task of an evacuation that others requested in the cloud: a rebuild that was
 * begun after the host had failed can be nothing else. The fault would take it for one that was under
 * way when the host failed, and put the server in error.
 */
function withoutEvacuation(
  facts: InstanceFacts,
  host: Host | undefined,
  { changed_at }: SeenState,
): InstanceFacts {
  const fault = standingFault(host);
  const isEvacuated = fault && isRebuilding(facts.task_state) && changed_at > fault.at;
  return isEvacuated ? { ...facts, task_state: null } : facts;
}

/** The states of the row that the cloud's do not replace; undefined if they do. */
function standingStates(
  existing: Instance | undefined,
  facts: InstanceFacts,
  { host_up, held }: SeenState,
): States | undefined {
  if (!existing || existing.deleted || existing.host !== facts.host) return undefined;
  const { vm_state, power_state, task_state, pre_fault } = existing;
  const heldInError = held && vm_state === 'error';
  const unseen = !host_up && pre_fault !== null && pre_fault.vm_state === facts.vm_state;
  return heldInError || unseen ? { vm_state, power_state, task_state } : undefined;
}

/** The facts of a server over those of its row: Nova's listing does not say the id of the flavor. */
export function seenFacts({ facts }: SeenServer, existing: Instance | undefined): InstanceFacts {
  const same = existing?.flavor.original_name === facts.flavor.original_name;
  if (!existing || !same || facts.flavor.id !== '') return facts;
  return { ...facts, flavor: { ...facts.flavor, id: existing.flavor.id } };
}
