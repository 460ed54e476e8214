/** Deletes hosts. */

import type { Actor } from '../domain/change.ts';
import { DomainError, noSuch } from '../domain/errors.ts';
import { hostEvent } from '../domain/events/event.ts';
import { hasFailed } from '../domain/hosts/fault.ts';
import type { Host } from '../domain/hosts/host.ts';
import { deletedHost } from '../domain/hosts/registered-host.ts';
import { endedBy, type HostReport } from '../domain/hosts/service-update.ts';
import { type EventsOut, sendExpress } from './events-out.ts';
import type { RegisterDeps } from './registration.ts';
import { untilWritten } from './retry.ts';

/** What the deletion of a host reads, writes and sends. */
export type DeleteHostDeps = EventsOut &
  Pick<RegisterDeps, 'host'> & {
    readonly instancesOn: (host: string) => AsyncIterable<readonly string[]>;
    readonly instancesTo: (host: string) => AsyncIterable<readonly string[]>;
    readonly saveReport: (from: Host, report: HostReport) => Promise<boolean>;
  };

/**
 * Deletes a host and its service. The tombstone keeps the number of its faults.
 * @throws not_found if there is none; conflict while instances are on it or on their way to it.
 */
export async function deleteHost(deps: DeleteHostDeps, name: string, actor: Actor): Promise<void> {
  const deleted = await untilWritten(async () => {
    const from = await deps.host(name);
    if (!from || from.deleted) {
      throw noSuch('Compute host', name);
    }
    const cannot = (why: string) =>
      new DomainError('conflict', `Unable to delete compute service of ${name}: ${why}.`);
    if (await hasAny(deps.instancesOn(from.host))) throw cannot('it has instances');
    if (await hasAny(deps.instancesTo(from.host)))
      throw cannot('instances are being evacuated to it');
    const host = deletedHost(from, actor);
    const fault = hasFailed(from) ? { closed: from.fault_number } : undefined;
    const report = { host, fault, ...endedBy(from, [], 'Its host was deleted.') };
    return (await deps.saveReport(from, report)) ? host : undefined;
  });
  await sendExpress(deps, [hostEvent(deleted)]);
}

async function hasAny(pages: AsyncIterable<readonly string[]>): Promise<boolean> {
  for await (const page of pages) if (page.length > 0) return true;
  return false;
}
