/** The row of a host after its registration or its deletion. */
import type { Actor } from '../change.ts';
import {
  differs,
  type Registration,
  type RegistrationOutcome,
  registrationTime,
} from '../registration.ts';
import { heldFields } from './holders.ts';
import type { Host, HostFacts } from './host.ts';

/**
 * The outcome of a registration of a host. The name keeps the spelling of its first registration.
 * @param existing the row of the name in any spelling, tombstones included; undefined if there is none.
 */
export function registeredHost(
  existing: Host | undefined,
  host: string,
  { facts, actor, newId, ...report }: Registration<HostFacts>,
  service_number: number,
): RegistrationOutcome<Host> {
  const reported_at = registrationTime({ ...report, actor }, existing);
  if (existing && reported_at < existing.reported_at) return { kind: 'stale', row: existing };
  if (existing && !existing.deleted) {
    if (!differs<HostFacts>(facts, existing)) {
      if (reported_at === existing.reported_at) return { kind: 'same', row: existing };
      return { kind: 'kept', row: { ...existing, reported_at } };
    }
    const last_change = { ...actor, event_type: 'service.update' };
    const revision = existing.revision + 1;
    const row = {
      ...existing,
      ...facts,
      reported_at,
      revision,
      updated_at: actor.at,
      last_change,
      heartbeat_since: heartbeatSince(existing, facts, actor),
    };
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
      held_by: [],
      held_number: existing?.held_number ?? 0,
      maintenance: false,
      maintenance_number: existing?.maintenance_number ?? 0,
      fault_number: existing?.fault_number ?? 0,
      fault_series: existing?.fault_series ?? newId(),
      last_fault: existing?.last_fault ?? null,
      reported_at,
      last_seen_up: null,
      heartbeat_since: heartbeatSince(undefined, facts, actor),
      created_at: actor.at,
      updated_at: actor.at,
      last_change: { ...actor, event_type: 'service.create' },
    },
  };
}

/**
 * Since when the host must send heartbeats; null if it need not. The time before does not count as
 * missed.
 */
function heartbeatSince(
  existing: Host | undefined,
  { heartbeat }: HostFacts,
  { at }: Actor,
): string | null {
  if (!heartbeat) return null;
  return existing?.heartbeat ? existing.heartbeat_since : at;
}

/** The tombstone of a host: it keeps the number of its faults, which never goes back. */
export const deletedHost = (host: Host, actor: Actor): Host => ({
  ...host,
  ...heldFields([]),
  deleted: true,
  revision: host.revision + 1,
  reported_at: registrationTime({ reported_at: undefined, actor }, host),
  updated_at: actor.at,
  last_change: { ...actor, event_type: 'service.delete' },
});
