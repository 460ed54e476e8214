/**
 * What a port takes over from the host that it is bound to: the newest report on the data plane of
 * that host's ports. Reports on the host that the port leaves are not about its new host.
 * Decision: docs/adr/0021.
 */

import { isSameHost } from '../hosts/host-name.ts';
import type { HostDataPlane } from './host-data-plane.ts';
import type { DataPlaneStatus, Port } from './port.ts';

/** Whether a port changes its host between two rows. Having no host counts as one host. */
export const isRebound = (from: Port, to: Port): boolean =>
  !isSameHost(from['binding:host_id'], to['binding:host_id']);

/**
 * The port with the newest status that was reported of its new host; null without a report. A port
 * that had no host keeps its status if there is no report, because its status is not about another
 * host.
 * @param plane the reports on the new host; undefined if there are none, or if the port has no host.
 */
export const takingOver = (port: Port, plane: HostDataPlane | undefined): Port =>
  !plane && port['binding:host_id'] === ''
    ? port
    : { ...port, data_plane_status: newestOf(plane)?.data_plane_status ?? null };

/**
 * The row of a port that is created on the host of `plane`, or moves to it. The change is a toggle if
 * the port's status differs from `before`, its status until now. If the port is `DOWN` because of a
 * fault of the host, that fault is the cause of the change.
 */
export function boundRow(
  port: Port,
  before: DataPlaneStatus,
  plane: HostDataPlane | undefined,
): Port {
  const toggled = port.data_plane_status !== before;
  const fault_id = port.data_plane_status === 'DOWN' ? (newestOf(plane)?.fault_id ?? null) : null;
  return {
    ...port,
    report_number: plane?.number ?? 0,
    last_change: {
      ...port.last_change,
      data_plane_toggled: toggled,
      old_data_plane_status: toggled ? before : null,
      fault_id,
    },
  };
}

const newestOf = (plane: HostDataPlane | undefined) => plane?.reports.at(-1);
