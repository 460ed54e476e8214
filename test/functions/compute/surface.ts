/** The compute surface on rows in memory, for tests. */

import { type Host, stateOf } from '../../../domain/hosts/host.ts';
import { unauthenticated } from '../../../domain/identity/identity.ts';
import { type Migration, placeOfRecord } from '../../../domain/servers/evacuation.ts';
import { placeOfServer, type ServerIndex } from '../../../domain/servers/server-listing.ts';
import { slices } from '../../../domain/slices.ts';
import { changeServer } from '../../../flows/change-server.ts';
import { makeTargets } from '../../../flows/choose-target.ts';
import { evacuate } from '../../../flows/evacuate.ts';
import { readServers } from '../../../flows/read-servers.ts';
import { deleteHost, deleteInstance } from '../../../flows/register.ts';
import { updateService } from '../../../flows/update-service.ts';
import { type ComputeDeps, createHandler } from '../../../functions/compute/handler.ts';
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
  stranger: { project_id: projectB, roles: ['member', 'reader'] },
  service: { project_id: projectB, roles: ['service'] },
  unscoped: { roles: [] },
};

export type Asked = Partial<Call> & { as?: string; version?: string };

/** Sends a request as a user, at a microversion. */
export function computeOf(
  { deps: flow, instances, hosts, migrations, departures }: World,
  settings: Pick<ComputeDeps, 'forceDownLeavesInstances'> = { forceDownLeavesInstances: false },
) {
  const allHosts = async () => [...hosts.values()].filter(({ deleted }) => !deleted);
  const state = (host: Host) => stateOf(host, { now: minute(10), serviceDownTimeSeconds: 60 });
  const countsOn = async (names: readonly string[]) =>
    new Map(
      names.map((name) => [
        name,
        [...instances.values()].filter((row) => row.host === name).length,
      ]),
    );
  const targets = makeTargets({
    ...{ allHosts, countsOn, host: flow.host, stateOf: state, clock: () => 0 },
  });
  const evacuation = { ...flow, stateOf: state, targets, executor: 'none' } as const;
  const allSeen: ComputeDeps['allSeen'] = (uuids, also) => readServers(flow, uuids, also);
  const rowsOf = (listing: ServerIndex) =>
    [...instances.values()].filter((row) => {
      if (listing.by === 'state') return row.vm_state === listing.vm_state;
      if (listing.by === 'project') {
        return row.deleted === listing.deleted && row.project_id === listing.project_id;
      }
      return !row.deleted && (listing.by === 'time' || row.host === listing.host);
    });
  /** Pages of the requested length, as an index returns them. */
  const listed: ComputeDeps['listed'] = async function* (listing, { after, oldestFirst, first }) {
    const places = rowsOf(listing).map(placeOfServer).sort();
    if (!oldestFirst) places.reverse();
    const rest = places.filter((place) => !after || place > after === oldestFirst);
    yield* slices(
      rest.filter((place) => place !== after),
      first,
    );
  };
  const changedBetween: ComputeDeps['changedBetween'] = async ({ since, before }, most) => {
    // DynamoDB refuses a range that ends before it begins.
    if (since > before) throw new Error('a range that ends before it begins');
    const rows = [...instances.values()].filter(
      ({ updated_at }) => updated_at >= since && updated_at <= before,
    );
    return rows.length > most ? undefined : rows.map(placeOfServer);
  };
  const hostBy = async (is: (host: Host) => boolean) =>
    [...hosts.values()].find((host) => !host.deleted && is(host))?.host;
  const surface = createHandler({
    ...settings,
    ...{ publicUrl: 'https://api.test/api', logger: quiet, listed, changedBetween, allSeen },
    authenticate: async ({ 'x-auth-token': name = '' }) => {
      const caller = callers[name];
      if (!caller) throw unauthenticated();
      return { user_id: name, user_name: name, ...caller };
    },
    host: flow.host,
    hosts: flow.hosts,
    hostNames: async ({ after = '', most } = {}) =>
      [...hosts.values()]
        .flatMap(({ host, deleted }) => (deleted || host <= after ? [] : [host]))
        .sort()
        .slice(0, most),
    instancesOn: flow.instancesOn,
    seen: async (uuid) => (await allSeen([uuid]))[0],
    allHosts,
    hostOfService: (id) => hostBy(({ service_id }) => service_id === id),
    hostOfNumber: (number) => hostBy(({ service_number }) => service_number === number),
    hostOfHypervisor: (id) => hostBy(({ hypervisor_id }) => hypervisor_id === id),
    changeServer: (uuid, decide) => changeServer(flow, uuid, decide),
    deleteInstance: (uuid, told) => deleteInstance(flow, uuid, told),
    updateService: (change, by) => updateService(flow, change, by),
    deleteHost: (name, actor) => deleteHost(flow, name, actor),
    stateOf: state,
    evacuate: (uuid, asked) => evacuate(evacuation, uuid, asked),
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
