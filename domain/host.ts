import * as z from 'zod';
import { type Actor, LastChange } from './change.ts';
import { faultId } from './ids.ts';
import { text } from './text.ts';
import { Moment } from './time.ts';

/** Nova's rule for host names. */
export const HostName = z
  .string()
  .regex(/^[a-zA-Z0-9\-._]{1,255}$/, 'Must be 1 to 255 of a-z, A-Z, 0-9, -, . and _.');

/** What a registration tells of a host; what Doctor does not know is 0 or null, never invented. */
export const HostFacts = z.object({
  zone: text(255).min(1),
  heartbeat: z.boolean(),
  hypervisor_type: text(255),
  hypervisor_version: z.int().min(0),
  host_ip: text(255).nullable(),
  vcpus: z.int().min(0),
  memory_mb: z.int().min(0),
  local_gb: z.int().min(0),
});
export type HostFacts = z.infer<typeof HostFacts>;

/**
 * A compute host and its nova-compute service. `fault_number` counts the faults reported of this
 * name and never goes back: a deleted host leaves a tombstone (`deleted`) that keeps it.
 */
export const Host = HostFacts.extend({
  host: HostName,
  incarnation: z.uuid(),
  revision: z.int().min(1),
  deleted: z.boolean(),
  service_id: z.uuid(),
  /** The service's id before microversion 2.53. */
  service_number: z.int().min(1),
  hypervisor_id: z.uuid(),
  status: z.enum(['enabled', 'disabled']),
  disabled_reason: z.string().nullable(),
  forced_down: z.boolean(),
  /**
   * Whether it is forced down by its service's flag alone: no fault was raised, and its instances are
   * as they were. False for a host that is not forced down, and in rows of before it was there.
   */
  instances_left: z.boolean().default(false),
  /** Whether it is being maintained: no target of evacuations. Rows of before it was there: false. */
  maintenance: z.boolean().default(false),
  /** How often its maintenance was switched on or off; kept by its tombstone. */
  maintenance_number: z.int().min(0).default(0),
  fault_number: z.int().min(0),
  /** Random, and kept for as long as anything is known of the name: ids of faults are made of it. */
  fault_series: z.uuid(),
  /** Who reported fault `fault_number`, and when it was accepted; null before the first. */
  last_fault: z.object({ at: Moment, user_id: z.string(), request_id: z.string() }).nullable(),
  /** Time of the newest registration. */
  reported_at: Moment,
  last_seen_up: Moment.nullable(),
  created_at: Moment,
  updated_at: Moment,
  last_change: LastChange,
});
export type Host = z.infer<typeof Host>;

/** nova-compute's `state`. */
export type HostState = 'up' | 'down';

/** When a state is asked for, and for how long a host may be silent and still be up. */
export type StateClock = { readonly now: string; readonly serviceDownTimeSeconds: number };

/**
 * nova-compute's `state`: down if reported so, whatever is heard of it; else up unless it has a
 * heartbeat that was not heard for longer than the service down time, counted from its
 * registration if it was never heard. Source: nova `servicegroup/drivers/db.py`, `is_up`.
 */
export function stateOf(host: Host, { now, serviceDownTimeSeconds }: StateClock): HostState {
  if (host.forced_down) return 'down';
  if (!host.heartbeat) return 'up';
  const silence = Math.abs(Date.parse(now) - Date.parse(host.last_seen_up ?? host.created_at));
  return silence <= serviceDownTimeSeconds * 1_000 ? 'up' : 'down';
}

/**
 * When a host's service reported last, as it is shown: clients fence a host of which that is old. One
 * without a heartbeat that is up reports at every moment (`now`), and one that is forced down did so
 * when that was recorded. One with a heartbeat did so when it was heard, or registered.
 */
export function lastReport(host: Host, state: HostState, now: string): string {
  const { heartbeat, last_seen_up, created_at, updated_at } = host;
  if (heartbeat) return last_seen_up ?? created_at;
  return state === 'up' ? now : updated_at;
}

/**
 * One reported fault: the audit's row. `cleared_at` is null while it stands. A fault of a host is
 * numbered from 1 upwards, one of the data plane beneath its ports from -1 downwards.
 */
export const Fault = z.object({
  /** Rows of before there were two kinds: `host`. */
  kind: z.enum(['host', 'data_plane']).default('host'),
  host: HostName,
  number: z.int().refine((number) => number !== 0),
  fault_id: z.uuid(),
  at: Moment,
  reported_by: z.object({ user_id: z.string(), user_name: z.string(), project_id: z.string() }),
  request_id: z.string(),
  cleared_at: Moment.nullable(),
});
export type Fault = z.infer<typeof Fault>;

/** Whether a host is forced down by a fault: what is on it goes through the fault table. */
export const hasFailed = ({
  forced_down,
  instances_left,
}: Pick<Host, 'forced_down' | 'instances_left'>): boolean => forced_down && !instances_left;

/** What can be known of a fault from its host's row, without reading the fault. */
export type HostFault = Actor & { readonly fault_id: string; readonly number: number };

/** The host's fault of that number; who and when are those of the host's newest fault. */
export function faultOf(host: Host, number: number): HostFault {
  const { user_id, request_id } = host.last_change;
  const reported = host.last_fault ?? { at: host.updated_at, user_id, request_id };
  return { ...reported, fault_id: faultId(host.fault_series, number), number };
}

/** The fault that a host is down by; undefined if it is up, or down by its service's flag alone. */
export const standingFault = (host: Host | undefined): HostFault | undefined =>
  host && hasFailed(host) ? faultOf(host, host.fault_number) : undefined;
