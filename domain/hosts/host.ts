import * as z from 'zod';
import { LastChange } from '../change.ts';
import { text } from '../text.ts';
import { Moment } from '../time.ts';

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
