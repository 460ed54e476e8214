/**
 * The jobs that mirror the cloud, and their rows. A job is done a step at a time by whichever
 * process takes it first; the row says what is to be done next, so that any process can go on.
 */
import * as z from 'zod';
import { grownPause } from '../back-off.ts';
import { Moment } from '../time.ts';
import { Compared, nothingCompared } from './deletions.ts';
import { Difference } from './difference.ts';
import { MirrorCounts, nothingCounted } from './mirror-counts.ts';
import { mostOnPage, smallerPage } from './page-size.ts';
import { noSample, PortSample } from './port-sample.ts';
import { ReturnedHost } from './returned-host.ts';

/**
 * `services`: the flags of hosts. `changes`: servers that changed lately. `walk`: everything.
 * `returned`: the servers of hosts that are up again.
 */
export const cloudJobNames = ['services', 'changes', 'walk', 'returned'] as const;
export const CloudJobName = z.enum(cloudJobNames);
export type CloudJobName = z.infer<typeof CloudJobName>;

/** The parts of a walk in their order. */
export const walkParts = ['hosts', 'servers', 'ports'] as const;

/** A walk through everything that the cloud has. */
export const Walk = z.object({
  walk_id: z.string(),
  /** Whether an administrator asked for it: then its pages follow one another without a pause. */
  requested: z.boolean(),
  /** True: differences are noted, and nothing is changed. */
  dry_run: z.boolean(),
  /**
   * Whether it deletes as many as the cloud does not show. Missing in older rows; read as false, and
   * the fields of comparisons as nothing.
   */
  allow_deletions: z.boolean().default(false),
  phase: z.enum([...walkParts, 'done']),
  /** The last resource of the page before, in the cloud's words; null for the first page. */
  marker: z.string().nullable(),
  /** Where the page before ended in Doctor's own list; null for the first page. */
  place: z.string().nullable(),
  /** How often the page before was lost, and the part was begun again. */
  restarts: z.int().min(0),
  /** What the part before the next page has compared. */
  compared: Compared.default(nothingCompared),
  /** Some ports that Nova shows on its servers, to be found in Neutron. */
  sample: PortSample.default(noSample),
  /** Ports that Nova shows on a server, and Neutron does not. */
  hidden: z.int().min(0).default(0),
  started_at: Moment,
  ended_at: Moment.nullable(),
  counts: z.object({ hosts: MirrorCounts, servers: MirrorCounts, ports: MirrorCounts }),
  /** The first differences, at most `mostDifferences`. */
  differences: z.array(Difference),
});
export type Walk = z.infer<typeof Walk>;

/** The differences that a walk's row keeps. */
export const mostDifferences = 100;

/** The row of a job. */
export const CloudJob = z.object({
  id: CloudJobName,
  /** Raised by each write: the condition of the next one. */
  version: z.int().min(0),
  /** Until when a process works on it; null if none does. */
  leased_until: Moment.nullable(),
  /**
   * When the last success was begun: what the cloud shows is known as of then. Null before the
   * first.
   */
  succeeded_at: Moment.nullable(),
  /** Failures since the last success. */
  failures: z.int().min(0),
  /** The newest failure, for administrators; null if there was none. */
  last_error: z.object({ at: Moment, message: z.string() }).nullable(),
  /** Before this moment nothing is asked of the cloud; null: at once. */
  not_before: Moment.nullable(),
  /** How many resources a page is asked for. Missing in older rows; read as the most. */
  page_size: z.int().min(1).default(mostOnPage),
  /** Of `services`: what the services looked like when nothing was left to do; null: look again. */
  seen: z.string().nullable(),
  /**
   * Of `changes`: since when changes are asked for, and the page that comes next; null: not begun.
   */
  since: Moment.nullable(),
  /** When the listing that is read page by page was begun; null between listings. */
  listing: z.object({ begun_at: Moment, marker: z.string().nullable() }).nullable(),
  /** Of `walk`: the walk that runs, or the last one; null before the first. */
  walk: Walk.nullable(),
  /**
   * Of `returned`: the hosts to read. Missing in rows written before there was this job; read as
   * none.
   */
  returned: z.array(ReturnedHost).default([]),
});
export type CloudJob = z.infer<typeof CloudJob>;

/** The row of a job that was never done. */
export const newJob = (id: CloudJobName): CloudJob => ({
  id,
  version: 0,
  leased_until: null,
  succeeded_at: null,
  failures: 0,
  last_error: null,
  not_before: null,
  page_size: mostOnPage,
  seen: null,
  since: null,
  listing: null,
  walk: null,
  returned: [],
});

/** What a caller may request of a walk. */
export type WalkRequest = Readonly<Pick<Walk, 'dry_run' | 'allow_deletions'>>;

