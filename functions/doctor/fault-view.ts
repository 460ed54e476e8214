import type { Affected } from '../../domain/hosts/affected.ts';
import type { Fault } from '../../domain/hosts/fault.ts';

const countOf = (affected: readonly Affected[]): number =>
  affected.reduce((sum, { uuids }) => sum + uuids.size, 0);

/** The counts of affected instances or ports, by the kind of the fault. */
const counted = ({ kind }: Fault, affected: readonly Affected[]) =>
  kind === 'host'
    ? { instances_affected: countOf(affected), ports_affected: 0 }
    : { instances_affected: 0, ports_affected: countOf(affected) };

const listed = <T>({ kind }: Fault, touched: readonly T[]) =>
  kind === 'host' ? { instances: touched } : { ports: touched };

/** The part of a fault that every caller may see. For a tenant it counts only its own resources. */
const shared = (fault: Fault, affected: readonly Affected[]) => ({
  fault_id: fault.fault_id,
  kind: fault.kind,
  status: fault.cleared_at === null ? 'open' : 'cleared',
  raised_at: fault.at,
  cleared_at: fault.cleared_at,
  ...counted(fault, affected),
});

/**
 * The outcome in the cloud; null without a cloud, or if a fault ended before it was applied. An open
 * fault is pending until its first try.
 */
function outcomeOf({ applied_to_cloud, cleared_at, at }: Fault, besideCloud: boolean) {
  if (applied_to_cloud || !besideCloud || cleared_at !== null) return applied_to_cloud;
  return { change: 'down', state: 'pending', reason: null, at };
}

/** A fault as an administrator sees it in a list. */
export const listedFault = (fault: Fault, affected: readonly Affected[], besideCloud: boolean) => ({
  ...shared(fault, affected),
  applied_to_cloud: outcomeOf(fault, besideCloud),
  host: fault.host,
  source: fault.source,
  reported_by: fault.reported_by,
  request_id: fault.request_id,
});

/** A fault as an administrator sees it by itself, with the instances or ports of all projects. */
export const wholeFault = (fault: Fault, affected: readonly Affected[], besideCloud: boolean) => ({
  ...listedFault(fault, affected, besideCloud),
  ...listed(
    fault,
    affected.flatMap(({ project_id, uuids }) =>
      [...uuids].sort().map((id) => ({ id, project_id })),
    ),
  ),
});

/** A fault as a tenant sees it: without host and reporter, and with its own instances or ports only. */
export const tenantFault = (fault: Fault, affected: readonly Affected[]) => ({
  ...shared(fault, affected),
  ...listed(
    fault,
    affected.flatMap(({ uuids }) => [...uuids].sort().map((id) => ({ id }))),
  ),
});
