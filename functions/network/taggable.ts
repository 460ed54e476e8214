/** The resources that have tags: ports and networks. */
import { updatedNetwork } from '../../domain/ports/network.ts';
import { updatedPort } from '../../domain/ports/port.ts';
import { requirePolicy } from '../../domain/ports/port-access.ts';
import type { NetworkDeps, PortDeps } from './deps.ts';
import { changeNetworkOfPath, readNetwork } from './network-of-path.ts';
import { changePortOfPath, readPort } from './port-of-path.ts';
import { actorAt } from './request-parts.ts';
import type { Taggable } from './tags.ts';

/** Each change of a port's tags is a change of the port, with its events. */
export const taggablePorts = (deps: PortDeps): Taggable => ({
  collection: '/v2.0/ports',
  tagsOf: async (request) => (await readPort(deps, request)).tags,
  retag: async (request, tagsAfter) => {
    const at = deps.now();
    const changed = await changePortOfPath(deps, request, (port) => {
      requirePolicy(request.caller, port, 'update_ports_tags');
      return updatedPort(port, { tags: tagsAfter(port.tags) }, actorAt(request, at));
    });
    return changed.tags;
  },
});

/** A change of a network's tags is a change of the network. */
export const taggableNetworks = (deps: NetworkDeps): Taggable => ({
  collection: '/v2.0/networks',
  tagsOf: async (request) => (await readNetwork(deps, request)).tags,
  retag: async (request, tagsAfter) => {
    const at = deps.now();
    const changed = await changeNetworkOfPath(deps, request, (network) => {
      requirePolicy(request.caller, network, 'update_networks_tags');
      return updatedNetwork(network, { tags: tagsAfter(network.tags) }, at);
    });
    return changed.tags;
  },
});
