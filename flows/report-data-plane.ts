/** Somebody reports on the data plane beneath all ports of a host. */
import type { Actor } from '../domain/change.ts';
import { DomainError } from '../domain/errors.ts';
import type { Reporter } from '../domain/hosts/service-update.ts';
import {
  type HostDataPlane,
  type RecordedReport,
  reportedDataPlane,
} from '../domain/ports/host-data-plane.ts';
import type { DataPlaneStatus } from '../domain/ports/port.ts';
import { type Applied, type ApplyDataPlaneDeps, applyDataPlane } from './apply-data-plane.ts';
import { untilWritten } from './retry.ts';

export type ReportDataPlaneDeps = ApplyDataPlaneDeps & {
  /** What was reported before, read consistently. */
  readonly dataPlane: (host: string) => Promise<HostDataPlane | undefined>;
  /** Whether a host of the name is registered. */
  readonly isHost: (host: string) => Promise<boolean>;
  /** Writes report and fault in one transaction; false if somebody else reported first. */
  readonly saveReport: (
    before: HostDataPlane | undefined,
    report: RecordedReport,
  ) => Promise<boolean>;
  readonly newId: () => string;
};

export type Told = {
  readonly host: string;
  readonly data_plane_status: DataPlaneStatus;
  readonly actor: Actor;
  readonly reporter: Reporter;
};

export type ReportedDataPlane = Applied & { readonly plane: HostDataPlane };

/**
 * Records the report, then makes it true of every port whose `binding:host_id` it is. Once it is
 * recorded the work may be interrupted: readers see what is owed, and the fault-finisher finishes.
 * @throws not_found if neither a host nor a port names the host.
 */
export async function reportDataPlane(
  deps: ReportDataPlaneDeps,
  told: Told,
): Promise<ReportedDataPlane> {
  const plane = await untilWritten(async () => {
    const before = await deps.dataPlane(told.host);
    if (!before && !(await isKnown(deps, told.host))) {
      throw new DomainError('not_found', `Host ${told.host} is not registered and has no ports.`);
    }
    const report = reportedDataPlane(before, { ...told, newId: deps.newId });
    return (await deps.saveReport(before, report)) ? report.plane : undefined;
  });
  return { plane, ...(await applied(deps, plane)) };
}

/** A port that the index does not show yet does not count: nothing was recorded, and a repeat finds it. */
async function isKnown(deps: ReportDataPlaneDeps, host: string): Promise<boolean> {
  if (await deps.isHost(host)) return true;
  for await (const page of deps.portsOn(host)) if (page.length > 0) return true;
  return false;
}

async function applied(deps: ReportDataPlaneDeps, plane: HostDataPlane): Promise<Applied> {
  const outcome = await applyDataPlane(deps, plane);
  for (const failure of outcome.failures) deps.interrupted('ports of a host', failure);
  return outcome;
}
