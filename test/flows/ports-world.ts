/** Ports and the reports on their hosts, in memory. */
import type { DoctorEvent } from '../../domain/events/event.ts';
import type { HostDataPlane, RecordedReport } from '../../domain/ports/host-data-plane.ts';
import {
  type DataPlaneStatus,
  type Port,
  type PortUpdate,
  updatedPort,
} from '../../domain/ports/port.ts';
import type { PortRowChange } from '../../flows/apply-data-plane.ts';
import { changePort, type LeftHost } from '../../flows/change-port.ts';
import { createPorts } from '../../flows/create-ports.ts';
import { reportDataPlane } from '../../flows/report-data-plane.ts';
import { portWith } from '../domain/ports/ports.ts';
import { id, minute } from '../domain/rows.ts';

/**
 * As many ports on host `h`, in memory. `meanwhile` runs once, just before the next write: another
 * writer. `hidden` are ports that the index by host does not show yet.
 */
export function portsWorld(count = 3, given: Partial<Port> = {}) {
  const rows = new Map(
    Array.from({ length: count }, (_, n): [string, Port] => [
      id(n),
      portWith({ id: id(n), 'binding:host_id': 'h', ...given }),
    ]),
  );
  const planes = new Map<string, HostDataPlane>();
  const faults: RecordedReport['fault'][] = [];
  const sent: DoctorEvent[] = [];
  const interruptions: string[] = [];
  const state: {
    meanwhile: (() => unknown) | undefined;
    broken: boolean;
    hidden: Set<string>;
  } = { meanwhile: undefined, broken: false, hidden: new Set() };
  const others = async () => {
    const run = state.meanwhile;
    state.meanwhile = undefined;
    await run?.();
  };
  const put = (from: Port, to: Port): boolean => {
    if (rows.get(from.id)?.revision !== from.revision) return false;
    rows.set(to.id, to);
    return true;
  };
  const deps = {
    port: async (given: string) => rows.get(given),
    ports: async (ids: readonly string[]) => ids.flatMap((each) => rows.get(each) ?? []),
    portsOn: async function* (host: string) {
      const on = [...rows.values()].filter((port) => port['binding:host_id'] === host);
      yield on.map((port) => port.id).filter((each) => !state.hidden.has(each));
    },
    changePorts: async (changes: readonly PortRowChange[]) => {
      if (state.broken) throw new Error('the table is gone');
      await others();
      return changes.filter(({ from, to }) => !put(from, to));
    },
    savePort: async (from: Port, to: Port, left?: LeftHost) => {
      await others();
      if (left && (planes.get(left.host)?.number ?? 0) !== left.number) return 'overtaken' as const;
      return put(from, to) ? ('saved' as const) : ('overtaken' as const);
    },
    insertPorts: async (ports: readonly Port[]) => {
      await others();
      const position = ports.findIndex((port) => !mayInsert(port, rows.get(port.id)));
      if (position >= 0) return { taken: 'id', position } as const;
      for (const port of ports) rows.set(port.id, port);
      return 'inserted' as const;
    },
    insertTombstone: async (port: Port) => {
      await others();
      if (rows.has(port.id)) return false;
      rows.set(port.id, port);
      return true;
    },
    newMac: () => 'fa:16:3e:00:00:ff',
    dataPlanes: async (hosts: readonly string[]) => hosts.flatMap((host) => planes.get(host) ?? []),
    freeAbandonedMac: async () => false,
    dataPlane: async (host: string) => planes.get(host),
    isHost: async (host: string) => host === 'registered',
    saveReport: async (before: HostDataPlane | undefined, { plane, fault }: RecordedReport) => {
      if (planes.get(plane.host)?.number !== before?.number) return false;
      planes.set(plane.host, plane);
      faults.push(fault);
      return true;
    },
    newId: () => id(900),
    send: async (events: readonly DoctorEvent[]) => {
      sent.push(...events);
    },
    interrupted: (step: string) => {
      interruptions.push(step);
    },
  };
  const report = (data_plane_status: DataPlaneStatus, host = 'h', n = 1) =>
    reportDataPlane(deps, {
      ...{ host, data_plane_status },
      actor: { user_id: 'sdn', request_id: 'req-sdn', at: minute(n) },
      reporter: { user_id: 'sdn', user_name: 'sdn', project_id: 'ops' },
    });
  const actor = { user_id: 'u', request_id: 'r', at: minute(5) };
  const update = (which: string, given: PortUpdate) =>
    changePort(deps, which, (port) => port && updatedPort(port, given, actor));
  const set = (which: string, data_plane_status: DataPlaneStatus) =>
    update(which, { data_plane_status });
  const bind = (which: string, host: string) => update(which, { 'binding:host_id': host });
  const create = (which: string, host: string) =>
    createPorts(deps, [{ port: portWith({ id: which, 'binding:host_id': host }), macGiven: true }]);
  const toggles = () => sent.filter(({ event_type }) => event_type.includes('data_plane'));
  const acts = { report, update, set, bind, create };
  return { deps, rows, planes, faults, sent, interruptions, state, toggles, ...acts };
}

/** The condition of the table: a port of a cloud does not replace a newer tombstone. */
const mayInsert = ({ mirrored_revision, updated_at }: Port, row: Port | undefined): boolean =>
  !row || (row.deleted && (mirrored_revision === undefined || row.updated_at < updated_at));