/** A new walk. */
export const newWalk = (
  given: Pick<Walk, 'walk_id' | 'started_at'> & WalkRequest & { readonly requested: boolean },
): Walk => ({
  ...given,
  phase: 'hosts',
  marker: null,
  place: null,
  restarts: 0,
  compared: nothingCompared,
  sample: noSample,
  hidden: 0,
  ended_at: null,
  differences: [],
  counts: { hosts: nothingCounted, servers: nothingCounted, ports: nothingCounted },
});

const after = (moment: string, ms: number): string =>
  new Date(Date.parse(moment) + ms).toISOString();

/** How long a process may hold a job: longer than the timeout of the function. */
const leaseMs = 75_000;

/** Whether the job may be taken: no process works on it, and no pause after failures is left. */
export const isFree = (
  { leased_until, not_before }: Pick<CloudJob, 'leased_until' | 'not_before'>,
  now: string,
): boolean =>
  (leased_until === null || leased_until <= now) && (not_before === null || not_before <= now);

/**
 * The row of a job that a process takes. If the one before did not give it back, its function ended
 * first: then pages were too large, and the next ones are smaller.
 */
export const taken = (job: CloudJob, now: string): CloudJob => ({
  ...job,
  ...(job.leased_until !== null && {
    failures: job.failures + 1,
    last_error: { at: now, message: 'A turn did not end within the time of its function.' },
    page_size: smallerPage(job.page_size),
  }),
  version: job.version + 1,
  leased_until: after(now, leaseMs),
});

/** The row after a step; the process goes on with the job if `goesOn`. */
export const stepped = (job: CloudJob, next: Partial<CloudJob>, goesOn: boolean): CloudJob => ({
  ...job,
  ...next,
  version: job.version + 1,
  leased_until: goesOn ? job.leased_until : null,
});

/** The first pause after a failure, and the longest, in milliseconds. */
const pauses = { first: 10_000, longest: 300_000 };

/** The row after a failure: the pause before the next attempt doubles with each. */
export function failedJob(job: CloudJob, message: string, now: string): CloudJob {
  const failures = job.failures + 1;
  const last_error = { at: now, message: message.slice(0, 500) };
  const page_size = smallerPage(job.page_size);
  const not_before = after(now, grownPause(failures, pauses));
  return stepped(job, { failures, last_error, page_size, not_before }, false);
}

/** The fields of a job after a success that was begun at a moment. */
export const success = (begun_at: string) => ({
  succeeded_at: begun_at,
  failures: 0,
  not_before: null,
});

/**
 * How far before the last listing the next one begins: clocks differ, and writes of the cloud
 * overlap.
 */
const overlapMs = 60_000;

/** Since when changes are to be asked for, after a listing that was begun at a moment. */
export const sinceAfter = (begun_at: string): string => after(begun_at, -overlapMs);

/** Whether a walk is under way. */
export const isWalking = ({ walk }: Pick<CloudJob, 'walk'>): boolean =>
  walk !== null && walk.phase !== 'done';

/**
 * Whether the next walk is due: none runs, and the last one that changed rows was begun so long
 * ago. A dry run is none of these, so it makes no walk due.
 */
export const isWalkDue = (
  job: Pick<CloudJob, 'walk' | 'succeeded_at'>,
  everyMinutes: number,
  now: string,
): boolean =>
  !isWalking(job) &&
  (job.succeeded_at === null || after(job.succeeded_at, everyMinutes * 60_000) <= now);

/** On the queue of the mirror: a job whose turn it is, and since when. */
export const CloudJobMessage = z.object({ job: CloudJobName, due_at: Moment });
export type CloudJobMessage = z.infer<typeof CloudJobMessage>;

/** A message that comes so late is left out: newer ones are in the queue. In milliseconds. */
const tooLateMs = 60_000;

/** Whether a message was queued so long that a newer one does its job. */
export const isOutdated = ({ due_at }: CloudJobMessage, now: string): boolean =>
  after(due_at, tooLateMs) < now;

/**
 * In which seconds of a minute each job has a turn. The schedules of AWS are precise to a minute,
 * so the turns of a minute are queued at its begin, each with its delay.
 */
const secondsOf: Readonly<Record<CloudJobName, readonly number[]>> = {
  services: [0, 10, 20, 30, 40, 50],
  changes: [3, 33],
  walk: [6, 16, 26, 36, 46, 56],
  // It queues its own turns; this one goes on where a process died.
  returned: [29],
};

/** A message, and after how many seconds it is to be delivered. */
export type DelayedJob = { readonly message: CloudJobMessage; readonly delaySeconds: number };

/** The turn of a job after some seconds. */
export const turnAfter = (job: CloudJobName, delaySeconds: number, now: string): DelayedJob => ({
  message: { job, due_at: after(now, delaySeconds * 1000) },
  delaySeconds,
});

/** The turns of the minute that begins now. */
export const turnsOfMinute = (now: string): readonly DelayedJob[] =>
  cloudJobNames.flatMap((job) =>
    secondsOf[job].map((delaySeconds) => turnAfter(job, delaySeconds, now)),
  );
