/** A host says that it runs. */
import { DomainError } from '../domain/errors.ts';
import type { Host } from '../domain/hosts/host.ts';
import { spellingOf } from './host-spelling.ts';
import { untilWritten } from './retry.ts';

export type NoteHeartbeatDeps = {
  /** The host's row by any spelling of its name. */
  readonly host: (name: string) => Promise<Host | undefined>;
  /**
   * Writes the time into the host's row, and nothing else. `unknown` if there is no such host,
   * `overtaken` if somebody is changing the row this moment.
   */
  readonly seenUp: (name: string, at: string) => Promise<'noted' | 'unknown' | 'overtaken'>;
  /** Notes a restart of its compute service; `overtaken` as above. */
  readonly noteRestart: (name: string, at: string) => Promise<'noted' | 'overtaken'>;
};

export type HeartbeatReport = { readonly at: string; readonly restarted: boolean };

/**
 * Notes when a host was last heard. That is no change of the host: it raises no revision, tells
 * nobody, and does not take back a report that the host is down. A host whose compute service has
 * been restarted has forgotten the guests that were evacuated from it: those records are completed.
 * @throws not_found if there is no such host.
 */
export async function noteHeartbeat(
  { host, seenUp, noteRestart }: NoteHeartbeatDeps,
  name: string,
  { at, restarted }: HeartbeatReport,
): Promise<void> {
  const written = <T extends string>(write: () => Promise<T | 'overtaken'>) =>
    untilWritten(async () => {
      const done = await write();
      return done === 'overtaken' ? undefined : done;
    });
  const noted = async (spelling: string) =>
    (await written(() => seenUp(spelling, at))) === 'noted' ? spelling : undefined;
  // A heartbeat is one write, as long as it comes in the spelling of the registration.
  const known = (await noted(name)) ?? (await noted(await spellingOf({ host }, name)));
  if (known === undefined) {
    throw new DomainError('not_found', `Compute host ${name} could not be found.`);
  }
  if (restarted) await written(() => noteRestart(known, at));
}
