/**
 * Tells the owners of a host's instances of its maintenance. Run by the switch, and again by the
 * fault-finisher for what a dying writer or a lagging index left: the events are the same each time.
 */
import { isConcerned, maintenanceEvent, type Notice } from '../domain/hosts/maintenance.ts';
import { slices } from '../domain/slices.ts';
import type { ApplyFaultDeps } from './apply-fault.ts';

export type NotifyOwnersDeps = Pick<ApplyFaultDeps, 'instancesOn' | 'instances' | 'send'>;

/** Instances read and told of together. */
const chunkSize = 100;

/** @returns how many instances' owners were sent an event. @throws what a read or a send threw. */
export async function notifyOwners(deps: NotifyOwnersDeps, notice: Notice): Promise<number> {
  let told = 0;
  for await (const page of deps.instancesOn(notice.host)) {
    for (const uuids of slices(page, chunkSize)) {
      const rows = await deps.instances(uuids);
      const concerned = rows.filter((row) => isConcerned(row, notice));
      if (concerned.length > 0) {
        await deps.send(concerned.map((row) => maintenanceEvent(row, notice)));
      }
      told += concerned.length;
    }
  }
  return told;
}
