/**
 * Binds the ports of servers that have left a host to the hosts where the servers are now. Run by the
 * fault-finisher some seconds after each move: every step may run twice.
 */

import { type Departed, hostToFollow } from '../domain/ports/departed-servers.ts';
import { instanceOf, type Port, updatedPort } from '../domain/ports/port.ts';
import type { Instance } from '../domain/servers/instance.ts';
import { type ChangePortDeps, changePort } from './change-port.ts';
import { inChunks } from './in-chunks.ts';

export type TakePortsAlongDeps = ChangePortDeps & {
  /** Ids of the ports on a host, as the index shows them, a page at a time. */
  readonly portsOn: (host: string) => AsyncIterable<readonly string[]>;
  /** Rows read consistently, in any order; what does not exist is left out. */
  readonly ports: (ids: readonly string[]) => Promise<readonly Port[]>;
  /** Up to 100 rows, read consistently; what does not exist is left out. */
  readonly instances: (uuids: readonly string[]) => Promise<readonly Instance[]>;
  readonly now: () => string;
};

/**
 * Binds each port of the servers that is still on the host they left. A port takes over what is
 * reported of its new host.
 * @returns how many ports were bound. @throws what kept it from the others, after all are done.
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
 * Whether the port was bound by this call. It counts as bound since its server moved: what moves the
 * server next is later than that, however late this runs.
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
