/** Does the jobs that mirror the cloud: each a few steps at a time, by one process at once. */
import {
  type CloudJob,
  type CloudJobName,
  failedJob,
  isFree,
  isWalkDue,
  isWalking,
  newWalk,
  sinceAfter,
  stepped,
  success,
  taken,
} from '../domain/mirror/cloud-job.ts';
import { pageSizeAfter } from '../domain/mirror/page-size.ts';
import { dueHosts } from '../domain/mirror/returned-host.ts';
import { lookOf } from '../domain/mirror/seen.ts';
import { serviceTasks, type TasksOut } from './apply-unapplied.ts';
import { mirrorHosts } from './mirror-hosts.ts';
import {
  type ReadReturnedHostsDeps,
  readReturnedHosts,
  secondsUntilDue,
} from './read-returned-hosts.ts';
import type { CloudJobStore } from './request-walk.ts';
import { changesPage, type WalkCloudDeps, walkPage } from './walk-cloud.ts';
import { type WatchServicesDeps, watchServices } from './watch-services.ts';

export type MirrorCloudDeps = CloudJobStore &
  WalkCloudDeps &
  WatchServicesDeps &
  ReadReturnedHostsDeps &
  TasksOut & {
    /** Queues a job, to be delivered after some seconds; by default at once. */
    readonly sendJob: (id: CloudJobName, delaySeconds?: number) => Promise<void>;
    /** The time between two walks that the schedule begins. */
    readonly walkMinutes: number;
    /** Logs why a job failed. */
    readonly jobFailed: (id: CloudJobName, error: unknown) => void;
  };

/**
 * The result of a turn of a job. `idle`: there was nothing to do. `busy`: another process works on
 * it, or it pauses after failures. `more`: there is more to do. `overtaken`: an administrator has
 * begun another walk.
 */
export type JobTurn = 'done' | 'more' | 'idle' | 'busy' | 'failed' | 'overtaken';

/** No further page is begun after this time: the function has a limit. */
const turnMs = 20_000;
/**
 * The pages that one turn takes of a walk of the schedule. The turns leave pauses for the cloud.
 */
const pagesPerTurn = 2;

/** Takes a job and does as much of it as one turn may. A failure is noted in its row. */
export async function runJob(deps: MirrorCloudDeps, id: CloudJobName): Promise<JobTurn> {
  const row = await deps.cloudJob(id);
  const now = deps.now();
  if (!isFree(row, now)) return 'busy';
  if (id === 'walk' && !isWalking(row) && !isWalkDue(row, deps.walkMinutes, now)) return 'idle';
  if (id === 'returned' && dueHosts(row.returned, now).length === 0) return 'idle';
  const job = taken(row, now);
  if (!(await deps.saveCloudJob(job))) return 'busy';
  const held = { job };
  try {
    return await turns[id](deps, held, now);
  } catch (error) {
    deps.jobFailed(id, error);
    const message = error instanceof Error ? error.message : 'unknown error';
    const saved = await deps.saveCloudJob(failedJob(held.job, message, deps.now()));
    return saved ? 'failed' : 'overtaken';
  }
}

/** The row of a job as this process wrote it last. */
type Held = { job: CloudJob };
type Turn = (deps: MirrorCloudDeps, held: Held, began: string) => Promise<JobTurn>;

const turns: Readonly<Record<CloudJobName, Turn>> = {
  services: servicesTurn,
  changes: changesTurn,
  walk: walkTurn,
  returned: returnedTurn,
};

/** Writes the result of a step; false if another process has changed the row. */
async function save(
  { saveCloudJob }: MirrorCloudDeps,
  held: Held,
  next: Partial<CloudJob>,
  goesOn: boolean,
): Promise<boolean> {
  held.job = stepped(held.job, next, goesOn);
  return saveCloudJob(held.job);
}

const actorOf = (deps: MirrorCloudDeps, request_id: string) => ({
  user_id: 'cloud',
  request_id,
  at: deps.now(),
});

