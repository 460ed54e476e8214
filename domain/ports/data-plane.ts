/**
 * Two names of one stored value: Neutron's `data_plane_status` and OPNFV Doctor's `dp_down`.
 * Source: docs/wire/network.md#data-plane-status; OPNFV Doctor, "Port data plane status".
 */
import { DomainError } from '../errors.ts';
import type { DataPlaneStatus } from './port.ts';

/** The data plane attributes of a request; an attribute that it does not give is undefined. */
export type DataPlaneInput = {
  readonly data_plane_status?: DataPlaneStatus | undefined;
  readonly dp_down?: boolean | undefined;
};

/**
 * The status that a request gives a port whose status is `stored`; undefined if it gives none.
 * `dp_down: false` does not change a port without a report, because false is the default.
 * @throws HTTPBadRequest if the two attributes contradict each other.
 */
export function requestedDataPlane(
  { data_plane_status: status, dp_down: down }: DataPlaneInput,
  stored: DataPlaneStatus,
): DataPlaneStatus | undefined {
  requireAgreement({ data_plane_status: status, dp_down: down });
  if (status !== undefined || down === undefined) return status;
  if (down) return 'DOWN';
  return stored === 'DOWN' ? 'ACTIVE' : stored;
}

/** @throws HTTPBadRequest if both attributes are given and contradict each other. */
export function requireAgreement({ data_plane_status: status, dp_down: down }: DataPlaneInput) {
  if (status === undefined || down === undefined) return;
  if ((status === 'DOWN') !== down) {
    throw new DomainError('invalid', "'data_plane_status' and 'dp_down' do not match");
  }
}
