/** A walk through the cloud that an administrator asks for. */
import { isEqual, pick } from 'es-toolkit';
import {
  type CloudJob,
  type CloudJobName,
  isWalking,
  newWalk,
  stepped,
  type Walk,
  type WalkRequest,
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

const requestKeys = ['dry_run', 'allow_deletions'] as const;

/**
 * Begins a walk that an administrator requests, in place of one of the schedule. A requested walk
 * that does the same is continued. If the process dies before the job is queued, the schedule
 * begins the walk some seconds later.
 */
export async function requestWalk(deps: RequestWalkDeps, asked: WalkRequest): Promise<Walk> {
  const walk = await untilWritten(async () => {
    const job = await deps.cloudJob('walk');
    if (job.walk?.requested && isWalking(job) && isEqual(pick(job.walk, requestKeys), asked)) {
      return job.walk;
    }
    const started_at = deps.now();
    const next = newWalk({ ...asked, walk_id: deps.newId(), requested: true, started_at });
    const to = stepped(job, { walk: next, not_before: null }, false);
    return (await deps.saveCloudJob(to)) ? next : undefined;
  });
  await deps.sendJob('walk');
  return walk;
}
