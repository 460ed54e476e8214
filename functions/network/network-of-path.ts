/** Reads and changes the network that a path names. */

import type { RouteRequest } from '../../adapters/http/route.ts';
import type { Caller } from '../../domain/identity/access.ts';
import type { Network } from '../../domain/ports/network.ts';
import { canRead, notFound } from '../../domain/ports/port-access.ts';
import type { NetworkDeps } from './deps.ts';
import { idOf } from './request-parts.ts';

/** The caller and the path of a request. */
type NetworkRequest = Pick<RouteRequest<unknown, unknown>, 'caller' | 'params'>;

/** The network of the path, if the caller may know of it. @throws NetworkNotFound */
export async function readNetwork(
  deps: Pick<NetworkDeps, 'networks'>,
  { caller, params: { id: text = '' } }: NetworkRequest,
): Promise<Network> {
  const id = idOf(text);
  const [found] = id === undefined ? [] : await deps.networks([id]);
  return visibleNetwork(caller, text, found);
}

/** Changes the network of the path, if the caller may know of it. @throws NetworkNotFound */
export function changeNetworkOfPath(
  deps: Pick<NetworkDeps, 'changeNetwork'>,
  { caller, params }: NetworkRequest,
  decide: (network: Network) => Network | undefined,
): Promise<Network> {
  return deps.changeNetwork(networkIdOf(params), (network) =>
    decide(visibleNetwork(caller, params.id, network)),
  );
}

/** The id in the path, in lower case. @throws NetworkNotFound if it is not an id. */
export function networkIdOf({ id: text = '' }: NetworkRequest['params']): string {
  const id = idOf(text);
  if (id === undefined) throw notFound('Network', text);
  return id;
}

/** The network that was read, if the caller may know of it. @throws NetworkNotFound */
export function visibleNetwork(
  caller: Caller,
  text: string | undefined,
  network: Network | undefined,
): Network {
  if (network && canRead(caller, network)) return network;
  throw notFound('Network', text ?? '');
}
