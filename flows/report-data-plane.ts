/** A report on the data plane of all ports of a host. */
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
  /** The earlier reports, read consistently; undefined without any. */
  readonly dataPlane: (host: string) => Promise<HostDataPlane | undefined>;
  /** Whether a host of the name is registered. */
  readonly isHost: (host: string) => Promise<boolean>;
  /** Writes report and fault in one transaction; false if another writer was faster. */
  readonly saveReport: (
    before: HostDataPlane | undefined,
    report: RecordedReport,
  ) => Promise<boolean>;
  readonly newId: () => string;
};

/** A report on all ports of a host. */
export type DataPlaneReportInput = {
  readonly host: string;
  readonly data_plane_status: DataPlaneStatus;
  readonly actor: Actor;
  readonly reporter: Reporter;
  /** The monitor whose report it is; absent if a user reports it. */
  readonly source?: string;
};

/** The reports with the new one, and how many ports it changed. */
export type ReportedDataPlane = Applied & { readonly plane: HostDataPlane };

/**
 * Records the report, then applies it to every port on the host. After the report is recorded the
 * work may be interrupted: readers see the report applied, and the fault-finisher finishes the work.
 * @throws not_found if neither a host nor a port names the host.
 */
export async function reportDataPlane(
  deps: ReportDataPlaneDeps,
  input: DataPlaneReportInput,
): Promise<ReportedDataPlane> {
  const plane = await untilWritten(async () => {
    const before = await deps.dataPlane(input.host);
    if (!before && !(await isKnown(deps, input.host))) {
      throw new DomainError('not_found', `Host ${input.host} is not registered and has no ports.`);
    }
    const report = reportedDataPlane(before, { ...input, newId: deps.newId });
    return (await deps.saveReport(before, report)) ? report.plane : undefined;
  });
  return { plane, ...(await applied(deps, plane)) };
}

/**
 * Whether a host or a port has the name. A port that the index does not show yet is missed. Then
 * nothing is recorded, and a repeated report finds it.
 */
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
