/**
 * Notifies the owners of a host's instances of its maintenance. The switch runs it. The fault-finisher
 * runs it again, for instances that a crash or a lagging index left out. The events are the same each
 * time.
 */
import { isConcerned, maintenanceEvent, type Notice } from '../domain/hosts/maintenance.ts';
import { slices } from '../domain/slices.ts';
import type { ApplyFaultDeps } from './apply-fault.ts';

/** What the flow reads and sends. */
export type NotifyOwnersDeps = Pick<ApplyFaultDeps, 'instancesOn' | 'instances' | 'send'>;

/** How many instances are read, and their events sent, at once. */
const chunkSize = 100;

/** @returns how many events were sent, one for each instance. @throws what a read or a send throws. */
export async function notifyOwners(deps: NotifyOwnersDeps, notice: Notice): Promise<number> {
  let notified = 0;
  for await (const page of deps.instancesOn(notice.host)) {
    for (const uuids of slices(page, chunkSize)) {
      const rows = await deps.instances(uuids);
      const concerned = rows.filter((row) => isConcerned(row, notice));
      if (concerned.length > 0) {
        await deps.send(concerned.map((row) => maintenanceEvent(row, notice)));
      }
      notified += concerned.length;
    }
  }
  return notified;
}
