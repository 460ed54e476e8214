/** A fault of a host, as its audit keeps it and as the host's own row tells it. */
import * as z from 'zod';
import type { Actor } from '../change.ts';
import { faultId } from '../ids.ts';
import { Moment } from '../time.ts';
import { type Host, HostName } from './host.ts';

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
