/** The data plane of a port that the cloud's Neutron must show. */
import type { Port } from '../ports/port.ts';

/** Neutron's `data_plane_status` of a port; null without a report. */
export type CloudDataPlane = 'ACTIVE' | 'DOWN' | null;

/** Whether Neutron must be written to show a status: to it, a port without a report is active. */
export const isDifferentInCloud = (wanted: 'ACTIVE' | 'DOWN', shown: CloudDataPlane): boolean =>
  shown !== wanted && !(wanted === 'ACTIVE' && shown === null);

/**
 * The status to write; undefined for none. Neutron fails with 500 on null, so a port whose `DOWN` was
 * taken back without another report, as by a move to another host, becomes `ACTIVE`.
 * Source: docs/wire/cloud.md#the-data-plane-of-ports.
 */
export function wantedInCloud({
  data_plane_status,
  last_change,
  deleted,
}: Pick<Port, 'data_plane_status' | 'last_change' | 'deleted'>): 'ACTIVE' | 'DOWN' | undefined {
  if (deleted) return undefined;
  if (data_plane_status !== null) return data_plane_status;
  const isTakenBack =
    last_change.data_plane_toggled && last_change.old_data_plane_status === 'DOWN';
  return isTakenBack ? 'ACTIVE' : undefined;
}
