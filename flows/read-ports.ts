/** Ports as every reader sees them: with what the reports on their hosts owe them. */
import type { HostDataPlane } from '../domain/ports/host-data-plane.ts';
import { portAsSeen } from '../domain/ports/host-data-plane.ts';
import type { Port } from '../domain/ports/port.ts';

export type ReadPortsDeps = {
  /** Rows read consistently, tombstones included, in any order; unknown ones are left out. */
  readonly ports: (ids: readonly string[]) => Promise<readonly Port[]>;
  /** What was reported of hosts, read consistently; hosts of which nobody has are left out. */
  readonly dataPlanes: (hosts: readonly string[]) => Promise<readonly HostDataPlane[]>;
};

/**
 * The ports of the ids, in any order; deleted and unknown ones are left out. Ports are read before
 * their hosts, so that no report recorded by then is missed.
 */
export async function readPorts(deps: ReadPortsDeps, ids: readonly string[]): Promise<Port[]> {
  if (ids.length === 0) return [];
  const ports = (await deps.ports([...new Set(ids)])).filter(({ deleted }) => !deleted);
  const hosts = new Set(ports.map((port) => port['binding:host_id']).filter((host) => host !== ''));
  const planes = hosts.size === 0 ? [] : await deps.dataPlanes([...hosts]);
  const byHost = new Map(planes.map((plane) => [plane.host, plane]));
  return ports.map((port) => portAsSeen(port, byHost.get(port['binding:host_id'])));
}
