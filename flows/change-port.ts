/** One port is changed by its owner, by a caller who manages ports, or by one who reports on it. */
import { noSuch, Refusal } from '../domain/errors.ts';
import { boundRow, isRebound, takingOver } from '../domain/ports/binding.ts';
import { type HostDataPlane, owedRows } from '../domain/ports/host-data-plane.ts';
import type { Port } from '../domain/ports/port.ts';
import { portEvents } from '../domain/ports/port-event.ts';
import { type EventsOut, sendExpress } from './events-out.ts';
import { untilWritten } from './retry.ts';

export type ChangePortDeps = EventsOut & {
  /** The port's row, a tombstone too, read consistently. */
  readonly port: (id: string) => Promise<Port | undefined>;
  /** The reports on a host's ports, read consistently; undefined without any. */
  readonly dataPlane: (host: string) => Promise<HostDataPlane | undefined>;
  /**
   * Writes a port that is as it was read. If `left` is given, the host that the port leaves must have
   * no newer report than that number: such a report is to be applied before the port leaves.
   */
  readonly savePort: (
    from: Port,
    to: Port,
    left?: LeftHost,
  ) => Promise<'saved' | 'overtaken' | 'mac in use'>;
  /** Frees the MAC address of the port if it was taken for a port that was never created. */
  readonly freeAbandonedMac: (port: Port, now: string) => Promise<boolean>;
};

/** A host that a port leaves, with the number of its newest report as read; 0 if it has none. */
export type LeftHost = { readonly host: string; readonly number: number };

/**
 * The port after a change of it as readers see it (undefined: there is none). The result is undefined
 * if nothing changes. It throws if the change is refused. If it binds the port to another host, it is
 * called a second time, with the data plane of that host.
 */
export type DecidePort = (port: Port | undefined) => Port | undefined;

/** How often an overtaken change is tried: many callers may report on one port at once. */
const mostTries = 40;

/**
 * Changes a port as `decide` says; reads and decides again if another writer was faster. The reports
 * that the port is owed are written first, each as a change of its own. A report that comes after the
 * host was read is owed to the row that is written. A port that moves to another host takes over the
 * status that is reported there.
 * @returns the port as it is now. @throws what `decide` throws, before anything is written.
 */
export async function changePort(
  deps: ChangePortDeps,
  id: string,
  decide: DecidePort,
): Promise<Port> {
  return untilWritten(async () => {
    const row = await deps.port(id);
    const plane = row && (await planeOf(deps, row));
    const owed = row ? owedRows(row, plane) : [];
    const seen = owed.at(-1) ?? row;
    const decided = decide(seen);
    if (!row || !seen) throw noSuch('Port', id);
    if (!(await written(deps, row, owed))) return undefined;
    if (!decided) return seen;
    const rebound = isRebound(seen, decided);
    const to = rebound
      ? await reboundPort(deps, { seen, decided, decide })
      : { ...decided, report_number: plane?.number ?? 0 };
    const outcome = await deps.savePort(seen, to, rebound ? leftHost(seen, plane) : undefined);
    if (outcome === 'overtaken') return undefined;
    if (outcome === 'mac in use') {
      if (await deps.freeAbandonedMac(to, to.updated_at)) return undefined;
      throw macInUse(to);
    }
    // A row without a new revision is no change that a client sees.
    if (to.revision > seen.revision) await sendExpress(deps, portEvents(to));
    return to;
  }, mostTries);
}

type Rebinding = {
  readonly seen: Port;
  /** The port on its new host, as it was decided with the data plane of the host that it leaves. */
  readonly decided: Port;
  readonly decide: DecidePort;
};

/** The row of a port that moves to another host, with that host's data plane, unless the change sets it. */
async function reboundPort(
  deps: ChangePortDeps,
  { seen, decided, decide }: Rebinding,
): Promise<Port> {
  const there = await planeOf(deps, decided);
  const to = decide(takingOver(seen, there)) ?? decided;
  return boundRow(to, seen.data_plane_status, there);
}

/** The host that a port leaves; undefined if it had none. */
const leftHost = (port: Port, plane: HostDataPlane | undefined): LeftHost | undefined =>
  port['binding:host_id'] === ''
    ? undefined
    : { host: port['binding:host_id'], number: plane?.number ?? 0 };

const planeOf = async (
  { dataPlane }: Pick<ChangePortDeps, 'dataPlane'>,
  port: Port,
): Promise<HostDataPlane | undefined> =>
  port['binding:host_id'] === '' ? undefined : dataPlane(port['binding:host_id']);

/** Writes rows one after the other and sends their events; false if another writer was faster. */
async function written(deps: ChangePortDeps, from: Port, rows: readonly Port[]): Promise<boolean> {
  let last = from;
  for (const row of rows) {
    if ((await deps.savePort(last, row)) !== 'saved') return false;
    await sendExpress(deps, portEvents(row));
    last = row;
  }
  return true;
}

/** The refusal of a MAC address that another port has. */
export const macInUse = ({ network_id, mac_address }: Port): Refusal =>
  new Refusal(
    'mac_address_in_use',
    `Unable to complete operation for network ${network_id}. The mac address ${mac_address} is in use.`,
  );
