/**
 * Applies Doctor's state to the OpenStack cloud: the services of hosts, the data plane of ports, and
 * evacuations. A task that did not succeed is queued again, later and later, and given up after a day.
 */
import * as z from 'zod';
import { type Log, onQueue } from '../../adapters/lambda.ts';
import { type AppliedService, isSettledInCloud } from '../../domain/cloud/applied-service.ts';
import { reasonOf } from '../../domain/cloud/cloud-answer.ts';
import {
  CloudTask,
  isOvertaken,
  MoveTask,
  pauseAfterAttempt,
} from '../../domain/cloud/cloud-task.ts';
import type { DeadLetter } from '../../domain/events/messages.ts';
import type { CloudResult } from '../../domain/hosts/cloud-outcome.ts';
import type { Host } from '../../domain/hosts/host.ts';
import type { HostReturn } from '../../domain/mirror/returned-host.ts';
import type { HostDataPlane } from '../../domain/ports/host-data-plane.ts';
import type { MoveOutcome } from '../../flows/cloud-move.ts';

export type CloudFaultsDeps = {
  /** The host's row, tombstones included, read consistently. */
  readonly host: (name: string) => Promise<Host | undefined>;
  /** The newest report on the host's ports, read consistently; undefined if there is none. */
  readonly dataPlane: (host: string) => Promise<HostDataPlane | undefined>;
  /** What Doctor last wrote to the flag of the host's service in Nova; undefined for nothing. */
  readonly appliedService: (host: string) => Promise<AppliedService | undefined>;
  readonly now: () => string;
  /** Each applies the newest rows; undefined if there is nothing to apply. */
  readonly applyService: (host: string) => Promise<CloudResult | undefined>;
  readonly applyDataPlaneOf: (host: string) => Promise<CloudResult | undefined>;
  readonly applyPorts: (ids: readonly string[]) => Promise<CloudResult>;
  readonly moveInCloud: (uuid: string, migration_uuid: string) => Promise<MoveOutcome>;
  /** Records the end of the task's fault, if a later fault of the host has replaced it. */
  readonly noteReplaced: (task: CloudTask) => Promise<void>;
  /** Records that a task was given up, where that is shown. */
  readonly giveUp: (task: CloudTask | MoveTask, reason: string) => Promise<void>;
  /** Queues the tasks, to be delivered after the delay. */
  readonly sendTasks: (tasks: readonly CloudTask[], delaySeconds: number) => Promise<void>;
  readonly sendMoves: (moves: readonly MoveTask[], delaySeconds: number) => Promise<void>;
  /** Queues for the mirror that a host is up again, so that its servers are read. */
  readonly sendHostReturn: (message: HostReturn) => Promise<void>;
  readonly deadLetter: (letters: readonly DeadLetter[]) => Promise<void>;
  readonly log: Log;
};

const Task = z.union([CloudTask, MoveTask]);
type Task = z.infer<typeof Task>;

/** What is logged of a task. */
type Done = { readonly task: Task; readonly state: string; readonly reason: string | null };

/** The handler of the two queues. */
export const cloudFaults = (deps: CloudFaultsDeps) =>
  onQueue({
    log: deps.log,
    consume: async ({ body }): Promise<Done> => {
      const task = Task.parse(JSON.parse(body));
      return 'move' in task ? takeStep(deps, task) : apply(deps, task);
    },
    report: (applied) => deps.log.info('applied to the cloud', { applied }),
  });

/**
 * A retry ends once a later change has sent a message of its own. While Nova may still carry out
 * what it did not answer, it goes on all the same.
 */
async function isLate(deps: CloudFaultsDeps, task: CloudTask): Promise<boolean> {
  if (task.attempts === 0 || 'ports' in task) return false;
  if ('service' in task) {
    if (!isOvertaken(task, await deps.host(task.service))) return false;
    return isSettledInCloud(await deps.appliedService(task.service), deps.now());
  }
  return ((await deps.dataPlane(task.dataPlaneOf))?.number ?? 0) > task.number;
}

function resultOf(deps: CloudFaultsDeps, task: CloudTask): Promise<CloudResult | undefined> {
  if ('service' in task) return deps.applyService(task.service);
  if ('ports' in task) return deps.applyPorts(task.ports);
  return deps.applyDataPlaneOf(task.dataPlaneOf);
}

async function apply(deps: CloudFaultsDeps, task: CloudTask): Promise<Done> {
  if (await isLate(deps, task)) {
    await deps.noteReplaced(task);
    return { task, state: 'overtaken', reason: null };
  }
  const result = await attempt(() => resultOf(deps, task));
  await deps.noteReplaced(task);
  if (!result) return { task, state: 'nothing to apply', reason: null };
  if (result.state === 'pending') {
    await again(deps, task, result.reason ?? '', (next, seconds) =>
      deps.sendTasks([next], seconds),
    );
  }
  if (result.state === 'done' && 'service' in task && !task.state.forced_down) {
    // The cloud has the host up again. From now on Doctor takes over what it shows of the host's
    // servers.
    await deps.sendHostReturn({ readHost: task.service });
  }
  return { task, ...result };
}

/**
 * An error of one task is the reason of its failure. The task is tried again as often as one that
 * the cloud refuses.
 */
async function attempt(
  work: () => Promise<CloudResult | undefined>,
): Promise<CloudResult | undefined> {
  try {
    return await work();
  } catch (error) {
    return { state: 'pending', reason: reasonOf(error) };
  }
}

async function takeStep(deps: CloudFaultsDeps, task: MoveTask): Promise<Done> {
  try {
    const outcome = await deps.moveInCloud(task.move, task.migration_uuid);
    if (outcome === 'ended') return { task, state: 'ended', reason: null };
    await deps.sendMoves([{ ...task, attempts: 0 }], outcome.seconds);
    return { task, state: 'under way', reason: outcome.progress };
  } catch (error) {
    const reason = reasonOf(error);
    await again(deps, task, reason, (next, seconds) => deps.sendMoves([next], seconds));
    return { task, state: 'pending', reason };
  }
}

/** Queues a task again, or gives it up. The next walk makes one of a walk again. */
async function again<T extends Task>(
  deps: CloudFaultsDeps,
  task: T,
  reason: string,
  send: (next: T, seconds: number) => Promise<void>,
): Promise<void> {
  const seconds = pauseAfterAttempt(task);
  if (seconds !== undefined) return send({ ...task, attempts: task.attempts + 1 }, seconds);
  if ('of_walk' in task && task.of_walk) return;
  await deps.giveUp(task, reason);
  await deps.deadLetter([{ reason, element: task }]);
}
