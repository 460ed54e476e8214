/** Which hosts may take evacuated instances, and which of them comes first. */
import type { HostState } from '../hosts/host.ts';
import type { ListedHost } from '../hosts/listed-host.ts';

/**
 * Whether a host may take instances: it is up, enabled, registered and not in maintenance.
 * @param host its row, or its row in the list, which has registered hosts only.
 */
export const isTarget = (
  host: ListedHost & { readonly deleted?: boolean },
  state: HostState,
): boolean =>
  !host.deleted &&
  !host.forced_down &&
  !host.maintenance &&
  host.status === 'enabled' &&
  state === 'up';

/**
 * The host with the fewest instances, the first by name if several have as few; undefined if there
 * is no host other than the source.
 * @param loads the number of instances on each possible target, those on their way to it included.
 * @param source the host that the instance leaves; never chosen.
 */
export function leastLoaded(
  loads: ReadonlyMap<string, number>,
  source: string,
): string | undefined {
  const [first] = [...loads]
    .filter(([host]) => host !== source)
    .sort(([a, left], [b, right]) => left - right || (a < b ? -1 : 1));
  return first?.[0];
}
