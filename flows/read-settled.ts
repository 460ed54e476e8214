/** Reads an instance, and applies the fault that it is owed. */

import { instanceEvent } from '../domain/events/event.ts';
import { settled } from '../domain/hosts/host-fault.ts';
import type { Instance } from '../domain/servers/instance.ts';
import { type EventsOut, sendExpress } from './events-out.ts';
import { hostsAround } from './hosts-around.ts';
import type { RegisterDeps } from './registration.ts';

/**
 * The instance, after an owed fault was applied to its row; undefined if there is none, `overtaken` if
 * another writer was faster.
 */
export async function readSettled(
  deps: Pick<RegisterDeps, 'host' | 'instance' | 'saveInstance'> & EventsOut,
  uuid: string,
): Promise<Instance | undefined | 'overtaken'> {
  const from = await deps.instance(uuid);
  if (!from || from.deleted || from.host === null) return from;
  const { host, target } = await hostsAround(deps, from);
  const to = settled(from, host, target);
  if (!to) return from;
  if (!(await deps.saveInstance(from, to))) return 'overtaken';
  if (to.revision > from.revision) await sendExpress(deps, [instanceEvent(to)]);
  return to;
}
