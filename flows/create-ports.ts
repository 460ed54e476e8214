/** Creates all ports of a request, or none. */
import { Refusal } from '../domain/errors.ts';
import { boundRow, takingOver } from '../domain/ports/binding.ts';
import type { Port } from '../domain/ports/port.ts';
import { portEvents } from '../domain/ports/port-event.ts';
import { type ChangePortDeps, macInUse } from './change-port.ts';
import { type EventsOut, sendExpress } from './events-out.ts';
import type { ReadPortsDeps } from './read-ports.ts';
import { untilWritten } from './retry.ts';

/** A port to create. `macGiven`: the client named its MAC address, so it is not replaced. */
export type NewPort = { readonly port: Port; readonly macGiven: boolean };

export type CreatePortsDeps = EventsOut &
  Pick<ReadPortsDeps, 'dataPlanes'> &
  Pick<ChangePortDeps, 'freeAbandonedMac'> & {
    /**
     * Writes all ports or none: then it says which port has an id or MAC address that is taken;
     * `busy` if another writer was writing them. A port of a cloud does not replace a newer tombstone.
     */
    readonly insertPorts: (
      ports: readonly Port[],
    ) => Promise<'inserted' | 'busy' | { readonly taken: 'id' | 'mac'; readonly position: number }>;
    readonly newMac: () => string;
  };

/**
 * Creates the ports, each with the reported status of its host's data plane. A generated MAC address
 * that is taken is replaced by another one.
 * @throws MacAddressInUse for a given MAC address; PortIdInUse.
 */
export async function createPorts(
  deps: CreatePortsDeps,
  requested: readonly NewPort[],
): Promise<readonly Port[]> {
  let drafts = requested;
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
  }, mostTries);
  await sendExpress(deps, made.flatMap(portEvents));
  return made;
}

/** Generated addresses are random among 16 million a network: in a large network some are taken. */
const mostTries = 40;

const renewed = ({ port }: NewPort, newMac: () => string): NewPort => ({
  port: { ...port, mac_address: newMac() },
  macGiven: false,
});

/** The drafts, with generated MAC addresses that differ. @throws PortIdInUse, MacAddressInUse */
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
