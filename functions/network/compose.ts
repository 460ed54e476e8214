/** Puts the network surface together: handler and flows, on plain stores. */
import { changeNetwork, createNetwork, deleteNetwork } from '../../flows/change-network.ts';
import { changePort } from '../../flows/change-port.ts';
import { createPorts } from '../../flows/create-ports.ts';
import type { DepsOf } from '../../flows/deps-of.ts';
import { readPorts } from '../../flows/read-ports.ts';
import { type NetworkApiDeps, networkApi } from './handler.ts';

/** What the flows answer for the routes. */
type Composed =
  | 'readPorts'
  | 'createPorts'
  | 'changePort'
  | 'createNetwork'
  | 'changeNetwork'
  | 'deleteNetwork';

export type NetworkParts = Omit<NetworkApiDeps, Composed> &
  DepsOf<typeof readPorts> &
  DepsOf<typeof createPorts> &
  DepsOf<typeof changePort> &
  DepsOf<typeof createNetwork> &
  DepsOf<typeof changeNetwork> &
  DepsOf<typeof deleteNetwork>;

/** The handler of the network surface. */
export const compose = (parts: NetworkParts) =>
  networkApi({
    ...parts,
    readPorts: (ids) => readPorts(parts, ids),
    createPorts: (ports) => createPorts(parts, ports),
    changePort: (id, decide) => changePort(parts, id, decide),
    createNetwork: (network) => createNetwork(parts, network),
    changeNetwork: (id, decide) => changeNetwork(parts, id, decide),
    deleteNetwork: (network, judge) => deleteNetwork(parts, network, judge),
  });
