/** Finds the hosts whose flag `forced_down` in Nova differs from the one that Doctor shows, and why. */
import pMap from 'p-map';
import type { AppliedService } from '../domain/cloud/applied-service.ts';
import { type FlagDifference, flagDifference } from '../domain/cloud/flag-difference.ts';
import { type Condition, idOfCondition } from '../domain/conditions/condition.ts';
import { hostKey } from '../domain/hosts/host-name.ts';
import type { ListedHost } from '../domain/hosts/listed-host.ts';
import { flagObservation, novaSource } from '../domain/mirror/mirrored-host.ts';
import type { NovaService } from '../domain/mirror/seen.ts';

export type FlagDifferencesDeps = {
  readonly allHosts: () => Promise<readonly ListedHost[]>;
  /** What Doctor last wrote to the flags of hosts; hosts whose flag it never wrote are left out. */
  readonly appliedServices: (
    hosts: readonly string[],
  ) => Promise<ReadonlyMap<string, AppliedService>>;
  readonly condition: (condition_id: string) => Promise<Condition | undefined>;
};

/** A service whose flag differs from Doctor's, as Nova shows it. */
export type DifferingService = { readonly service: NovaService; readonly why: FlagDifference };

/** Conditions read at once. */
const readsAtOnce = 8;

/**
 * The services whose flag differs. Hosts that Doctor does not have are left out.
 * @param read_at when the request that read the services was sent.
 */
export async function differingServices(
  deps: FlagDifferencesDeps,
  services: readonly NovaService[],
  read_at: string,
): Promise<readonly DifferingService[]> {
  const down = new Map(
    (await deps.allHosts()).map(({ host, forced_down }) => [hostKey(host), forced_down]),
  );
  const differing = services.filter(
    ({ host, forced_down }) => down.has(hostKey(host)) && down.get(hostKey(host)) !== forced_down,
  );
  if (differing.length === 0) return [];
  const applied = await deps.appliedServices(differing.map(({ host }) => host));
  return pMap(
    differing,
    async (service) => {
      const { host, forced_down } = service;
      const isReported = !forced_down && (await isRaised(deps, service));
      const why = flagDifference(applied.get(host), { forced_down, read_at }, isReported);
      return { service, why };
    },
    { concurrency: readsAtOnce },
  );
}

async function isRaised(
  { condition }: FlagDifferencesDeps,
  service: NovaService,
): Promise<boolean> {
  const observation = flagObservation(service, true);
  return (await condition(idOfCondition(novaSource, observation)))?.state === 'raised';
}
