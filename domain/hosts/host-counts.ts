/** The hosts of a cloud by the state that operators look for first. */

import { type StateClock, stateOf } from './host.ts';
import type { ListedHost } from './listed-host.ts';

/** The states, each of which a host has only if none before fits. */
export const hostGroups = ['down', 'silent', 'maintenance', 'disabled', 'up'] as const;
export type HostGroup = (typeof hostGroups)[number];

/** The state of a host: `down` is reported, `silent` lacks heartbeats. */
export function hostGroupOf(host: ListedHost, clock: StateClock): HostGroup {
  if (host.forced_down) return 'down';
  if (stateOf(host, clock) === 'down') return 'silent';
  if (host.maintenance) return 'maintenance';
  return host.status === 'disabled' ? 'disabled' : 'up';
}

/** How many hosts there are, in all and in each state. */
export function hostCounts(
  hosts: readonly ListedHost[],
  clock: StateClock,
): { readonly total: number } & Readonly<Record<HostGroup, number>> {
  const counts = { down: 0, silent: 0, maintenance: 0, disabled: 0, up: 0 };
  for (const host of hosts) counts[hostGroupOf(host, clock)] += 1;
  return { total: hosts.length, ...counts };
}
