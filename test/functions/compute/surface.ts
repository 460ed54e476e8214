/** The compute surface on rows in memory, for tests. */
import { stateOf } from '../../../domain/host.ts';
import { unauthenticated } from '../../../domain/identity.ts';
import { changeServer } from '../../../flows/change-server.ts';
import { readServers } from '../../../flows/read-servers.ts';
import { deleteHost, deleteInstance } from '../../../flows/register.ts';
import { updateService } from '../../../flows/update-service.ts';
import { createHandler, type Deps } from '../../../functions/compute/handler.ts';
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

/** Asks as somebody, at a microversion. */
export function computeOf(
  { deps: flow, instances, hosts }: World,
  settings: Pick<Deps, 'forceDownLeavesInstances'> = { forceDownLeavesInstances: false },
) {
  const allSeen = (uuids: readonly string[]) => readServers(flow, uuids);
  const newest: Deps['newest'] = async function* (project_id, after) {
    const key = (row: { created_at: string; uuid: string }) => `${row.created_at}#${row.uuid}`;
    yield [...instances.values()]
      .filter((row) => !row.deleted && (project_id === undefined || row.project_id === project_id))
      .filter((row) => !after || key(row) < key(after))
      .sort((a, b) => (key(a) < key(b) ? 1 : -1))
      .map(({ uuid }) => uuid);
  };
  const surface = createHandler({
    ...settings,
    ...{ publicUrl: 'https://api.test/v1', logger: quiet, newest, allSeen },
    authenticate: async ({ 'x-auth-token': name = '' }) => {
      const caller = callers[name];
      if (!caller) throw unauthenticated();
      return { user_id: name, user_name: name, ...caller };
    },
    host: flow.host,
    instancesOn: flow.instancesOn,
    seen: async (uuid) => (await allSeen([uuid]))[0],
    allHosts: async () => [...hosts.values()].filter(({ deleted }) => !deleted),
    hostOfService: async (id) =>
      [...hosts.values()].find(({ service_id, deleted }) => service_id === id && !deleted)?.host,
    changeServer: (uuid, decide) => changeServer(flow, uuid, decide),
    deleteInstance: (uuid, told) => deleteInstance(flow, uuid, told),
    updateService: (change, by) => updateService(flow, change, by),
    deleteHost: (name, actor) => deleteHost(flow, name, actor),
    stateOf: (host) => stateOf(host, { now: minute(10), serviceDownTimeSeconds: 60 }),
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
