/** Ports are made: all of a request, or none. */
import { Refusal } from '../domain/errors.ts';
import { boundRow, takingOver } from '../domain/ports/binding.ts';
import type { Port } from '../domain/ports/port.ts';
import { portEvents } from '../domain/ports/port-event.ts';
import { type ChangePortDeps, macInUse } from './change-port.ts';
import { type EventsOut, sendExpress } from './events-out.ts';
import type { ReadPortsDeps } from './read-ports.ts';
import { untilWritten } from './retry.ts';

/** A port to make; `macGiven` if the client named its MAC address, which then is not ours to change. */
export type NewPort = { readonly port: Port; readonly macGiven: boolean };

export type CreatePortsDeps = EventsOut &
  Pick<ReadPortsDeps, 'dataPlanes'> &
  Pick<ChangePortDeps, 'freeAbandonedMac'> & {
    /**
     * All in one, or none: which port ran into a taken id or MAC address; `busy` if somebody else
     * was writing them.
     */
    readonly insertPorts: (
      ports: readonly Port[],
    ) => Promise<'inserted' | 'busy' | { readonly taken: 'id' | 'mac'; readonly position: number }>;
    readonly newMac: () => string;
  };

/**
 * Makes the ports, each with what is reported of the data plane of its host. A MAC address of our own that is taken is replaced by another one.
 * @throws MacAddressInUse, or a conflict for an id that is taken.
 */
export async function createPorts(
  deps: CreatePortsDeps,
  wanted: readonly NewPort[],
): Promise<readonly Port[]> {
  let drafts = wanted;
  const made = await untilWritten(async () => {
    drafts = distinct(drafts, deps.newMac);
    const hosts = new Set(drafts.map(({ port }) => port['binding:host_id']).filter(Boolean));
    const planes = hosts.size === 0 ? [] : await deps.dataPlanes([...hosts]);
    const byHost = new Map(planes.map((plane) => [plane.host, plane]));
    const ports = drafts.map(({ port }) => {
      const plane = byHost.get(port['binding:host_id']);
      return boundRow(takingOver(port, plane), null, plane);
    });
    const outcome = await deps.insertPorts(ports);
    if (outcome === 'inserted') return ports;
    if (outcome === 'busy') return undefined;
    const stopped = drafts[outcome.position];
    if (!stopped) return undefined;
    if (outcome.taken === 'id') throw idInUse(stopped.port);
    if (await deps.freeAbandonedMac(stopped.port, stopped.port.updated_at)) return undefined;
    if (stopped.macGiven) throw macInUse(stopped.port);
    drafts = drafts.with(outcome.position, renewed(stopped, deps.newMac));
    return undefined;
  }, patience);
  await sendExpress(deps, made.flatMap(portEvents));
  return made;
}

/** Addresses of our own are random among 16 million a network: a large one takes some tries. */
const patience = 40;

const renewed = ({ port }: NewPort, newMac: () => string): NewPort => ({
  port: { ...port, mac_address: newMac() },
  macGiven: false,
});

/** The drafts with no id and no MAC address twice. */
function distinct(drafts: readonly NewPort[], newMac: () => string): NewPort[] {
  const ids = new Set<string>();
  const macs = new Set<string>();
  const placeOf = ({ port }: NewPort): string => `${port.network_id} ${port.mac_address}`;
  return drafts.map((given) => {
    if (ids.has(given.port.id)) throw idInUse(given.port);
    ids.add(given.port.id);
    let draft = given;
    while (macs.has(placeOf(draft))) {
      if (draft.macGiven) throw macInUse(draft.port);
      draft = renewed(draft, newMac);
    }
    macs.add(placeOf(draft));
    return draft;
  });
}

const idInUse = ({ id }: Port): Refusal =>
  new Refusal('port_id_in_use', `Unable to create port ${id}: its id is in use.`);
