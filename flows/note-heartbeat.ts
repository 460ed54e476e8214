/** Records the heartbeat of a host. */
import { noSuch } from '../domain/errors.ts';
import type { Host } from '../domain/hosts/host.ts';
import { spellingOf } from './host-spelling.ts';
import { untilWritten } from './retry.ts';

/** What the flow reads and writes. */
export type NoteHeartbeatDeps = {
  /** The host's row by any spelling of its name. */
  readonly host: (name: string) => Promise<Host | undefined>;
  /**
   * Writes only the time into the host's row. `heard again`: it is written, and missed heartbeats
   * hold the host down. `unknown`: there is no such host. `overtaken`: another writer is changing
   * the row at this moment.
   */
  readonly seenUp: (name: string, at: string) => Promise<SeenUp>;
  /**
   * Writes the host's row without a change, so that the stream shows its new heartbeat; `overtaken`
   * as above.
   */
  readonly noteHeard: (name: string) => Promise<'noted' | 'overtaken'>;
  /** Records a restart of its compute service; `overtaken` as above. */
  readonly noteRestart: (name: string, at: string) => Promise<'noted' | 'overtaken'>;
};

/** The outcome of a heartbeat. */
export type SeenUp = 'noted' | 'heard again' | 'unknown' | 'overtaken';

/** A heartbeat: its time, and whether it reports a restart of the compute service. */
export type HeartbeatReport = { readonly at: string; readonly restarted: boolean };

/**
 * Records the time of a heartbeat. It does not raise the host's revision, sends no event and does not
 * take back a report that the host is down. After a restart of the compute service, nova has deleted the
 * guests that were evacuated from the host: those records are shown as completed.
 * @throws not_found if there is no such host.
 */
export async function noteHeartbeat(
  { host, seenUp, noteHeard, noteRestart }: NoteHeartbeatDeps,
  name: string,
  { at, restarted }: HeartbeatReport,
): Promise<void> {
  const written = <T extends string>(write: () => Promise<T | 'overtaken'>) =>
    untilWritten(async () => {
      const done = await write();
      return done === 'overtaken' ? undefined : done;
    });
  const noted = async (spelling: string) => {
    const done = await written(() => seenUp(spelling, at));
    // If this fails, the next heartbeat of the host does it.
    if (done === 'heard again') await written(() => noteHeard(spelling));
    return done === 'unknown' ? undefined : spelling;
  };
  // A heartbeat with the registered spelling costs one write and no read.
  const known = (await noted(name)) ?? (await noted(await spellingOf({ host }, name)));
  if (known === undefined) {
    throw noSuch('Compute host', name);
  }
  if (restarted) await written(() => noteRestart(known, at));
}
