/** Networks are created, changed and deleted by their owners, or by callers who manage networks. */
import { type DomainError, noSuch, Refusal } from '../domain/errors.ts';
import type { Network } from '../domain/ports/network.ts';
import { untilWritten } from './retry.ts';

export type ChangeNetworkDeps = {
  /** The networks of the ids that are registered, read consistently. */
  readonly networks: (ids: readonly string[]) => Promise<readonly Network[]>;
  /** False if the id is in use. */
  readonly insertNetwork: (network: Network) => Promise<boolean>;
  /** False if the network is no longer as it was read. */
  readonly saveNetwork: (from: Network, to: Network) => Promise<boolean>;
  /** Deletes a network; false if it is no longer as it was read. */
  readonly removeNetwork: (network: Network) => Promise<boolean>;
  /** Whether a port is on the network, or may soon be; read consistently. */
  readonly hasPorts: (network_id: string, now: string) => Promise<boolean>;
};

/**
 * The network after a change of it as it was read (undefined: there is none). The result is
 * undefined if nothing changes. It throws if the change is refused.
 */
export type DecideNetwork = (network: Network | undefined) => Network | undefined;

/** Throws if the network as it was read (undefined: there is none) may not be deleted. */
export type JudgeDeletion = (network: Network | undefined) => void;

/** Creates a network. @throws NetworkIdInUse */
export async function createNetwork(
  { insertNetwork }: Pick<ChangeNetworkDeps, 'insertNetwork'>,
  network: Network,
): Promise<Network> {
  if (await insertNetwork(network)) return network;
  throw new Refusal(
    'network_id_in_use',
    `Unable to create network ${network.network_id}: its id is in use.`,
  );
}

/**
 * Changes a network as `decide` says; reads and decides again if another writer was faster.
 * @returns the network as it is now. @throws what `decide` throws, before anything is written.
 */
export async function changeNetwork(
  { networks, saveNetwork }: Pick<ChangeNetworkDeps, 'networks' | 'saveNetwork'>,
  id: string,
  decide: DecideNetwork,
): Promise<Network> {
  return untilWritten(async () => {
    const [network] = await networks([id]);
    const changed = decide(network);
    if (!network) throw missing(id);
    if (!changed) return network;
    return (await saveNetwork(network, changed)) ? changed : undefined;
  });
}

/**
 * Deletes a network without ports; reads and decides again if another writer was faster.
 * @throws what `judge` throws; NetworkInUse.
 */
export async function deleteNetwork(
  deps: Pick<ChangeNetworkDeps, 'networks' | 'removeNetwork' | 'hasPorts'>,
  { id, now }: { readonly id: string; readonly now: string },
  judge: JudgeDeletion,
): Promise<void> {
  await untilWritten(async () => {
    const [network] = await deps.networks([id]);
    judge(network);
    if (!network) throw missing(id);
    if (await deps.hasPorts(id, now)) throw networkInUse(id);
    return (await deps.removeNetwork(network)) || undefined;
  });
}

const missing = (id: string): DomainError => noSuch('Network', id);

const networkInUse = (id: string): Refusal =>
  new Refusal(
    'network_in_use',
    `Unable to complete operation on network ${id}. There are one or more ports still in use on the network.`,
  );
