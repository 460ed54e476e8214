/** Puts the network surface together: handler and flows, on plain stores. */
import { changeNetwork } from '../../flows/change-network.ts';
import { changePort } from '../../flows/change-port.ts';
import { createPorts } from '../../flows/create-ports.ts';
import type { DepsOf } from '../../flows/deps-of.ts';
import { readPorts } from '../../flows/read-ports.ts';
import { type Deps, networkApi } from './handler.ts';

/** What the flows answer for the routes. */
type Composed = 'readPorts' | 'createPorts' | 'changePort' | 'changeNetwork';

export type NetworkParts = Omit<Deps, Composed> &
  DepsOf<typeof readPorts> &
  DepsOf<typeof createPorts> &
  DepsOf<typeof changePort> &
  DepsOf<typeof changeNetwork>;

/** The handler of the network surface. */
export const compose = (parts: NetworkParts) =>
  networkApi({
    ...parts,
    readPorts: (ids) => readPorts(parts, ids),
    createPorts: (ports) => createPorts(parts, ports),
    changePort: (id, decide) => changePort(parts, id, decide),
    changeNetwork: (id, decide) => changeNetwork(parts, id, decide),
  });
