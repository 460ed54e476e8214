/** Takes over the servers of one host that is up again, as the cloud shows them. */
import type { Host } from '../domain/hosts/host.ts';
import type { CloudReader } from './cloud-reader.ts';
import { type MirrorServersDeps, mirrorServers } from './mirror-servers.ts';

export type ReadReturnedHostDeps = MirrorServersDeps & {
  readonly cloud: Pick<CloudReader, 'serverPage'>;
  readonly now: () => string;
};

/**
 * `left`: Doctor has no such host, or it is down again, so nothing was read. `not yet`: the cloud
 * does not take the host for up, so states that a fault has set stand, or its listing changed
 * meanwhile: read it again later.
 */
export type HostReadOutcome = 'done' | 'not yet' | 'left';

/** Reads all pages of the host's servers. Safe to repeat. @throws what the cloud or a table throws. */
export async function readReturnedHost(
  deps: ReadReturnedHostDeps,
  name: string,
): Promise<HostReadOutcome> {
  if (!isUp(await deps.host(name))) return 'left';
  const actor = { user_id: 'cloud', request_id: `host-${deps.newId()}`, at: deps.now() };
  let isShownUp = true;
  let marker: string | null = null;
  do {
    const page = await deps.cloud.serverPage({ marker, host: name });
    if (page === 'lost') return 'not yet';
    await mirrorServers(deps, page.items, { actor, dryRun: false });
    isShownUp &&= page.items.every(({ host_up }) => host_up);
    marker = page.next;
  } while (marker !== null);
  return isShownUp ? 'done' : 'not yet';
}

const isUp = (host: Host | undefined): boolean =>
  host !== undefined && !host.deleted && !host.forced_down;
