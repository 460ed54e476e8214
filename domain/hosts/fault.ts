/** Faults of hosts: the row of the audit, and what the row of the host says about its faults. */
import * as z from 'zod';
import type { Actor } from '../change.ts';
import { faultId } from '../ids.ts';
import { Moment } from '../time.ts';
import { CloudOutcome } from './cloud-outcome.ts';
import { type Host, HostName } from './host.ts';

/**
 * One reported fault: a row of the audit. `cleared_at` is null while the fault stands. Faults of a
 * host have the numbers 1, 2, …; faults of the data plane under its ports have -1, -2, ….
 */
export const Fault = z.object({
  /** Missing in rows written before data planes had faults; read as `host`. */
  kind: z.enum(['host', 'data_plane']).default('host'),
  host: HostName,
  number: z.int().refine((number) => number !== 0),
  fault_id: z.uuid(),
  at: Moment,
  reported_by: z.object({ user_id: z.string(), user_name: z.string(), project_id: z.string() }),
  request_id: z.string(),
  /**
   * The monitor whose report it was, such as `alertmanager/prod`; null if a user reported it. Missing in
   * rows written before monitors were sources; read as null.
   */
  source: z.string().nullable().default(null),
  cleared_at: Moment.nullable(),
  /** The caller who ended it. Missing while it stands, and in faults that ended before this field existed. */
  cleared_by: z.object({ user_id: z.string(), request_id: z.string() }).optional(),
  /**
   * The outcome of it in the cloud beside which Doctor runs; null if nothing was tried. Missing in rows
   * that are just opened.
   */
  applied_to_cloud: CloudOutcome.nullable().default(null),
});
export type Fault = z.infer<typeof Fault>;

/** Whether a host is forced down by a fault: the fault is applied to the instances on it. */
export const hasFailed = ({
  forced_down,
  instances_left,
}: Pick<Host, 'forced_down' | 'instances_left'>): boolean => forced_down && !instances_left;

/** What the host's row says about one of its faults, without a read of the fault's row. */
export type HostFault = Actor & { readonly fault_id: string; readonly number: number };

/**
 * The host's fault of that number. User, request and time are those of the host's newest fault,
 * because the host's row has no others.
 */
export function faultOf(host: Host, number: number): HostFault {
  const { user_id, request_id } = host.last_change;
  const reported = host.last_fault ?? { at: host.updated_at, user_id, request_id };
  return { ...reported, fault_id: faultId(host.fault_series, number), number };
}

/**
 * The fault that a host is down by; undefined if it is up, or forced down with its instances left
 * as they are.
 */
export const standingFault = (host: Host | undefined): HostFault | undefined =>
  host && hasFailed(host) ? faultOf(host, host.fault_number) : undefined;
