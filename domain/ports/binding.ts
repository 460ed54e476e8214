/**
 * What a port takes over from the host that it is bound to: the newest report on the data plane of
 * that host's ports. A report on the host that it leaves says nothing of its new place.
 * Decision: docs/adr/0021.
 */

import { isSameHost } from '../hosts/host-name.ts';
import type { HostDataPlane } from './host-data-plane.ts';
import type { DataPlaneStatus, Port } from './port.ts';

/** Whether a port changes its host between two rows; a port on no host counts as on one of no name. */
export const isRebound = (from: Port, to: Port): boolean =>
  !isSameHost(from['binding:host_id'], to['binding:host_id']);

/**
 * The port with what is reported of its new host: null if nobody has reported. A port that was on no
 * host keeps its value where nobody has reported: that value is not about another host.
 * @param plane the reports on the new host; undefined if there are none, or if it is on no host.
 */
export const takingOver = (port: Port, plane: HostDataPlane | undefined): Port =>
  !plane && port['binding:host_id'] === ''
    ? port
    : { ...port, data_plane_status: newestOf(plane)?.data_plane_status ?? null };

/**
 * The row of a port that is made on, or moves to, the host of `plane`. `before` is its status until
 * now; the change counts as a toggle if its status is another one. A fault of the host that made the
 * port `DOWN`, or keeps it `DOWN`, is the change's cause.
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
