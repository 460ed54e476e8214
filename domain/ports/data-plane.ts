/**
 * Two spellings of one stored value: Neutron's `data_plane_status` and OPNFV Doctor's `dp_down`.
 * Source: docs/wire/network.md#data-plane-status; OPNFV Doctor, "Port data plane status".
 */
import { DomainError } from '../errors.ts';
import type { DataPlaneStatus } from './port.ts';

/** What a request says of the data plane; a key that it does not give is undefined. */
export type DataPlaneWords = {
  readonly data_plane_status?: DataPlaneStatus | undefined;
  readonly dp_down?: boolean | undefined;
};

/**
 * The value that a request asks for, of a port whose value is `stored`; undefined if it asks for
 * none. `dp_down: false` leaves a port alone of which nobody has reported: false is its default.
 * @throws HTTPBadRequest if the two contradict each other.
 */
export function wantedDataPlane(
  { data_plane_status: status, dp_down: down }: DataPlaneWords,
  stored: DataPlaneStatus,
): DataPlaneStatus | undefined {
  requireAgreement({ data_plane_status: status, dp_down: down });
  if (status !== undefined || down === undefined) return status;
  if (down) return 'DOWN';
  return stored === 'DOWN' ? 'ACTIVE' : stored;
}

/** @throws HTTPBadRequest if both are given and do not mean the same. */
export function requireAgreement({ data_plane_status: status, dp_down: down }: DataPlaneWords) {
  if (status === undefined || down === undefined) return;
  if ((status === 'DOWN') !== down) {
    throw new DomainError('invalid', "'data_plane_status' and 'dp_down' do not match");
  }
}
