/**
 * Reports changes that others make to the flag `forced_down` of Nova's services, as the source
 * `nova`.
 */
import { type AppliedService, isForeign, mayBeOwn } from '../domain/cloud/applied-service.ts';
import { type Condition, idOfCondition } from '../domain/conditions/condition.ts';
import type { ReportItem } from '../domain/conditions/observation.ts';
import { type Source, type SourceRow, sourceOf } from '../domain/conditions/source.ts';
import { hostKey } from '../domain/hosts/host-name.ts';
import type { ListedHost } from '../domain/hosts/listed-host.ts';
import { flagObservation, novaSource } from '../domain/mirror/mirrored-host.ts';
import type { NovaService } from '../domain/mirror/seen.ts';
import type { MirrorRun } from './mirror-servers.ts';
import type { ReportConditions } from './report-conditions.ts';

export type WatchServicesDeps = {
  readonly allHosts: () => Promise<readonly ListedHost[]>;
  /** What Doctor last wrote to the flags of hosts; hosts whose flag it never wrote are left out. */
  readonly appliedServices: (
    hosts: readonly string[],
  ) => Promise<ReadonlyMap<string, AppliedService>>;
  readonly condition: (condition_id: string) => Promise<Condition | undefined>;
  /** What an operator has set for a source; undefined for nothing. */
  readonly sourceRow: (name: string) => Promise<SourceRow | undefined>;
  readonly reportConditions: ReportConditions;
  /** Whether a host that is forced down counts as fenced (the setting `instancesOnForceDown`). */
  readonly stopsInstances: boolean;
};

/** What a look at the flags found. */
export type Watched = {
  /** Hosts that Doctor forced down, and that others have forced up although they are held down here. */
  readonly forcedUp: readonly string[];
  /** Reports that were made. */
  readonly reports: number;
  /**
   * Whether Doctor's flags and Nova's differ in another way: then they must be looked at again
   * soon.
   */
  readonly unsettled: boolean;
};

/**
 * Reports each flag that others have set or taken back. A flag that Doctor wrote, or is about to
 * write, is no report.
 * @param read_at when the request that read the services was sent.
 */
export async function watchServices(
  deps: WatchServicesDeps,
  services: readonly NovaService[],
  { actor, read_at }: Pick<MirrorRun, 'actor'> & { readonly read_at: string },
): Promise<Watched> {
  const down = new Map(
    (await deps.allHosts()).map(({ host, forced_down }) => [hostKey(host), forced_down]),
  );
  const differing = services.filter(
    ({ host, forced_down }) => down.has(hostKey(host)) && down.get(hostKey(host)) !== forced_down,
  );
  if (differing.length === 0) return { forcedUp: [], reports: 0, unsettled: false };
  const applied = await deps.appliedServices(differing.map(({ host }) => host));
  const items: ReportItem[] = [];
  const forcedUp: string[] = [];
  for (const service of differing) {
    const last = applied.get(service.host);
    const seen = { forced_down: service.forced_down, read_at };
    const isOthers = !mayBeOwn(last, seen);
    const reported = service.forced_down
      ? isForeign(last, seen)
      : isOthers && (await isRaised(deps, service));
    if (!reported) {
      if (last?.forced_down && isOthers && !service.forced_down) {
        forcedUp.push(service.host);
      }
      continue;
    }
    const observation = flagObservation(service, deps.stopsInstances);
    items.push({ kind: 'observation', observation });
  }
  if (items.length > 0) {
    const row = await deps.sourceRow(novaSource);
    const source = row ? sourceOf(novaSource, row) : novaDefaults;
    const reporter = { user_id: novaSource, user_name: novaSource, project_id: '' };
    await deps.reportConditions({ source, actor, reporter, items });
  }
  return { forcedUp, reports: items.length, unsettled: items.length < differing.length };
}

/**
 * The settings of the source `nova` if an operator has set none: a flag that is taken back ends its
 * report, because an administrator did both.
 */
const novaDefaults: Source = {
  name: novaSource,
  clear: 'auto',
  fenced: false,
  stale_after: null,
  mapping: {},
  reporters: [],
};

async function isRaised({ condition }: WatchServicesDeps, service: NovaService): Promise<boolean> {
  const observation = flagObservation(service, true);
  return (await condition(idOfCondition(novaSource, observation)))?.state === 'raised';
}
