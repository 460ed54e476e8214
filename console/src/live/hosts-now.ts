/** Hosts as the page keeps them. Pure. */
import type { HostState } from '../ui/states.ts';

export type ListedHost = {
  readonly host: string;
  readonly zone: string;
  readonly state: HostState;
  readonly updated_at: string;
};

/** In the order in which people count: compute-2 before compute-10. */
export const byName = (a: ListedHost, b: ListedHost): number =>
  a.host.localeCompare(b.host, undefined, { numeric: true });

/** The list with some hosts as they are now, by name. */
export function withHosts(
  hosts: readonly ListedHost[],
  now: ReadonlyMap<string, ListedHost | undefined>,
): ListedHost[] {
  const others = hosts.filter(({ host }) => !now.has(host));
  const found = [...now.values()].filter((host) => host !== undefined);
  return [...others, ...found].sort(byName);
}
