/**
 * Mirrors the cloud. A schedule queues the turns of each minute with their delays. A turn that
 * fails is noted in the row of its job, and the next turn continues. A message about a host that
 * is up again puts the host into the row of the job `returned`, and is a turn of that job.
 */
import type { Context, ScheduledEvent, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { type Log, onQueue, onSchedule } from '../../adapters/lambda.ts';
import {
  CloudJobMessage,
  type CloudJobName,
  type DelayedJob,
  isOutdated,
  turnsOfMinute,
} from '../../domain/mirror/cloud-job.ts';
import { HostReturn } from '../../domain/mirror/returned-host.ts';
import type { JobTurn } from '../../flows/mirror-cloud.ts';

/** What the mirror needs from outside. */
export type CloudMirrorDeps = {
  readonly runJob: (job: CloudJobName) => Promise<JobTurn>;
  readonly sendJobs: (jobs: readonly DelayedJob[]) => Promise<void>;
  /** Notes that a host is up again; false if the list of such hosts has no room. */
  readonly noteReturned: (host: string) => Promise<boolean>;
  readonly now: () => string;
  readonly log: Log;
};

/** The outcome of a message; `dropped`: it came too late, or is no message of the mirror. */
type Taken = {
  readonly job: string;
  readonly turn: JobTurn | 'dropped';
  /** The host that is up again, of such a message. */
  readonly host?: string;
};

/** The handler of the schedule and of the queue. */
export function cloudMirror(deps: CloudMirrorDeps) {
  const queue = onQueue({
    log: deps.log,
    consume: ({ body }) => take(deps, body),
    report: (turns: readonly Taken[]) => deps.log.info('mirrored', { turns }),
  });
  const schedule = onSchedule(async () => {
    const turns = turnsOfMinute(deps.now());
    await deps.sendJobs(turns);
    deps.log.info('turns queued', { turns: turns.length });
  });
  return (event: SQSEvent | ScheduledEvent, context: Context) =>
    'Records' in event ? queue(event, context) : schedule(event, context);
}

async function take(deps: CloudMirrorDeps, body: string): Promise<Taken> {
  const message = messageIn(body);
  if (message && 'readHost' in message) return takeReturn(deps, message);
  if (!message || isOutdated(message, deps.now())) {
    return { job: message?.job ?? '', turn: 'dropped' };
  }
  return { job: message.job, turn: await deps.runJob(message.job) };
}

/**
 * Notes the host, and reads it unless another process reads such hosts: that one finds it in the
 * list.
 */
async function takeReturn(deps: CloudMirrorDeps, { readHost: host }: HostReturn): Promise<Taken> {
  const job = 'returned';
  if (!(await deps.noteReturned(host))) {
    deps.log.warn('too many hosts are up again: the next walk sees the servers of one', { host });
    return { job, turn: 'dropped', host };
  }
  return { job, turn: await deps.runJob(job), host };
}

function messageIn(body: string): CloudJobMessage | HostReturn | undefined {
  try {
    return z.union([CloudJobMessage, HostReturn]).safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
