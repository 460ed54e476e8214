/** A host says that it runs. */
import { DomainError } from '../domain/errors.ts';
import { untilWritten } from './retry.ts';

export type NoteHeartbeatDeps = {
  /**
   * Writes the time into the host's row, and nothing else. `unknown` if there is no such host,
   * `overtaken` if somebody is changing the row this moment.
   */
  readonly seenUp: (name: string, at: string) => Promise<'noted' | 'unknown' | 'overtaken'>;
};

/**
 * Notes when a host was last heard. That is no change of the host: it raises no revision, tells
 * nobody, and does not take back a report that the host is down.
 * @throws not_found if there is no such host.
 */
export async function noteHeartbeat(
  { seenUp }: NoteHeartbeatDeps,
  name: string,
  at: string,
): Promise<void> {
  const outcome = await untilWritten(async () => {
    const done = await seenUp(name, at);
    return done === 'overtaken' ? undefined : done;
  });
  if (outcome === 'unknown') {
    throw new DomainError('not_found', `Compute host ${name} could not be found.`);
  }
}