/** Looks at the services. If they look as before, none of Doctor's rows is read. */
async function servicesTurn(deps: MirrorCloudDeps, held: Held, began: string): Promise<JobTurn> {
  const services = await deps.cloud.services();
  const look = lookOf(services);
  let seen: string | null = look;
  if (look !== held.job.seen) {
    const actor = actorOf(deps, `services-${deps.newId()}`);
    const run = { actor, dryRun: false, thorough: false, mayEnd: () => false };
    await mirrorHosts(deps, { services, hypervisors: [] }, run);
    const watched = await watchServices(deps, services, { actor, read_at: began });
    const tasks = await serviceTasks(deps, watched.forcedUp);
    if (tasks.length > 0) await deps.sendTasks(tasks, 0);
    if (watched.unsettled) seen = null;
  }
  return (await save(deps, held, { ...success(began), seen }, false)) ? 'done' : 'overtaken';
}

/** Reads the servers that changed since the last time, page by page. */
async function changesTurn(deps: MirrorCloudDeps, held: Held, began: string): Promise<JobTurn> {
  const run = { actor: actorOf(deps, `changes-${deps.newId()}`), dryRun: false };
  const since = held.job.since ?? sinceAfter(began);
  let listing = held.job.listing ?? { begun_at: began, marker: null };
  for (;;) {
    const at = deps.now();
    const from = { since, marker: listing.marker, limit: held.job.page_size };
    const page = await changesPage(deps, from, run);
    const page_size = sizeAfter(deps, held, at);
    if (page !== 'lost' && page.next === null) {
      const { begun_at } = listing;
      const next = { ...success(begun_at), page_size, since: sinceAfter(begun_at), listing: null };
      return (await save(deps, held, next, false)) ? 'done' : 'overtaken';
    }
    const marker = page === 'lost' ? null : page.next;
    listing = { begun_at: marker === null ? began : listing.begun_at, marker };
    const goesOn = !isLate(deps, began) && page !== 'lost';
    if (!(await save(deps, held, { since, listing, page_size }, goesOn))) return 'overtaken';
    if (!goesOn) return 'more';
  }
}

/** What is requested of a walk of the schedule. */
const ofSchedule = { requested: false, dry_run: false, allow_deletions: false } as const;

/** Goes on with the walk, or begins one. */
async function walkTurn(deps: MirrorCloudDeps, held: Held, began: string): Promise<JobTurn> {
  let { walk } = held.job;
  if (!walk || walk.phase === 'done') {
    walk = newWalk({ ...ofSchedule, walk_id: deps.newId(), started_at: began });
  }
  for (let pages = 1; ; pages++) {
    const at = deps.now();
    const isTooLate = () => isLate(deps, at);
    walk = await walkPage(deps, walk, { limit: held.job.page_size, isLate: isTooLate });
    const page_size = sizeAfter(deps, held, at);
    const done = walk.phase === 'done';
    const goesOn = !done && !isLate(deps, began) && (walk.requested || pages < pagesPerTurn);
    const known = done && !walk.dry_run ? success(walk.started_at) : { failures: 0 };
    if (!(await save(deps, held, { walk, page_size, ...known }, goesOn))) return 'overtaken';
    if (goesOn) continue;
    if (!done && walk.requested) await deps.sendJob('walk');
    return done ? 'done' : 'more';
  }
}

/** Reads hosts that are up again until none is due, and queues the turn of those that wait. */
async function returnedTurn(deps: MirrorCloudDeps, held: Held, began: string): Promise<JobTurn> {
  const goesOn = () => !isLate(deps, began);
  for (;;) {
    const step = await readReturnedHosts(deps, held.job, goesOn);
    if (!step) return 'overtaken';
    held.job = step.job;
    if (step.turn === 'more' && step.job.leased_until !== null) continue;
    const seconds = secondsUntilDue(step.job, deps.now());
    if (seconds !== undefined) await deps.sendJob('returned', seconds);
    return step.turn;
  }
}

/** The size of the next page, after one that was begun at a moment. */
const sizeAfter = ({ now }: MirrorCloudDeps, { job }: Held, at: string): number =>
  pageSizeAfter(job.page_size, Date.parse(now()) - Date.parse(at));

const isLate = ({ now }: MirrorCloudDeps, began: string): boolean =>
  Date.parse(now()) - Date.parse(began) >= turnMs;
