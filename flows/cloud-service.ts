/**
 * Makes Nova show the state that Doctor shows of a host's service. Reads the newest state, and
 * reads it again after each request, so the order in which two messages are handled does not
 * matter.
 */
import {
  type AppliedFlag,
  type AppliedService,
  mayStillChange,
} from '../domain/cloud/applied-service.ts';
import { type CloudAnswer, reasonOf } from '../domain/cloud/cloud-answer.ts';
import { isSameService, type ServiceTask } from '../domain/cloud/cloud-task.ts';
import { applied, type CloudOutcome, type CloudResult } from '../domain/hosts/cloud-outcome.ts';
import { hasFailed } from '../domain/hosts/fault.ts';
import type { Host } from '../domain/hosts/host.ts';
import { untilWritten } from './retry.ts';

/** A nova-compute service as Nova shows it. */
export type CloudService = { readonly id: string; readonly forced_down: boolean };

export type CloudServiceDeps = {
  /** The host's row, tombstones included, read consistently. */
  readonly host: (name: string) => Promise<Host | undefined>;
  /**
   * The service in Nova; undefined if Nova has none on a host of the name.
   * @throws if Nova does not answer.
   */
  readonly cloudService: (host: string) => Promise<CloudService | undefined>;
  readonly forceDown: (service: CloudService, forced_down: boolean) => Promise<CloudAnswer>;
  /** What Doctor last wrote to the flag, read consistently; undefined if it never wrote it. */
  readonly appliedService: (host: string) => Promise<AppliedService | undefined>;
  /** Records what Doctor writes to Nova, or has written. */
  readonly noteApplied: (host: string, applied: AppliedFlag) => Promise<void>;
  /** Records that Nova did not answer a request for a value. */
  readonly noteUnanswered: (host: string, forced_down: boolean, at: string) => Promise<void>;
  /** Puts the outcome on the fault's row; a fault that does not exist is left out. */
  readonly noteOutcome: (
    fault: { readonly host: string; readonly number: number },
    outcome: CloudOutcome,
  ) => Promise<void>;
  /** Puts the servers of a host that has failed in error, if the setting says so. */
  readonly markServers: (host: Host) => Promise<CloudResult>;
  readonly now: () => string;
};

/**
 * Applies the newest state of a host to Nova, and records the outcome on the host's newest fault.
 * @returns the last result; undefined if Doctor has no such host: then Nova's is left alone.
 * @throws if the outcome cannot be recorded, or if other writers keep changing the host.
 */
export async function applyService(
  deps: CloudServiceDeps,
  name: string,
): Promise<CloudResult | undefined> {
  const { result } = await untilWritten(async () => {
    const host = await deps.host(name);
    if (!host || host.deleted) return { result: undefined };
    const result = await appliedOnce(deps, host).catch((error: unknown): CloudResult => {
      return { state: 'pending', reason: reasonOf(error) };
    });
    await noteOnFault(deps, host, result);
    const newest = await deps.host(name);
    return newest && isSameService(newest, host) ? { result } : undefined;
  });
  return result;
}

async function appliedOnce(deps: CloudServiceDeps, host: Host): Promise<CloudResult> {
  const { host: name, forced_down } = host;
  const note = (written: boolean, done: boolean) =>
    deps.noteApplied(name, { forced_down: written, done, at: deps.now() });
  const before = await deps.appliedService(name);
  const service = await deps.cloudService(name);
  if (!service) {
    return { state: 'failed', reason: `Nova has no nova-compute service on host ${name}.` };
  }
  if (service.forced_down !== forced_down) {
    await note(forced_down, false);
    const answer = await deps.forceDown(service, forced_down);
    if (answer.kind === 'refused') await note(service.forced_down, true);
    if (answer.kind === 'unknown' || (answer.kind === 'accepted' && answer.unanswered)) {
      await deps.noteUnanswered(name, forced_down, deps.now());
    }
    // Another process may have noted something else meanwhile. The next tries must know of this one.
    if (answer.kind === 'unknown') await note(forced_down, false);
    if (answer.kind !== 'accepted') return { state: 'pending', reason: answer.reason };
  }
  if (mayStillChange(before, forced_down, deps.now())) {
    return { state: 'pending', reason: 'Nova did not answer an earlier request: looked at again.' };
  }
  await note(forced_down, true);
  return hasFailed(host) ? deps.markServers(host) : applied;
}

/**
 * Records a result on the fault that the host is down by, or that ended last; a host without one
 * has no row for it.
 */
export async function noteOnFault(
  deps: Pick<CloudServiceDeps, 'noteOutcome' | 'now'>,
  host: Host,
  result: CloudResult,
): Promise<void> {
  const { host: name, fault_number: number } = host;
  const failed = hasFailed(host);
  if (number === 0 || (host.forced_down && !failed)) return;
  const change = failed ? 'down' : 'up';
  await deps.noteOutcome({ host: name, number }, { ...result, change, at: deps.now() });
}

/**
 * Records that nothing is left to apply of a fault that a later one of its host has replaced. No
 * try notes it otherwise: each one notes the newest fault.
 */
export async function noteReplaced(
  deps: Pick<CloudServiceDeps, 'host' | 'noteOutcome' | 'now'>,
  { service, state: { fault_number: number } }: ServiceTask,
): Promise<void> {
  if (number === 0) return;
  const host = await deps.host(service);
  if (!host || number >= host.fault_number) return;
  const outcome: CloudOutcome = { ...applied, change: 'up', at: deps.now() };
  await deps.noteOutcome({ host: host.host, number }, outcome);
}
