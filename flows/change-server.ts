/** Changes one server for its owner or an administrator. */
import { noSuch } from '../domain/errors.ts';
import { instanceEvent } from '../domain/events/event.ts';
import type { Host } from '../domain/hosts/host.ts';
import { settled } from '../domain/hosts/host-fault.ts';
import type { Instance } from '../domain/servers/instance.ts';
import { type EventsOut, sendExpress } from './events-out.ts';
import { readSettled } from './read-settled.ts';
import type { RegisterDeps } from './registration.ts';
import { untilWritten } from './retry.ts';

/** What the flow reads, writes and sends. */
export type ChangeServerDeps = EventsOut & Pick<RegisterDeps, 'host' | 'instance' | 'saveInstance'>;

/**
 * Decides on a change of an instance, settled with its host.
 * @returns the changed row; undefined to change nothing. @throws DomainError to refuse.
 */
export type ServerDecision = (on: {
  readonly instance: Instance;
  readonly host: Host | undefined;
}) => Instance | undefined;

/**
 * Changes an instance as `decide` says. An owed fault is applied first, as a separate change. A fault
 * that comes after the host was read is owed to the written row.
 * @returns the instance after the change. @throws not_found if there is none; what `decide` throws.
 */
export async function changeServer(
  deps: ChangeServerDeps,
  uuid: string,
  decide: ServerDecision,
): Promise<Instance> {
  return untilWritten(async () => {
    const from = await readSettled(deps, uuid);
    if (from === 'overtaken') return undefined;
    if (!from || from.deleted) {
      throw noSuch('Instance', uuid);
    }
    const host = from.host === null ? undefined : await deps.host(from.host);
    // The host failed between the two reads: start again, so that this fault is settled first too.
    if (settled(from, host)) return undefined;
    const to = decide({ instance: from, host });
    if (!to) return from;
    if (!(await deps.saveInstance(from, to))) return undefined;
    await sendExpress(deps, [instanceEvent(to)]);
    return to;
  });
}
