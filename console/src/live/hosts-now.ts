/** The list of hosts that the page keeps. Pure functions. */
import type { HostState } from '../ui/states.ts';

export type ListedHost = {
  readonly host: string;
  readonly zone: string;
  readonly state: HostState;
  readonly updated_at: string;
};

/** Sorts by the numbers in names: compute-2 comes before compute-10. */
export const byName = (a: ListedHost, b: ListedHost): number =>
  a.host.localeCompare(b.host, undefined, { numeric: true });

/** The list, in which some hosts are replaced by their present state, by name. */
export function withHosts(
  hosts: readonly ListedHost[],
  now: ReadonlyMap<string, ListedHost | undefined>,
): ListedHost[] {
  const others = hosts.filter(({ host }) => !now.has(host));
  const found = [...now.values()].filter((host) => host !== undefined);
  return [...others, ...found].sort(byName);
}
