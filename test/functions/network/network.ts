/** The network surface on rows in memory. */

import type { DoctorEvent } from '../../../domain/events/event.ts';
import { withImpliedRoles } from '../../../domain/identity/access.ts';
import { unauthenticated } from '../../../domain/identity/identity.ts';
import type { HostDataPlane } from '../../../domain/ports/host-data-plane.ts';
import type { Network } from '../../../domain/ports/network.ts';
import type { Port } from '../../../domain/ports/port.ts';
import type { PortIndex } from '../../../domain/ports/port-index.ts';
import { compose } from '../../../functions/network/compose.ts';
import { id, minute } from '../../domain/rows.ts';
import { type Call, call, quiet } from '../call.ts';

const holder = ({ network_id, mac_address }: Port): string => `${network_id} ${mac_address}`;

const isAmong = (port: Port, among: PortIndex): boolean => {
  switch (among.index) {
    case 'listing':
      return true;
    case 'byProject':
      return port.project_id === among.value;
    case 'byHost':
      return port['binding:host_id'] === among.value;
    case 'byDevice':
      return port.device_id === among.value;
    case 'byName':
      return port.name === among.value;
  }
};

/** Callers are named `role+role@project`, as their tokens are. */
export function networkWorld() {
  const rows = new Map<string, Port>();
  const planes = new Map<string, HostDataPlane>();
  const networks = new Map<string, Network>();
  const sent: DoctorEvent[] = [];
  /** Rows read, and which indexes. */
  const reads = { rows: 0, indexes: [] as string[] };
  /**
   * `abandoned`: MAC addresses that are reserved by a process that died; `busy`: how many inserts
   * conflict with others.
   */
  const state: {
    meanwhile: (() => void) | undefined;
    ids: number;
    macs: number;
    abandoned: Set<string>;
    busy: number;
  } = {
    ...{ meanwhile: undefined, ids: 1000, macs: 0, abandoned: new Set<string>(), busy: 0 },
  };

  const newMac = () => `fa:16:3e:00:00:${(++state.macs % 256).toString(16).padStart(2, '0')}`;
  const inUse = (port: Port): boolean =>
    [...rows.values()].some(
      (row) => !row.deleted && holder(row) === holder(port) && row.id !== port.id,
    );
  const flow = {
    port: async (given: string) => rows.get(given),
    ports: async (ids: readonly string[]) => {
      reads.rows += ids.length;
      return ids.flatMap((each) => rows.get(each) ?? []);
    },
    dataPlane: async (host: string) => planes.get(host),
    dataPlanes: async (hosts: readonly string[]) => hosts.flatMap((host) => planes.get(host) ?? []),
    savePort: async (from: Port, to: Port) => {
      const others = state.meanwhile;
      state.meanwhile = undefined;
      others?.();
      if (rows.get(from.id)?.revision !== from.revision) return 'overtaken' as const;
      if (inUse(to) || state.abandoned.has(holder(to))) return 'mac in use' as const;
      rows.set(to.id, to);
      return 'saved' as const;
    },
    insertPorts: async (ports: readonly Port[]) => {
      if (state.busy > 0) {
        state.busy -= 1;
        return 'busy' as const;
      }
      for (const [position, port] of ports.entries()) {
        if (rows.get(port.id)?.deleted === false) return { taken: 'id', position } as const;
        if (inUse(port)) return { taken: 'mac', position } as const;
      }
      for (const port of ports) rows.set(port.id, port);
      return 'inserted' as const;
    },
    freeAbandonedMac: async (port: Port) => state.abandoned.delete(holder(port)),
    newMac,
    send: async (events: readonly DoctorEvent[]) => {
      sent.push(...events);
    },
    interrupted: () => {},
  };

  const registry = {
    networks: async (ids: readonly string[]) => ids.flatMap((each) => networks.get(each) ?? []),
    saveNetwork: async (from: Network, to: Network) => {
      const others = state.meanwhile;
      state.meanwhile = undefined;
      others?.();
      if (networks.get(from.network_id)?.revision !== from.revision) return false;
      networks.set(to.network_id, to);
      return true;
    },
    insertNetwork: async (network: Network) => {
      if (networks.has(network.network_id)) return false;
      networks.set(network.network_id, network);
      return true;
    },
    removeNetwork: async (network: Network) => {
      const others = state.meanwhile;
      state.meanwhile = undefined;
      others?.();
      if (networks.get(network.network_id)?.revision !== network.revision) return false;
      return networks.delete(network.network_id);
    },
    hasPorts: async (given: string) =>
      [...rows.values()].some(({ network_id, deleted }) => network_id === given && !deleted),
  };

  const surface = compose({
    ...flow,
    ...registry,
    authenticate: async ({ 'x-auth-token': name = '' }) => {
      const [names = '', project_id] = name.split('@');
      if (!names) throw unauthenticated();
      const roles = withImpliedRoles(names.split('+'));
      return { user_id: name, user_name: name, roles, ...(project_id && { project_id }) };
    },
    publicUrl: 'https://api.test/api',
    logger: quiet,
    portIds: async function* (among, { after, reverse = false, atOnce = 1_000 }) {
      reads.indexes.push(among.index);
      const project = 'project_id' in among ? among.project_id : undefined;
      const ids = [...rows.values()]
        .filter((port) => !port.deleted && isAmong(port, among))
        .filter(({ project_id }) => project === undefined || project_id === project)
        .map((port) => port.id)
        .filter((each) => after === undefined || (reverse ? each < after : each > after))
        .sort();
      if (reverse) ids.reverse();
      for (let n = 0; n < ids.length; n += atOnce) yield ids.slice(n, n + atOnce);
    },
    networksOf: async (project_id) =>
      [...networks.values()].filter(
        (network) => project_id === undefined || network.project_id === project_id,
      ),
    now: () => minute(state.ids),
    newId: () => id(++state.ids),
  });

  /** A request of a user, below `/network`. */
  const ask = (who: string, method: string, path: string, more: Partial<Call> = {}) =>
    call(surface, {
      method,
      path: `/network${path}`,
      ...more,
      headers: { ...(who && { 'X-Auth-Token': who }), ...more.headers },
    });

  return { rows, planes, networks, sent, reads, state, surface, ask };
}
