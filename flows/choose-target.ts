/** Where instances are moved to if nobody names a host: to the one with the fewest of them. */

import type { Host, HostState } from '../domain/hosts/host.ts';
import { isTarget, leastLoaded } from '../domain/servers/evacuation-target.ts';

export type ChooseTargetDeps = {
  readonly allHosts: () => Promise<readonly Host[]>;
  /** How many instances are on each host, or on their way there, as the indexes show it. */
  readonly countsOn: (hosts: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  /** A host's row, read consistently. */
  readonly host: (name: string) => Promise<Host | undefined>;
  readonly stateOf: (host: Host) => HostState;
  /** Epoch milliseconds. */
  readonly clock: () => number;
};

export type Targets = {
  /** The host to move to, fit as it was read; undefined if there is none. */
  readonly choose: (source: string) => Promise<Host | undefined>;
  /** One more instance is on its way to the host. */
  readonly placed: (host: string) => void;
};

/** Instances are counted no oftener: a whole host is evacuated instance by instance. */
const keptMs = 5_000;

/**
 * Chooses by counts that are kept for a while, together with what was placed since. They only say
 * whom to ask first: a host is chosen as its row stands. Nobody is told that there is no target before
 * all were counted anew.
 */
export function makeTargets(deps: ChooseTargetDeps): Targets {
  let kept: { readonly at: number; readonly loads: Map<string, number> } | undefined;

  async function counted() {
    const at = deps.clock();
    const fit = (await deps.allHosts()).filter((host) => isTarget(host, deps.stateOf(host)));
    kept = { at, loads: new Map(await deps.countsOn(fit.map(({ host }) => host))) };
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
      return found ?? fitHost(await counted(), source);
    },
    placed: (host) => {
      const load = kept?.loads.get(host);
      if (load !== undefined) kept?.loads.set(host, load + 1);
    },
  };
}
