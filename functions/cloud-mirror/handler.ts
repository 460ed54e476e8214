/**
 * Mirrors the cloud: a schedule queues the turns of each minute, and the queue hands them out. A turn that fails
 * is noted in the row of its job, and the next turn goes on.
 */
import type { Context, ScheduledEvent, SQSEvent } from 'aws-lambda';
import { type Log, onQueue, onSchedule } from '../../adapters/lambda.ts';
import {
  CloudJobMessage,
  type CloudJobName,
  type DelayedJob,
  isOutdated,
  turnsOfMinute,
} from '../../domain/mirror/cloud-job.ts';
import type { JobTurn } from '../../flows/mirror-cloud.ts';

/** What the mirror needs from outside. */
export type CloudMirrorDeps = {
  readonly runJob: (job: CloudJobName) => Promise<JobTurn>;
  readonly sendJobs: (jobs: readonly DelayedJob[]) => Promise<void>;
  readonly now: () => string;
  readonly log: Log;
};

/** The outcome of a message; `dropped`: it came too late, or is no message of the mirror. */
type Taken = { readonly job: string; readonly turn: JobTurn | 'dropped' };

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

async function take({ runJob, now }: CloudMirrorDeps, body: string): Promise<Taken> {
  const message = messageIn(body);
  if (!message || isOutdated(message, now())) return { job: message?.job ?? '', turn: 'dropped' };
  return { job: message.job, turn: await runJob(message.job) };
}

function messageIn(body: string): CloudJobMessage | undefined {
  try {
    return CloudJobMessage.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
