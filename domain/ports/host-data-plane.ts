/**
 * Reports on the data plane of all ports of a host. A host's reports are numbered. A port whose row
 * was written under a lower number is owed the later reports until they are applied to it.
 * Decision: docs/adr/0021.
 */
import * as z from 'zod';
import type { Actor } from '../change.ts';
import type { Fault } from '../hosts/fault.ts';
import { HostName } from '../hosts/host.ts';
import { isSameHost } from '../hosts/host-name.ts';
import type { Reporter } from '../hosts/service-update.ts';
import { faultId } from '../ids.ts';
import { Moment } from '../time.ts';
import { DataPlaneStatus, type Port, updatedPort } from './port.ts';

/** One report. `number` counts the reports on its host, from 1. */
export const DataPlaneReport = z.object({
  number: z.int().min(1),
  data_plane_status: DataPlaneStatus,
  at: Moment,
  user_id: z.string(),
  request_id: z.string(),
  /** The fault that a report of `DOWN` raised or repeated; null for other reports. */
  fault_id: z.uuid().nullable(),
});
export type DataPlaneReport = z.infer<typeof DataPlaneReport>;

/** The newest reports that a host's row keeps: more do not come before a report is applied. */
const mostRemembered = 20;

/**
 * The row of what was reported of a host's ports. `host` is spelt as in the first report; `number` is
 * that of the newest report; `open_fault` is the number of the open fault, null without one.
 */
export const HostDataPlane = z.object({
  host: HostName,
  number: z.int().min(1),
  /** Random; the ids of the host's faults are derived from it. */
  fault_series: z.uuid(),
  open_fault: z.int().min(1).nullable(),
  /** Oldest first, the newest of number `number` last. */
  reports: z.array(DataPlaneReport).min(1),
});
export type HostDataPlane = z.infer<typeof HostDataPlane>;

/**
 * The fault of a host's data plane that is open, or that was the last one; undefined if the reports that are
 * remembered name none.
 */
export const newestFault = (
  plane: Pick<HostDataPlane, 'number' | 'reports'>,
): PlaneFault | undefined => faultUpTo(plane, plane.number);

/** A fault of a host's data plane. */
type PlaneFault = { readonly number: number; readonly fault_id: string };

/**
 * The fault that a report opened, repeated or closed; undefined if the reports that are remembered
 * name none.
 * @param number of the report.
 */
export function faultUpTo(
  { reports }: Pick<HostDataPlane, 'reports'>,
  number: number,
): PlaneFault | undefined {
  const earlier = reports.filter((report) => report.number <= number);
  const fault_id = earlier.findLast((report) => report.fault_id !== null)?.fault_id;
  const opened = earlier.find((report) => report.fault_id === fault_id);
  return fault_id && opened ? { number: -opened.number, fault_id } : undefined;
}

/** The row with a new report, and the fault that the report opens or closes; undefined for neither. */
export type RecordedReport = {
  readonly plane: HostDataPlane;
  readonly fault: { readonly opened: Fault } | { readonly closed: number } | undefined;
};

type NewReport = {
  readonly host: string;
  readonly data_plane_status: DataPlaneStatus;
  readonly actor: Actor;
  readonly reporter: Reporter;
  /** The monitor whose report it is; absent if a user reports it. */
  readonly source?: string;
  readonly newId: () => string;
};

/**
 * The host's data plane after a report. A repeated report counts too: a port may have another status
 * by then, and takes the newer report. `DOWN` opens a fault unless one is open; any other status
 * closes it.
 */
export function reportedDataPlane(
  before: HostDataPlane | undefined,
  given: NewReport,
): RecordedReport {
  const { data_plane_status, actor, reporter, newId } = given;
  const host = before?.host ?? given.host;
  const { user_id, request_id, at } = actor;
  const number = (before?.number ?? 0) + 1;
  const fault_series = before?.fault_series ?? newId();
  const down = data_plane_status === 'DOWN';
  const standing = before?.open_fault ?? null;
  const open_fault = down ? (standing ?? number) : null;
  const fault_id = open_fault === null ? null : faultId(fault_series, open_fault);
  const report = { number, data_plane_status, at, user_id, request_id, fault_id };
  const plane = {
    host,
    number,
    fault_series,
    open_fault,
    reports: [...(before?.reports ?? []), report].slice(-mostRemembered),
  };
  if (fault_id !== null && standing === null) {
    const opened: Fault = {
      kind: 'data_plane',
      host,
      number: -number,
      fault_id,
      at,
      reported_by: reporter,
      request_id,
      source: given.source ?? null,
      cleared_at: null,
      applied_to_cloud: null,
    };
    return { plane, fault: { opened } };
  }
  return { plane, fault: !down && standing !== null ? { closed: -standing } : undefined };
}

/**
 * The rows that apply to a port the reports that it is owed: one row, in order, for each report that
 * changes its status. Empty if no report does. The port must have been read before the host.
 */
export function owedRows(port: Port, plane: HostDataPlane | undefined): Port[] {
  if (!plane || port.deleted || !isSameHost(port['binding:host_id'], plane.host)) {
    return [];
  }
  const rows: Port[] = [];
  for (const { number, data_plane_status, fault_id, ...actor } of plane.reports) {
    if (number <= port.report_number) continue;
    const cause = { kind: 'report', fault_id } as const;
    const row = updatedPort(rows.at(-1) ?? port, { data_plane_status }, actor, cause);
    if (row) rows.push({ ...row, report_number: number });
  }
  return rows;
}

/** The port as readers see it: with the reports applied that it is owed. */
export const portAsSeen = (port: Port, plane: HostDataPlane | undefined): Port =>
  owedRows(port, plane).at(-1) ?? port;
