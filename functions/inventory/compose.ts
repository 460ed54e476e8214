/** Puts the inventory together: handler and flows, on plain stores. */
import { type MirrorDeps, mirrorEvent } from '../../flows/mirror-event.ts';
import { type MirrorPortEventDeps, mirrorPortEvent } from '../../flows/mirror-port-event.ts';
import { type SendTwiceDeps, sendTwice } from '../../flows/send-twice.ts';
import { type InventoryDeps, inventory } from './handler.ts';

export type InventoryParts = Pick<InventoryDeps, 'deadLetter' | 'log'> &
  Omit<MirrorDeps, 'skipped'> &
  Omit<MirrorPortEventDeps, 'skipped' | 'newMac'> &
  SendTwiceDeps;

/** The handler of the queue of the inventory. */
export function compose(parts: InventoryParts) {
  const mirroring: MirrorDeps & MirrorPortEventDeps = {
    ...parts,
    newMac: () => {
      throw new Error('a port of the cloud has a MAC address');
    },
    skipped: ({ message_id, event_type }, reason) =>
      parts.log.info('an event changed no row', { message_id, event_type, reason }),
  };
  return inventory({
    mirror: (event) =>
      event.event_type.startsWith('port.')
        ? mirrorPortEvent(mirroring, event)
        : mirrorEvent(mirroring, event),
    sendTwice: (events) => sendTwice(parts, events),
    deadLetter: parts.deadLetter,
    log: parts.log,
  });
}
