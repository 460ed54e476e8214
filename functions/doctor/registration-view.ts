import type { Host, HostState } from '../../domain/hosts/host.ts';
import type { Instance } from '../../domain/servers/instance.ts';

/** A host as callers who register hosts and administrators see it. */
export function hostView(row: Host, state: HostState) {
  const {
    incarnation: _,
    last_change: __,
    fault_series: ___,
    maintenance_number: ____,
    ...rest
  } = row;
  const { last_fault, ...shown } = rest;
  return { ...shown, state, last_fault_at: last_fault?.at ?? null };
}

/** A server as callers who register servers see it. */
export function instanceView(row: Instance) {
  const {
    incarnation: _,
    last_change: __,
    fault_number: ___,
    maintenance_number: ____,
    ...rest
  } = row;
  const { uuid, created_at, lock, ...shown } = rest;
  const locks = {
    locked: lock !== null,
    locked_by: lock?.by ?? null,
    locked_reason: lock?.reason ?? null,
  };
  return { id: uuid, created: created_at, ...shown, ...locks };
}
