/**
/**
 * Applies a host's fault, or a report on its ports, again some time later. It changes the instances and
 * ports that the report missed, because it died or an index lagged; most of the time there are none.
 * For the same reasons it sends the events of a maintenance again; owners are notified of a repeat once.
 * It also binds the ports of servers that left a host to the hosts where the servers are.
 */
import { type Log, onQueue } from '../../adapters/lambda.ts';
import { FinishMessage } from '../../domain/events/messages.ts';
import type { Host } from '../../domain/hosts/host.ts';
import type { Notice } from '../../domain/hosts/maintenance.ts';
import type { Departed } from '../../domain/ports/departed-servers.ts';
import type { HostDataPlane } from '../../domain/ports/host-data-plane.ts';

/** What the fault-finisher needs from outside. */
export type FaultFinisherDeps = {
  /** The host's row, tombstones included, read consistently. */
  readonly host: (name: string) => Promise<Host | undefined>;
  /** Applies the host's owed fault; returns the number of instances that changed. */
  readonly applyFault: (host: Host) => Promise<number>;
  /** The newest report on the host's ports, read consistently; undefined if there is none. */
  readonly dataPlane: (host: string) => Promise<HostDataPlane | undefined>;
  /** Applies the report; returns the number of ports that changed. */
  readonly applyDataPlane: (plane: HostDataPlane) => Promise<number>;
  /** Sends the events of a maintenance; returns the number of instances concerned. */
  readonly notifyOwners: (notice: Notice) => Promise<number>;
  /** Binds the ports of servers that left a host; returns the number of ports that were bound. */
  readonly takePortsAlong: (departed: Departed) => Promise<number>;
  readonly log: Log;
};

/** The handler of the queue of faults. */
export const faultFinisher = (deps: FaultFinisherDeps) =>
  onQueue({
    log: deps.log,
    consume: async ({ body }) => {
      const message = FinishMessage.parse(JSON.parse(body));
      if ('notice' in message) {
        const { host, number } = message.notice;
        return { host, maintenance: number, concerned: await deps.notifyOwners(message.notice) };
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

async function finish(deps: FaultFinisherDeps, { host: name, of }: Fault): Promise<number> {
  if (of === 'ports') {
    const plane = await deps.dataPlane(name);
    return plane ? deps.applyDataPlane(plane) : 0;
  }
  const host = await deps.host(name);
  return host ? deps.applyFault(host) : 0;
}
