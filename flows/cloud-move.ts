/** Has Nova carry out an evacuation that Doctor accepted, one step at a time. Every step may run twice. */
import type { Actor } from '../domain/change.ts';
import type { CloudAnswer } from '../domain/cloud/cloud-answer.ts';
import {
  type CloudEvacuation,
  type CloudServer,
  isRefusedForNow,
  type MoveClaim,
  type MoveStep,
  nextStep,
} from '../domain/cloud/move-step.ts';
import type { CloudResult } from '../domain/hosts/cloud-outcome.ts';
import { isSameHost } from '../domain/hosts/host-name.ts';
import { type Evacuation, inFlight } from '../domain/servers/evacuation.ts';
import type { EvacuationReport } from '../domain/servers/evacuation-end.ts';
import type { Instance } from '../domain/servers/instance.ts';

export type CloudMoveDeps = {
  /** The instance's row, read consistently. */
  readonly instance: (uuid: string) => Promise<Instance | undefined>;
  /** The server in Nova; undefined if it has none. @throws if Nova does not answer. */
  readonly cloudServer: (uuid: string) => Promise<CloudServer | undefined>;
  /** Its evacuations in Nova. @throws if Nova does not answer. */
  readonly cloudEvacuations: (uuid: string) => Promise<readonly CloudEvacuation[]>;
  /** Requests an evacuation, to any host if the target is null. */
  readonly evacuateInCloud: (uuid: string, target: string | null) => Promise<CloudAnswer>;
  /** The claim of a record, read consistently; undefined if there is none. */
  readonly moveClaim: (migration_uuid: string) => Promise<MoveClaim | undefined>;
  /** Writes a claim that is as it was read; false if another writer was faster. */
  readonly saveMoveClaim: (
    migration_uuid: string,
    from: MoveClaim | undefined,
    to: MoveClaim,
  ) => Promise<boolean>;
  /** Makes Nova show the newest state of a host's service. */
  readonly applyService: (host: string) => Promise<CloudResult | undefined>;
  /** Records the end of the move in Doctor. */
  readonly reportEvacuation: (
    uuid: string,
    report: EvacuationReport,
    actor: Actor,
  ) => Promise<Instance>;
  readonly now: () => string;
};

/** When to look again; `ended` if there is nothing more to do. */
export type MoveOutcome = { readonly seconds: number; readonly progress: string } | 'ended';

/** Seconds until a request that was refused for now, or may be lost, is looked at again. */
const pause = 10;

/**
 * Takes a move one step further: requests it, or looks at its outcome.
 * @throws if Nova does not answer a read, or if a table does not.
 */
export async function moveInCloud(
  deps: CloudMoveDeps,
  uuid: string,
  migration_uuid: string,
): Promise<MoveOutcome> {
  const instance = await deps.instance(uuid);
  const evacuation = instance && !instance.deleted ? inFlight(instance) : undefined;
  if (evacuation?.uuid !== migration_uuid) return 'ended';
  const claim = await deps.moveClaim(migration_uuid);
  // The record of a move is written before the server changes, so it is read after the server.
  const server = await deps.cloudServer(uuid);
  const records = server ? await deps.cloudEvacuations(uuid) : [];
  const step = nextStep({ evacuation, server, records, claim, now: deps.now() });
  if (step.kind === 'ask') return ask(deps, { uuid, evacuation, before: claim, step });
  if (step.kind === 'wait') {
    await noteProgress(deps, evacuation, claim, step.progress);
    return { seconds: step.seconds, progress: step.progress };
  }
  return ended(deps, uuid, evacuation, step);
}

async function ended(
  deps: CloudMoveDeps,
  uuid: string,
  evacuation: Evacuation,
  step: End,
): Promise<MoveOutcome> {
  const { uuid: migration_uuid, user_id } = evacuation;
  const actor = { user_id, request_id: `req-${migration_uuid}`, at: deps.now() };
  await deps.reportEvacuation(uuid, { ...reportOf(evacuation, step), migration_uuid }, actor);
  return 'ended';
}

type End = Extract<MoveStep, { readonly kind: 'done' | 'failed' }>;

/**
 * The report of the end of a move. It has failed if the server is on another host than the one that the caller
 * named, to which others have moved it.
 */
function reportOf({ dest }: Evacuation, step: End): Omit<EvacuationReport, 'migration_uuid'> {
  const { kind: status, ...how } = step;
  if (step.kind !== 'done' || dest === null || isSameHost(step.host, dest))
    return { status, ...how };
  const { host, original } = step;
  return { status: 'failed', host, original, reason: `Nova has the server on ${host}.` };
}

type Asking = {
  readonly uuid: string;
  readonly evacuation: Evacuation;
  readonly before: MoveClaim | undefined;
  readonly step: Extract<MoveStep, { readonly kind: 'ask' }>;
};

/** Claims the request and sends it. If another process was faster, only looks again later. */
async function ask(
  deps: CloudMoveDeps,
  { uuid, evacuation, before, step: { claim } }: Asking,
): Promise<MoveOutcome> {
  const service = await deps.applyService(evacuation.source);
  if (service?.state !== 'done') {
    const reason = service?.reason ?? 'Doctor has no such host.';
    if (service?.state === 'pending') return { seconds: pause, progress: reason };
    return ended(deps, uuid, evacuation, { kind: 'failed', reason });
  }
  if (!(await deps.saveMoveClaim(evacuation.uuid, before, claim))) {
    return { seconds: pause, progress: 'requested' };
  }
  const answer = await deps.evacuateInCloud(uuid, evacuation.dest);
  if (answer.kind === 'accepted') return { seconds: 2, progress: 'requested' };
  if (answer.kind === 'unknown') return { seconds: pause, progress: answer.reason };
  if (!isRefusedForNow(answer.status, answer.reason)) {
    return ended(deps, uuid, evacuation, { kind: 'failed', reason: answer.reason });
  }
  const refused = { ...claim, refused: true, progress: answer.reason };
  await deps.saveMoveClaim(evacuation.uuid, claim, refused);
  return { seconds: pause, progress: answer.reason };
}

/** Shows administrators what was last seen of a move. */
async function noteProgress(
  deps: CloudMoveDeps,
  { uuid }: Evacuation,
  claim: MoveClaim | undefined,
  progress: string,
): Promise<void> {
  if (!claim || claim.progress === progress) return;
  await deps.saveMoveClaim(uuid, claim, { ...claim, progress });
}
