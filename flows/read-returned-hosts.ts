/**
 * Takes over the servers of hosts that are up again, as the cloud shows them, some hosts at a time.
 */
import pMap from 'p-map';
import type { Host } from '../domain/hosts/host.ts';
import { type CloudJob, failedJob, stepped, success } from '../domain/mirror/cloud-job.ts';
import { pageSizeAfter } from '../domain/mirror/page-size.ts';
import {
  dueHosts,
  nextDue,
  type ReturnedHost,
  withReturned,
} from '../domain/mirror/returned-host.ts';
import {
  afterReads,
  type HostReading,
  type HostReadOutcome,
} from '../domain/mirror/returned-host-reads.ts';
import type { CloudReader } from './cloud-reader.ts';
import { type MirrorServersDeps, mirrorServers } from './mirror-servers.ts';
import type { CloudJobStore } from './request-walk.ts';
import { untilWritten } from './retry.ts';

export type ReadReturnedHostsDeps = CloudJobStore &
  MirrorServersDeps & {
    readonly cloud: Pick<CloudReader, 'serverPage'>;
    /** Hosts that are read at the same time: one request to the cloud each. */
    readonly returnedAtOnce: number;
    /** Logs why a host could not be read. */
    readonly hostFailed: (host: string, error: unknown) => void;
    readonly now: () => string;
  };

/**
 * Puts a host that is up again into the list of those to read. Safe to repeat.
 * @returns false if the list has no room: then the next walk sees its servers. @throws conflict,
 * after many other writers.
 */
export const noteReturnedHost = (
  { cloudJob, saveCloudJob, now }: CloudJobStore & Pick<ReadReturnedHostsDeps, 'now'>,
  host: string,
): Promise<boolean> =>
  untilWritten(async () => {
    const job = await cloudJob('returned');
    const returned = withReturned(job.returned, host, now());
    if (!returned) return false;
    // The process that holds the job goes on with it, and finds the host.
    const next = { ...job, version: job.version + 1, returned };
    return (await saveCloudJob(next)) ? true : undefined;
  });

/** What came of a step: the job's row; undefined if another process holds the job by now. */
export type ReturnedStep =
  | { readonly job: CloudJob; readonly turn: 'done' | 'more' | 'failed' }
  | undefined;

/**
 * Reads one page of each of the hosts that wait longest. `more`: others are due. `goesOn`: whether
 * the process goes on with them.
 */
export async function readReturnedHosts(
  deps: ReadReturnedHostsDeps,
  held: Pick<CloudJob, 'returned' | 'leased_until' | 'page_size'>,
  goesOn: () => boolean,
): Promise<ReturnedStep> {
  const began = deps.now();
  const due = dueHosts(held.returned, began).slice(0, deps.returnedAtOnce);
  const errors: unknown[] = [];
  const readings = await pMap(due, async (of): Promise<HostReading> => {
    const outcome = await readPage(deps, of, held.page_size).catch(
      (error: unknown): HostReadOutcome => {
        deps.hostFailed(of.host, error);
        errors.push(error);
        return 'failed';
      },
    );
    return { of, outcome };
  });
  return untilWritten<Exclude<ReturnedStep, undefined> | 'lost'>(async () => {
    // Hosts that return meanwhile are in the row by now.
    const row = await deps.cloudJob('returned');
    if (row.leased_until !== held.leased_until) return 'lost';
    const now = deps.now();
    const returned = afterReads(row.returned, readings, now);
    const isMore = dueHosts(returned, now).length > 0;
    if (errors.length > 0) {
      const [error] = errors;
      const message = error instanceof Error ? error.message : 'unknown error';
      const job = failedJob({ ...row, returned }, message, now);
      return (await deps.saveCloudJob(job)) ? { job, turn: 'failed' } : undefined;
    }
    const page_size = pageSizeAfter(row.page_size, Date.parse(now) - Date.parse(began));
    const job = stepped(row, { ...success(began), page_size, returned }, isMore && goesOn());
    return (await deps.saveCloudJob(job)) ? { job, turn: isMore ? 'more' : 'done' } : undefined;
  }).then((step) => (step === 'lost' ? undefined : step));
}

/** Seconds until the job has something to do again; undefined if no host is left. */
export function secondsUntilDue(
  { returned, not_before }: Pick<CloudJob, 'returned' | 'not_before'>,
  now: string,
): number | undefined {
  const due = nextDue(returned);
  if (due === undefined) return undefined;
  const at = not_before !== null && not_before > due ? not_before : due;
  return Math.max(0, Math.ceil((Date.parse(at) - Date.parse(now)) / 1000));
}

/** Takes over one page of a host's servers. @throws what the cloud or a table throws. */
async function readPage(
  deps: ReadReturnedHostsDeps,
  { host, marker }: ReturnedHost,
  limit: number,
): Promise<HostReadOutcome> {
  if (!isUp(await deps.host(host))) return 'left';
  const page = await deps.cloud.serverPage({ marker, host, limit });
  if (page === 'lost') return 'not yet';
  const actor = { user_id: 'cloud', request_id: `host-${deps.newId()}`, at: deps.now() };
  await mirrorServers(deps, page.items, { actor, dryRun: false });
  if (!page.items.every(({ host_up }) => host_up)) return 'not yet';
  return page.next === null ? 'done' : { next: page.next };
}

const isUp = (host: Host | undefined): boolean =>
  host !== undefined && !host.deleted && !host.forced_down;
