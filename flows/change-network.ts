/** A network is changed by its owner, or by who manages networks. */
import { DomainError } from '../domain/errors.ts';
import type { Network } from '../domain/ports/network.ts';
import { untilWritten } from './retry.ts';

export type ChangeNetworkDeps = {
  /** The networks of the ids that are registered, read consistently. */
  readonly networks: (ids: readonly string[]) => Promise<readonly Network[]>;
  /** Writes a network that is still as it was read; false if somebody was faster. */
  readonly saveNetwork: (from: Network, to: Network) => Promise<boolean>;
};

/** What becomes of a network (undefined: there is none); undefined if nothing. May refuse. */
export type DecideNetwork = (network: Network | undefined) => Network | undefined;

/**
 * Changes a network as `decide` says.
 * @returns the network as it is now. @throws what `decide` throws, before anything is written.
 */
export async function changeNetwork(
  deps: ChangeNetworkDeps,
  id: string,
  decide: DecideNetwork,
): Promise<Network> {
  return untilWritten(async () => {
    const [network] = await deps.networks([id]);
    const wanted = decide(network);
    if (!network) throw new DomainError('not_found', `Network ${id} could not be found.`);
    if (!wanted) return network;
    return (await deps.saveNetwork(network, wanted)) ? wanted : undefined;
  });
}
