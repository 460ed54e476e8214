/** Reads ports as clients see them: with the data plane reports applied that they are owed. */
import { type HostDataPlane, portAsSeen } from '../domain/ports/host-data-plane.ts';
import type { Port } from '../domain/ports/port.ts';

export type ReadPortsDeps = {
  /** Rows read consistently, with tombstones, in any order; unknown ids are left out. */
  readonly ports: (ids: readonly string[]) => Promise<readonly Port[]>;
  /** The reports on hosts' ports, read consistently; hosts without a report are left out. */
  readonly dataPlanes: (hosts: readonly string[]) => Promise<readonly HostDataPlane[]>;
};

/**
 * The ports of the ids, in any order; deleted and unknown ones are left out. Ports are read before
 * their hosts, so no report that was recorded by then is missed.
 */
export async function readPorts(deps: ReadPortsDeps, ids: readonly string[]): Promise<Port[]> {
  if (ids.length === 0) return [];
  const ports = (await deps.ports([...new Set(ids)])).filter(({ deleted }) => !deleted);
  const hosts = new Set(ports.map((port) => port['binding:host_id']).filter((host) => host !== ''));
  const planes = hosts.size === 0 ? [] : await deps.dataPlanes([...hosts]);
  const byHost = new Map(planes.map((plane) => [plane.host, plane]));
  return ports.map((port) => portAsSeen(port, byHost.get(port['binding:host_id'])));
}
