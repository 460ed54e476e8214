/** The servers on hosts. */
import type { ListedHost } from '../../../domain/hosts/listed-host.ts';
import { slices } from '../../../domain/slices.ts';
import type { ServerPages } from '../servers/server-pages.ts';
import type { ShownServer } from './hypervisor-view.ts';

/** For how many hosts the index is read at once. */
const width = 20;

/** The servers of each host, by its name. Hosts without servers are not in the map. */
export async function serversOn(
  { instancesOn, allSeen }: Pick<ServerPages, 'instancesOn' | 'allSeen'>,
  hosts: readonly ListedHost[],
): Promise<ReadonlyMap<string, readonly ShownServer[]>> {
  const uuids = new Set<string>();
  const collect = async ({ host }: ListedHost) => {
    for await (const page of instancesOn(host)) for (const uuid of page) uuids.add(uuid);
  };
  for (const some of slices(hosts, width)) await Promise.all(some.map(collect));
  const found = new Map<string, ShownServer[]>();
  // The index lags, so the host is taken from the row.
  for (const { instance } of await allSeen([...uuids].sort())) {
    if (instance.host === null) continue;
    const { name, uuid } = instance;
    found.set(instance.host, [...(found.get(instance.host) ?? []), { name, uuid }]);
  }
  return found;
}
