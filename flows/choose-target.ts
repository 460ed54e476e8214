/** Chooses the target of an evacuation if the caller names none: the host with the fewest instances. */
import type { Host, HostState } from '../domain/hosts/host.ts';
import type { ListedHost } from '../domain/hosts/listed-host.ts';
import { isTarget, leastLoaded } from '../domain/servers/evacuation-target.ts';

/** What the choice reads. */
export type ChooseTargetDeps = {
  /** Every registered host, read consistently. */
  readonly allHosts: () => Promise<readonly ListedHost[]>;
  /** The number of instances on each host or on their way there, as the indexes show it. */
  readonly countsOn: (hosts: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  /** A host's row, read consistently. */
  readonly host: (name: string) => Promise<Host | undefined>;
  readonly stateOf: (host: ListedHost) => HostState;
  /** Epoch milliseconds. */
  readonly clock: () => number;
};

/** Chooses targets, with counts of instances that it keeps for a few seconds. */
export type Targets = {
  /** A host that may take an instance of the source (`isTarget`); undefined if there is none. */
  readonly choose: (source: string) => Promise<Host | undefined>;
  /** Counts one more instance on its way to the host. */
  readonly placed: (host: string) => void;
};

/**
 * For how long counts are kept, in milliseconds. A host is evacuated by one request for each
 * instance.
 */
const keptMs = 5_000;

/**
 * Chooses by kept counts plus the instances placed since. The counts only give the order in which hosts
 * are tried: whether a host may take instances is read from its row. Recounts all hosts before it
 * answers that there is no target.
 */
export function makeTargets(deps: ChooseTargetDeps): Targets {
  let kept: { readonly at: number; readonly loads: Map<string, number> } | undefined;

  async function recount() {
    const at = deps.clock();
    const targets = (await deps.allHosts()).filter((host) => isTarget(host, deps.stateOf(host)));
    kept = { at, loads: new Map(await deps.countsOn(targets.map(({ host }) => host))) };
    return kept.loads;
  }

  async function fitHost(loads: Map<string, number>, source: string): Promise<Host | undefined> {
    for (;;) {
      const name = leastLoaded(loads, source);
      if (name === undefined) return undefined;
      const host = await deps.host(name);
      if (host && isTarget(host, deps.stateOf(host))) return host;
      loads.delete(name);
    }
  }

  return {
    choose: async (source) => {
      const found =
        kept && deps.clock() - kept.at < keptMs ? await fitHost(kept.loads, source) : undefined;
      return found ?? fitHost(await recount(), source);
    },
    placed: (host) => {
      const load = kept?.loads.get(host);
      if (load !== undefined) kept?.loads.set(host, load + 1);
    },
  };
}
