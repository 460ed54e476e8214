/**
/**
 * Applies a host's fault, or a report on its ports, once more, some time after: to instances and
 * ports that the report did not live to change, or that the index did not show it. Finds nothing to
 * do most of the time. Tells owners of a maintenance once more as well, for the same reasons;
 * repeats are told nobody. Binds the ports of servers that left a host to where the servers are.
 */
import { type Log, onQueue } from '../../adapters/lambda.ts';
import { FinishMessage } from '../../domain/events/messages.ts';
import type { Host } from '../../domain/hosts/host.ts';
import type { Notice } from '../../domain/hosts/maintenance.ts';
import type { Departed } from '../../domain/ports/departed-servers.ts';
import type { HostDataPlane } from '../../domain/ports/host-data-plane.ts';

export type Deps = {
  /** The host's row, tombstones included, read consistently. */
  readonly host: (name: string) => Promise<Host | undefined>;
  /** Applies what the host owes; gives the number of instances that changed. */
  readonly applyFault: (host: Host) => Promise<number>;
  /** What was reported of the host's ports, read consistently. */
  readonly dataPlane: (host: string) => Promise<HostDataPlane | undefined>;
  /** Applies it; gives the number of ports that changed. */
  readonly applyDataPlane: (plane: HostDataPlane) => Promise<number>;
  /** Sends the events of a maintenance; gives the number of instances concerned. */
  readonly tellOwners: (notice: Notice) => Promise<number>;
  /** Binds the ports of servers that left a host; gives the number of ports that were bound. */
  readonly takePortsAlong: (departed: Departed) => Promise<number>;
  readonly log: Log;
};

export const createHandler = (deps: Deps) =>
  onQueue({
    log: deps.log,
    consume: async ({ body }) => {
      const message = FinishMessage.parse(JSON.parse(body));
      if ('notice' in message) {
        const { host, number } = message.notice;
        return { host, maintenance: number, concerned: await deps.tellOwners(message.notice) };
      }
      if ('departed' in message) {
        const { left, servers } = message.departed;
        const bound = await deps.takePortsAlong(message.departed);
        return { left, servers: servers.length, bound };
      }
      return { ...message, affected: await finish(deps, message) };
    },
    report: (finished) => deps.log.info('finished', { finished }),
  });

type Fault = Exclude<FinishMessage, { readonly notice: Notice } | { readonly departed: Departed }>;

async function finish(deps: Deps, { host: name, of }: Fault): Promise<number> {
  if (of === 'ports') {
    const plane = await deps.dataPlane(name);
    return plane ? deps.applyDataPlane(plane) : 0;
  }
  const host = await deps.host(name);
  return host ? deps.applyFault(host) : 0;
}
