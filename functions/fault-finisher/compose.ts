/** Puts the fault-finisher together: handler and flows. */
import { finishDataPlane } from '../../flows/apply-data-plane.ts';
import { applyFault } from '../../flows/apply-fault.ts';
import type { DepsOf } from '../../flows/deps-of.ts';
import { notifyOwners } from '../../flows/notify-owners.ts';
import { takePortsAlong } from '../../flows/take-ports-along.ts';
import { type FaultFinisherDeps, faultFinisher } from './handler.ts';

type Flows = DepsOf<typeof applyFault> &
  DepsOf<typeof notifyOwners> &
  DepsOf<typeof takePortsAlong> &
  DepsOf<typeof finishDataPlane>;

export type FaultFinisherParts = Pick<FaultFinisherDeps, 'host' | 'log'> &
  Omit<Flows, 'portsOn' | 'freeAbandonedMac'> & {
    /** Ids of the ports on a host, as the index shows them, a page at a time. */
    readonly portIds: (among: {
      readonly index: 'byHost';
      readonly value: string;
    }) => AsyncIterable<readonly string[]>;
  };

/** The handler of the queue of faults. */
export function compose({ host, log, ...parts }: FaultFinisherParts) {
  const flows: Flows = {
    ...parts,
    // The fault-finisher changes no MAC address, so it never has to free one.
    freeAbandonedMac: async () => false,
    portsOn: (name) => parts.portIds({ index: 'byHost', value: name }),
  };
  return faultFinisher({
    host,
    applyFault: (failed) => applyFault(flows, failed),
    notifyOwners: (notice) => notifyOwners(flows, notice),
    takePortsAlong: (departed) => takePortsAlong(flows, departed),
    dataPlane: flows.dataPlane,
    applyDataPlane: (plane) => finishDataPlane(flows, plane),
    log,
  });
}
