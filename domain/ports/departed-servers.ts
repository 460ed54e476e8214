/**
 * Servers that have left a host. Their ports move with them, as Nova binds a server's ports to the
 * host that it moves to (nova `network/neutron.py`, `_update_port_binding_for_instance`).
 * Decision: docs/adr/0021.
 */

import * as z from 'zod';
import { HostName } from '../hosts/host.ts';
import { isSameHost } from '../hosts/host-name.ts';
import type { Instance } from '../servers/instance.ts';
import { slices } from '../slices.ts';
import { Moment } from '../time.ts';
import { instanceOf, type Port } from './port.ts';

/** A server that left a host, and when Doctor accepted that. */
const Mover = z.object({ uuid: z.guid(), at: Moment });

/** Servers that left one host, each for another one. */
export const Departed = z.object({ left: HostName, servers: z.array(Mover).min(1) });
export type Departed = z.infer<typeof Departed>;

/** A server's row before and after a change. */
export type ServerChange = { readonly before: Instance | undefined; readonly after: Instance };

/** In one message of a queue, which has room for more. */
const mostServers = 1_000;

/** The servers that moved to another host, grouped by the host that they left; in slices. */
export function departedServers(changes: readonly ServerChange[]): Departed[] {
  const moves = changes.flatMap(({ before, after }) => {
    const left = before?.host ?? null;
    if (left === null || after.host === null || after.host === left || after.deleted) return [];
    return [{ left, uuid: after.uuid, at: after.last_change.at }];
  });
  return [...Map.groupBy(moves, ({ left }) => left)].flatMap(([left, group]) => {
    const newest = new Map(group.map(({ uuid, at }) => [uuid, { uuid, at }]));
    return slices([...newest.values()], mostServers).map((some) => ({ left, servers: some }));
  });
}

/**
 * The host that a port is to be bound to, because its server has moved there. Undefined if the port
 * stays: it is not on the host that was left; it was bound to that host after its server had left
 * (`at`); or its server is back there, has no host, or is deleted.
 */
export function hostToFollow(
  port: Port,
  { left, at }: { readonly left: string; readonly at: string },
  server: Instance | undefined,
): string | undefined {
  if (port.deleted || !isSameHost(port['binding:host_id'], left) || port.bound_at > at)
    return undefined;
  if (!server || server.deleted || instanceOf(port) !== server.uuid) return undefined;
  return server.host === null || server.host === left ? undefined : server.host;
}
