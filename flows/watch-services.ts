/**
 * Reports changes that others make to the flag `forced_down` of Nova's services, as the source
 * `nova`.
 */
import type { ReportItem } from '../domain/conditions/observation.ts';
import { type Source, type SourceRow, sourceOf } from '../domain/conditions/source.ts';
import { flagObservation, novaSource } from '../domain/mirror/mirrored-host.ts';
import type { NovaService } from '../domain/mirror/seen.ts';
import { differingServices, type FlagDifferencesDeps } from './flag-differences.ts';
import type { MirrorRun } from './mirror-servers.ts';
import type { ReportConditions } from './report-conditions.ts';

export type WatchServicesDeps = FlagDifferencesDeps & {
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
  const differing = await differingServices(deps, services, read_at);
  const items = differing.flatMap(({ service, why }): ReportItem[] => {
    if (why !== 'reported') return [];
    return [{ kind: 'observation', observation: flagObservation(service, deps.stopsInstances) }];
  });
  if (items.length > 0) {
    const row = await deps.sourceRow(novaSource);
    const source = row ? sourceOf(novaSource, row) : novaDefaults;
    const reporter = { user_id: novaSource, user_name: novaSource, project_id: '' };
    await deps.reportConditions({ source, actor, reporter, items });
  }
  const forcedUp = differing.flatMap(({ service, why }) => (why === 'undone' ? service.host : []));
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
