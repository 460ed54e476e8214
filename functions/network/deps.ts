/** The dependencies of the routes of ports and of networks. */

import type { Network } from '../../domain/ports/network.ts';
import type { Port } from '../../domain/ports/port.ts';
import type { PortIndex, PortIndexReading } from '../../domain/ports/port-index.ts';
import type { DecideNetwork, JudgeDeletion } from '../../flows/change-network.ts';
import type { DecidePort } from '../../flows/change-port.ts';
import type { NewPort } from '../../flows/create-ports.ts';

/** The dependencies of the routes of ports. */
export type PortDeps = {
  /** The ids in an index, in pages. Within a project they are in order. */
  readonly portIds: (among: PortIndex, walk: PortIndexReading) => AsyncIterable<readonly string[]>;
  /** Ports as readers see them, consistently, in any order; deleted and unknown ones are left out. */
  readonly readPorts: (ids: readonly string[]) => Promise<readonly Port[]>;
  readonly createPorts: (requested: readonly NewPort[]) => Promise<readonly Port[]>;
  readonly changePort: (id: string, decide: DecidePort) => Promise<Port>;
  /** The networks of the ids that are registered, read consistently. */
  readonly networks: (ids: readonly string[]) => Promise<readonly Network[]>;
  readonly now: () => string;
  readonly newId: () => string;
  readonly newMac: () => string;
};

/** The dependencies of the routes of networks. */
export type NetworkDeps = {
  /** The networks of the ids that are registered, read consistently. */
  readonly networks: (ids: readonly string[]) => Promise<readonly Network[]>;
  /** The networks of a project (undefined: of all), in order of their ids. */
  readonly networksOf: (project_id: string | undefined) => Promise<readonly Network[]>;
  readonly createNetwork: (network: Network) => Promise<Network>;
  readonly changeNetwork: (id: string, decide: DecideNetwork) => Promise<Network>;
  readonly deleteNetwork: (
    network: { readonly id: string; readonly now: string },
    judge: JudgeDeletion,
  ) => Promise<void>;
  readonly newId: () => string;
  readonly now: () => string;
};
