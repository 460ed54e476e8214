/** The compute surface on rows in memory, for tests. */

import type { Host } from '../../../domain/hosts/host.ts';
import { unauthenticated } from '../../../domain/identity/identity.ts';
import { type Migration, placeOfRecord } from '../../../domain/servers/evacuation.ts';
import type { Instance } from '../../../domain/servers/instance.ts';
import type { ServerIndex } from '../../../domain/servers/server-listing.ts';
import { indexedPlace, placeOfServer } from '../../../domain/servers/server-place.ts';
import { slices } from '../../../domain/slices.ts';
import { compose } from '../../../functions/compute/compose.ts';
import type { ComputeDeps } from '../../../functions/compute/handler.ts';
import { minute } from '../../domain/rows.ts';
import type { World } from '../../flows/world.ts';
import { type Call, call, quiet } from '../call.ts';

/** Projects have Keystone's ids, as in a path. */
export const [projectA, projectB] = ['a'.repeat(32), 'b'.repeat(32)] as const;

const all = ['admin', 'member', 'reader'];
const callers: Record<string, { project_id?: string; roles: string[] }> = {
  admin: { project_id: projectA, roles: all },
  member: { project_id: projectA, roles: ['member', 'reader'] },
  reader: { project_id: projectA, roles: ['reader'] },
  memberOfB: { project_id: projectB, roles: ['member', 'reader'] },
  service: { project_id: projectB, roles: ['service'] },
  unscoped: { roles: [] },
};

export type Asked = Partial<Call> & { as?: string; version?: string };

/**
 * The key of a server in the indexes. The keys of project B were written before keys contained
 * names.
 */
const placeIn = (row: Instance): string =>
  row.project_id === projectB ? placeOfServer(row) : indexedPlace(row);

/** Sends a request as a user, at a microversion. */
export function computeOf(
  { deps: flow, instances, hosts, migrations, departures }: World,
  settings: Pick<ComputeDeps, 'forceDownLeavesInstances'> = { forceDownLeavesInstances: false },
) {
  const allHosts = async () => [...hosts.values()].filter(({ deleted }) => !deleted);
  const countsOn = async (names: readonly string[]) =>
    new Map(
      names.map((name) => [
        name,
        [...instances.values()].filter((row) => row.host === name).length,
      ]),
    );
  const rowsOf = (list: ServerIndex) =>
    [...instances.values()].filter((row) => {
      if (list.by === 'state') return row.vm_state === list.vm_state;
      if (list.by === 'project') {
        return row.deleted === list.deleted && row.project_id === list.project_id;
      }
      return !row.deleted && (list.by === 'time' || row.host === list.host);
    });
  /** Pages of the requested length, as an index returns them. */
  const listed: ComputeDeps['listed'] = async function* (list, { after, oldestFirst, first }) {
    const places = rowsOf(list).map(placeIn).sort();
    if (!oldestFirst) places.reverse();
    // The range contains no key of the server `after` itself.
    const end = after && oldestFirst ? `${after}$` : after;
    const isIn = (place: string) => end === undefined || (oldestFirst ? place > end : place < end);
    yield* slices(places.filter(isIn), first);
  };
  const changedBetween: ComputeDeps['changedBetween'] = async ({ since, before }, most) => {
    // DynamoDB refuses a range that ends before it begins.
    if (since > before) throw new Error('a range that ends before it begins');
    const rows = [...instances.values()].filter(
      ({ updated_at }) => updated_at >= since && updated_at <= before,
    );
    return rows.length > most ? undefined : rows.map(placeIn);
  };
  const hostBy = async (is: (host: Host) => boolean) =>
    [...hosts.values()].find((host) => !host.deleted && is(host))?.host;
  const surface = compose({
    ...flow,
    ...settings,
    ...{ publicUrl: 'https://api.test/api', logger: quiet, listed, changedBetween },
    authenticate: async ({ 'x-auth-token': name = '' }) => {
      const caller = callers[name];
      if (!caller) throw unauthenticated();
      return { user_id: name, user_name: name, ...caller };
    },
    countsOn,
    hostsIn: async ({ after = '', most }) =>
      [...hosts.values()]
        .filter(({ host, deleted }) => !deleted && host > after)
        .sort((a, b) => (a.host < b.host ? -1 : 1))
        .slice(0, most),
    allHosts,
    zones: async () =>
      [...Map.groupBy(await allHosts(), ({ zone }) => zone)].map(([name, its]) => ({
        name,
        available: its.some(({ status }) => status === 'enabled'),
      })),
    hostOfService: (id) => hostBy(({ service_id }) => service_id === id),
    hostOfNumber: (number) => hostBy(({ service_number }) => service_number === number),
    hostOfHypervisor: (id) => hostBy(({ hypervisor_id }) => hypervisor_id === id),
    serviceDownTimeSeconds: 60,
    executor: 'none',
    clock: () => 0,
    migration: async (uuid) => migrations.get(uuid),
    migrations: async function* (by, value, to) {
      const key = (row: Migration) =>
        ({
          source: row.source,
          instance: row.instance_uuid,
          target: row.dest,
          status: row.status,
          all: value,
        })[by];
      const found = [...migrations.values()].filter(
        (row) => key(row) === value && placeOfRecord(row) <= to,
      );
      yield found.sort((a, b) => (placeOfRecord(a) < placeOfRecord(b) ? 1 : -1));
    },
    departuresFrom: async () => departures,
    now: () => minute(10),
  });
  return (path: string, { as = 'admin', version, headers, ...given }: Asked = {}) =>
    call(surface, {
      ...given,
      path: `/compute${path}`,
      headers: {
        ...(as && { 'X-Auth-Token': as }),
        ...(version && { 'OpenStack-API-Version': `compute ${version}` }),
        ...headers,
      },
    });
}
