import * as z from 'zod';
import { LastChange } from '../change.ts';
import { text } from '../text.ts';
import { Moment } from '../time.ts';
import { Holder } from './holders.ts';

/** Nova's rule for host names. */
export const HostName = z
  .string()
  .regex(/^[a-zA-Z0-9\-._]{1,255}$/, 'Must be 1 to 255 of a-z, A-Z, 0-9, -, . and _.');

/** The facts in the registration of a host. A fact that is not known is 0 or null. */
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

/** The facts of a host of which only the name is known. */
export const unknownHost: HostFacts = {
  zone: 'nova',
  heartbeat: false,
  hypervisor_type: '',
  hypervisor_version: 0,
  host_ip: null,
  vcpus: 0,
  memory_mb: 0,
  local_gb: 0,
};

/**
 * A compute host and its nova-compute service. `fault_number` counts the faults reported for this
 * name and never goes back: the tombstone of a deleted host (`deleted`) keeps it.
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
   * Whether it is forced down without a fault, with its instances left as they are. False if it is not
   * forced down. Missing in rows written before the field existed; read as false.
   */
  instances_left: z.boolean().default(false),
  /**
   * What holds it down; empty if it is up. Missing in rows written before the field existed; read as
   * empty: see `holdersOf`.
   */
  held_by: z.array(Holder).default([]),
  /** How often `held_by` changed. Such a change alone raises no revision, since no client sees it. */
  held_number: z.int().min(0).default(0),
  /**
   * Whether it is in maintenance: it is no target of evacuations. Missing in rows written before the
   * field existed; read as false.
   */
  maintenance: z.boolean().default(false),
  /** How often its maintenance was switched on or off. The tombstone keeps it. */
  maintenance_number: z.int().min(0).default(0),
  /** True if the cloud beside Doctor has the service: its end there is its end here. Absent: unknown. */
  mirrored: z.literal(true).optional(),
  fault_number: z.int().min(0),
  /** Random; ids of faults are made from it. It is kept as long as there is a row for the name. */
  fault_series: z.uuid(),
  /** The reporter of fault `fault_number` and the time it was accepted; null if there was no fault. */
  last_fault: z.object({ at: Moment, user_id: z.string(), request_id: z.string() }).nullable(),
  /** Time of the newest registration. */
  reported_at: Moment,
  /** Time of the newest heartbeat; null if there was none. */
  last_seen_up: Moment.nullable(),
  /**
   * Since when heartbeats are awaited: since it must send them, or since a later report that it is up,
   * which ended its missed heartbeats; null if it need not send any. Missing in rows written before
   * the field existed; read as null, and `created_at` counts.
   */
  heartbeat_since: Moment.nullable().default(null),
  created_at: Moment,
  updated_at: Moment,
  /** `source`: the monitor whose report made it; absent for others. */
  last_change: LastChange.extend({ source: z.string().optional() }),
});
export type Host = z.infer<typeof Host>;

/** What the state of a host's service depends on. */
type Heard = Pick<Host, 'forced_down' | 'heartbeat' | 'last_seen_up' | 'created_at'>;

/** nova-compute's `state`. */
export type HostState = 'up' | 'down';

/** The time for which a state is computed, and how long a host stays up without a heartbeat. */
export type StateClock = { readonly now: string; readonly serviceDownTimeSeconds: number };

/**
 * nova-compute's `state`. A host that is forced down is down, whatever heartbeats it sends. A host that
 * sends heartbeats is down if the last one is older than the service down time; before the first one,
 * the time counts from its registration. All others are up.
 * Source: nova `servicegroup/drivers/db.py`, `is_up`.
 */
export function stateOf(host: Heard, { now, serviceDownTimeSeconds }: StateClock): HostState {
  if (host.forced_down) return 'down';
  if (!host.heartbeat) return 'up';
  const silence = Math.abs(Date.parse(now) - Date.parse(host.last_seen_up ?? host.created_at));
  return silence <= serviceDownTimeSeconds * 1_000 ? 'up' : 'down';
}

/**
 * The time of the last report of a host's service, as clients see it. Some clients fence a host whose
 * last report is old. A host that sends heartbeats: its last heartbeat, or its registration. Another
 * host: `now` while it is up; the time at which it was forced down while it is down.
 */
export function lastReport(
  host: Heard & Pick<Host, 'updated_at'>,
  state: HostState,
  now: string,
): string {
  const { heartbeat, last_seen_up, created_at, updated_at } = host;
  if (heartbeat) return last_seen_up ?? created_at;
  return state === 'up' ? now : updated_at;
}
