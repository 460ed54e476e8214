/**
 * Mirrors the cloud. A schedule queues the turns of each minute with their delays. A turn that
 * fails is noted in the row of its job, and the next turn continues. A host that is up again is
 * read by a message of its own.
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
import { HostRead, pauseAfterRead } from '../../domain/mirror/host-read.ts';
import type { JobTurn } from '../../flows/mirror-cloud.ts';
import type { HostReadOutcome } from '../../flows/read-returned-host.ts';

/** What the mirror needs from outside. */
export type CloudMirrorDeps = {
  readonly runJob: (job: CloudJobName) => Promise<JobTurn>;
  readonly sendJobs: (jobs: readonly DelayedJob[]) => Promise<void>;
  readonly readHost: (host: string) => Promise<HostReadOutcome>;
  /** Queues a read of a host's servers, to be delivered after the delay. */
  readonly sendHostRead: (read: HostRead, delaySeconds: number) => Promise<void>;
  readonly now: () => string;
  readonly log: Log;
};

/** The outcome of a message; `dropped`: it came too late, or is no message of the mirror. */
type Taken =
  | { readonly job: string; readonly turn: JobTurn | 'dropped' }
  | { readonly readHost: string; readonly turn: HostReadOutcome | 'failed' };

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
  if (message && 'readHost' in message) return takeHostRead(deps, message);
  if (!message || isOutdated(message, deps.now())) {
    return { job: message?.job ?? '', turn: 'dropped' };
  }
  return { job: message.job, turn: await deps.runJob(message.job) };
}

/**
 * Reads a host, and queues the next read if one is due. After the last one the next walk sees the
 * servers.
 */
async function takeHostRead(
  deps: CloudMirrorDeps,
  { readHost, attempts }: HostRead,
): Promise<Taken> {
  const turn = await deps.readHost(readHost).catch((error: unknown) => {
    deps.log.error('the servers of a host were not read', { host: readHost, error });
    return 'failed' as const;
  });
  const seconds = turn === 'failed' || turn === 'not yet' ? pauseAfterRead(attempts) : undefined;
  if (seconds !== undefined) {
    await deps.sendHostRead({ readHost, attempts: attempts + 1 }, seconds);
  }
  return { readHost, turn };
}

function messageIn(body: string): CloudJobMessage | HostRead | undefined {
  try {
    return z.union([CloudJobMessage, HostRead]).safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
