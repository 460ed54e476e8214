/** The row of a port after the cloud was read, or sent an event of it. */
import { isEqual } from 'es-toolkit';
import type { Actor } from '../change.ts';
import {
  createdPort,
  deletedPort,
  type Port,
  type PortFacts,
  unknownPort,
  updatedPort,
} from '../ports/port.ts';
import type { SeenPort } from './seen.ts';

/** What is known of a port's change in the cloud: an event may say only a part of it. */
export type PortReport = {
  readonly revision: number;
  readonly changed_at: string;
  readonly facts: Partial<PortFacts>;
  readonly status?: Port['status'] | undefined;
  readonly tags?: readonly string[] | undefined;
};

/**
 * The row of a port after a report of the cloud; undefined if nothing is to be written. A report
 * that is not of a newer revision than the row reflects changes nothing, so what was reported here
 * since then stands. Of a newer one it is not taken
 * - a binding that is older than the one that Doctor made when the port's server moved;
 * - the status, while a monitor's condition holds it (`held`).
 * The row keeps its own revision if only the revision of the cloud differs: no client sees that.
 */
export function mirroredPort(
  port: Port,
  { revision, changed_at, facts, status = port.status, tags = port.tags }: PortReport,
  { actor, held }: { readonly actor: Actor; readonly held: boolean },
): Port | undefined {
  const { mirrored_revision } = port;
  if (port.deleted || (mirrored_revision !== undefined && revision <= mirrored_revision)) {
    return undefined;
  }
  const movedLater = mirrored_revision !== undefined && port.bound_at > changed_at;
  const update = {
    ...facts,
    ...(movedLater && { 'binding:host_id': port['binding:host_id'] }),
    status: held ? port.status : status,
    tags: isEqual(tags.toSorted(), port.tags.toSorted()) ? port.tags : [...tags],
    bound_at: changed_at,
  };
  const changed = updatedPort(port, update, actor);
  return { ...(changed ?? port), mirrored_revision: revision };
}

/** A new port, as the cloud shows it. */
export const newMirroredPort = (
  { id, network_id, project_id, facts, status, tags, revision, changed_at }: SeenPort,
  made: { readonly actor: Actor; readonly incarnation: string },
): Port => ({
  ...createdPort({ ...facts, id, network_id, project_id }, made),
  status,
  tags: [...tags],
  bound_at: changed_at,
  mirrored_revision: revision,
});

/** A port of which only the id is known, with the values that every row has. */
const portOfId = {
  ...unknownPort,
  mac_address: '',
  project_id: '',
  network_id: '00000000-0000-0000-0000-000000000000',
};

/**
 * The tombstone of a port that the cloud has deleted and that Doctor never had, so that an older
 * event that comes later does not create it. No client sees it, and it sends no events.
 */
export function unknownPortEnd(
  id: string,
  made: { readonly actor: Actor; readonly incarnation: string },
): Port {
  const ended = deletedPort(createdPort({ ...portOfId, id }, made), made.actor);
  return { ...ended, last_change: { ...ended.last_change, kind: 'unknown delete' } };
}
