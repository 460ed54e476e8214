/** A walk through the cloud that an administrator asks for. */
import {
  type CloudJob,
  type CloudJobName,
  isWalking,
  newWalk,
  stepped,
  type Walk,
} from '../domain/mirror/cloud-job.ts';
import { untilWritten } from './retry.ts';

export type CloudJobStore = {
  /** The row of a job, read consistently; that of a job that was never done if there is none. */
  readonly cloudJob: (id: CloudJobName) => Promise<CloudJob>;
  /** Writes the row that follows the one that was read; false if another writer was faster. */
  readonly saveCloudJob: (job: CloudJob) => Promise<boolean>;
};

/** What a request for a walk reads, writes and sends. */
export type RequestWalkDeps = CloudJobStore & {
  /** Queues a job at once. */
  readonly sendJob: (id: CloudJobName) => Promise<void>;
  readonly newId: () => string;
  readonly now: () => string;
};

/**
 * Begins a walk that an administrator requests, in place of one of the schedule. A requested walk
 * that does the same is continued. If the process dies before the job is queued, the schedule
 * begins the walk some seconds later.
 */
export async function requestWalk(
  deps: RequestWalkDeps,
  { dry_run }: { readonly dry_run: boolean },
): Promise<Walk> {
  const walk = await untilWritten(async () => {
    const job = await deps.cloudJob('walk');
    if (job.walk && isWalking(job) && job.walk.requested && job.walk.dry_run === dry_run) {
      return job.walk;
    }
    const next = newWalk({
      walk_id: deps.newId(),
      requested: true,
      dry_run,
      started_at: deps.now(),
    });
    const to = stepped(job, { walk: next, not_before: null }, false);
    return (await deps.saveCloudJob(to)) ? next : undefined;
  });
  await deps.sendJob('walk');
  return walk;
}
