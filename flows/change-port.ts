/** One port is changed by its owner, its manager or who reports on it. */
import { DomainError, Refusal } from '../domain/errors.ts';
import { boundRow, isRebound, takingOver } from '../domain/ports/binding.ts';
import { type HostDataPlane, owedRows } from '../domain/ports/host-data-plane.ts';
import type { Port } from '../domain/ports/port.ts';
import { portEvents } from '../domain/ports/port-event.ts';
import { type EventsOut, sendExpress } from './events-out.ts';
import { untilWritten } from './retry.ts';

export type ChangePortDeps = EventsOut & {
  /** The port's row, a tombstone too, read consistently. */
  readonly port: (id: string) => Promise<Port | undefined>;
  /** What was reported of a host's ports, read consistently. */
  readonly dataPlane: (host: string) => Promise<HostDataPlane | undefined>;
  /**
   * Writes a port that is still as it was read. If `left` is given, also only if the host that it
   * leaves has no newer report than that number: such a report is to be applied before the port goes.
   */
  readonly savePort: (
    from: Port,
    to: Port,
    left?: LeftHost,
  ) => Promise<'saved' | 'overtaken' | 'mac in use'>;
  /** Frees the MAC address of the port, if who took it never came to make one. */
  readonly freeAbandonedMac: (port: Port, now: string) => Promise<boolean>;
};

/** A host that a port leaves, with the number of its newest report as read; 0 if it has none. */
export type LeftHost = { readonly host: string; readonly number: number };

/**
 * What becomes of a port as it is seen (undefined: there is none); undefined if nothing. May refuse.
 * Asked a second time with the data plane of another host, if it binds the port to one.
 */
export type DecidePort = (port: Port | undefined) => Port | undefined;

/** Somebody whose change of a port was overtaken tries again so often: reporters come in swarms. */
const patience = 40;

/**
 * Changes a port as `decide` says. What its host's reports owe it is written first, each as a change
 * of its own. A report that comes after the host was read is owed by the row that is written. A port
 * that goes to another host takes over what is reported there.
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
    const wanted = decide(seen);
    if (!row || !seen) throw new DomainError('not_found', `Port ${id} could not be found.`);
    if (!(await written(deps, row, owed))) return undefined;
    if (!wanted) return seen;
    const rebound = isRebound(seen, wanted);
    const to = rebound
      ? await reboundPort(deps, { seen, wanted, decide })
      : { ...wanted, report_number: plane?.number ?? 0 };
    const outcome = await deps.savePort(seen, to, rebound ? leftHost(seen, plane) : undefined);
    if (outcome === 'overtaken') return undefined;
    if (outcome === 'mac in use') {
      if (await deps.freeAbandonedMac(to, to.updated_at)) return undefined;
      throw macInUse(to);
    }
    await sendExpress(deps, portEvents(to));
    return to;
  }, patience);
}

type Rebinding = {
  readonly seen: Port;
  readonly wanted: Port;
  readonly decide: DecidePort;
};

/** The row of a port that goes to another host: with that host's data plane, unless the change says otherwise. */
async function reboundPort(
  deps: ChangePortDeps,
  { seen, wanted, decide }: Rebinding,
): Promise<Port> {
  const there = await planeOf(deps, wanted);
  const decided = decide(takingOver(seen, there)) ?? wanted;
  return boundRow(decided, seen.data_plane_status, there);
}

/** The host that a port leaves; undefined if it was on none. */
const leftHost = (port: Port, plane: HostDataPlane | undefined): LeftHost | undefined =>
  port['binding:host_id'] === ''
    ? undefined
    : { host: port['binding:host_id'], number: plane?.number ?? 0 };

const planeOf = async (
  { dataPlane }: Pick<ChangePortDeps, 'dataPlane'>,
  port: Port,
): Promise<HostDataPlane | undefined> =>
  port['binding:host_id'] === '' ? undefined : dataPlane(port['binding:host_id']);

/** Writes rows one after the other and tells of them; false if somebody was faster. */
async function written(deps: ChangePortDeps, from: Port, rows: readonly Port[]): Promise<boolean> {
  let last = from;
  for (const row of rows) {
    if ((await deps.savePort(last, row)) !== 'saved') return false;
    await sendExpress(deps, portEvents(row));
    last = row;
  }
  return true;
}

export const macInUse = ({ network_id, mac_address }: Port): Refusal =>
  new Refusal(
    'mac_address_in_use',
    `Unable to complete operation for network ${network_id}. The mac address ${mac_address} is in use.`,
  );
