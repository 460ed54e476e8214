/**
 * Binds the ports of servers that have left a host to the hosts where the servers are now. The
 * fault-finisher runs it some seconds after each move. Every step may run twice.
 */

import { type Departed, hostToFollow } from '../domain/ports/departed-servers.ts';
import { instanceOf, type Port, updatedPort } from '../domain/ports/port.ts';
import type { Instance } from '../domain/servers/instance.ts';
import { type ChangePortDeps, changePort } from './change-port.ts';
import { inChunks } from './in-chunks.ts';

export type TakePortsAlongDeps = ChangePortDeps & {
  /** Ids of the ports on a host, as the index shows them, a page at a time. */
  readonly portsOn: (host: string) => AsyncIterable<readonly string[]>;
  /** Rows read consistently, in any order; unknown ids are left out. */
  readonly ports: (ids: readonly string[]) => Promise<readonly Port[]>;
  /** Up to 100 rows, read consistently; unknown ids are left out. */
  readonly instances: (uuids: readonly string[]) => Promise<readonly Instance[]>;
  readonly now: () => string;
};

/**
 * Binds each port of the servers that is still on the host that they left. A port takes over the
 * status that is reported of its new host.
 * @returns how many ports were bound. @throws the first error, after all ports were tried.
 */
export async function takePortsAlong(
  deps: TakePortsAlongDeps,
  { left, servers }: Departed,
): Promise<number> {
  let bound = 0;
  const movers = new Map(servers.map(({ uuid, at }) => [uuid, { left, at }]));
  const [failure] = await inChunks(deps.portsOn(left), async (ids) => {
    const ports = (await deps.ports(ids)).filter((port) => movers.has(instanceOf(port) ?? ''));
    const uuids = [...new Set(ports.flatMap((port) => instanceOf(port) ?? []))];
    const found = uuids.length === 0 ? [] : await deps.instances(uuids);
    const byUuid = new Map(found.map((instance) => [instance.uuid, instance]));
    for (const port of ports) {
      const uuid = instanceOf(port) ?? '';
      const [move, server] = [movers.get(uuid), byUuid.get(uuid)];
      if (move && server && (await follow(deps, port, move, server))) bound += 1;
    }
  });
  if (failure !== undefined) throw failure;
  return bound;
}

/**
 * Whether this call bound the port. Its `bound_at` is the time when its server moved: a later move of
 * the server is after that time, even if this call runs late.
 */
async function follow(
  deps: TakePortsAlongDeps,
  { id }: Port,
  move: { readonly left: string; readonly at: string },
  server: Instance,
): Promise<boolean> {
  const { user_id, request_id } = server.last_change;
  const actor = { user_id, request_id, at: deps.now() };
  let follows = false;
  await changePort(deps, id, (port) => {
    const host = port && hostToFollow(port, move, server);
    follows = host !== undefined;
    return port && host !== undefined
      ? updatedPort(port, { 'binding:host_id': host, bound_at: move.at }, actor)
      : undefined;
  });
  return follows;
}
