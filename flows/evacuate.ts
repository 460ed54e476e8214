/** An instance leaves a host that is down, and whoever moves it says how that ended. */
import type { Actor } from '../domain/change.ts';
import { DomainError } from '../domain/errors.ts';
import { instanceEvent } from '../domain/events/event.ts';
import type { Host, HostState } from '../domain/hosts/host.ts';
import { settled } from '../domain/hosts/host-fault.ts';
import { checkEvacuation, evacuated } from '../domain/servers/evacuate.ts';
import type { Executor } from '../domain/servers/evacuation.ts';
import {
  arrived,
  type EvacuationReport,
  reportedOn,
  stranded,
} from '../domain/servers/evacuation-end.ts';
import { isTarget } from '../domain/servers/evacuation-target.ts';
import type { Instance } from '../domain/servers/instance.ts';
import type { Targets } from './choose-target.ts';
import { type EventsOut, sendExpress } from './events-out.ts';
import { type HostsAround, hostsAround } from './hosts-around.ts';
import type { RegisterDeps } from './register.ts';
import { untilWritten } from './retry.ts';

/** A host as it was read. `silent`: and nothing was heard of it since. */
export type ExpectedHost = { readonly host: Host; readonly silent: boolean };

type MoveDeps = EventsOut &
  Pick<RegisterDeps, 'host' | 'instance' | 'departures'> & {
    /** False if the instance or one of the hosts is not as it was read. */
    readonly saveInstance: (
      from: Instance | undefined,
      to: Instance,
      standing?: readonly ExpectedHost[],
    ) => Promise<boolean>;
  };

export type EvacuateDeps = MoveDeps & {
  readonly stateOf: (host: Host) => HostState;
  readonly targets: Targets;
  readonly executor: Executor;
  /** A number never given before. */
  readonly nextMigrationNumber: () => Promise<number>;
  readonly newId: () => string;
};

/** What is asked for, and by whom. */
export type EvacuationRequest = {
  /** The name of the target; undefined for any. */
  readonly target: string | undefined;
  readonly actor: Actor;
  readonly project_id: string;
};

/**
 * Evacuates an instance: in one transaction with its record, while its host stands as down as it was
 * read and the target as fit. What its host owes it is applied first, as a change of its own.
 * @returns the instance as it is now: in `error` if there is no target.
 * @throws what `checkEvacuation` throws, and not_found if there is no such instance.
 */
export async function evacuate(
  deps: EvacuateDeps,
  uuid: string,
  { target: name, actor, project_id }: EvacuationRequest,
): Promise<Instance> {
  const record = deps.newId();
  let number: number | undefined;
  return untilWritten(async () => {
    const read = await readSettled(deps, uuid);
    if (!read) return undefined;
    const { instance: from, host: source } = read;
    const named = name === undefined ? undefined : await deps.host(name);
    const left = checkEvacuation({
      instance: from,
      source,
      sourceUp: source !== undefined && deps.stateOf(source) === 'up',
      named: name === undefined ? undefined : { name, host: named },
    });
    const [{ restarts }, chosen] = await Promise.all([
      deps.departures(left.host),
      name === undefined ? deps.targets.choose(left.host) : named,
    ]);
    const fit = chosen && isTarget(chosen, deps.stateOf(chosen)) ? chosen : undefined;
    number ??= await deps.nextMigrationNumber();
    const order = { uuid: record, number, executor: deps.executor, actor, project_id, restarts };
    const to = evacuated(from, left, fit ?? { unfit: named?.host ?? null }, order);
    const standing = [
      { host: left, silent: !left.forced_down },
      ...(fit ? [{ host: fit, silent: false }] : []),
    ];
    if (!(await deps.saveInstance(from, to, standing))) return undefined;
    if (fit) deps.targets.placed(fit.host);
    await sendExpress(deps, [instanceEvent(to)]);
    return to;
  });
}

/**
 * Takes what the executor of a move reports of it. A target that has failed by then has ended the move
 * already. The same report again changes nothing.
 * @returns the instance, whose record has the status that was reported.
 * @throws not_found if there is no such instance, conflict if its move has come to another end.
 */
export async function reportEvacuation(
  deps: MoveDeps,
  uuid: string,
  report: EvacuationReport,
  actor: Actor,
): Promise<Instance> {
  return untilWritten(async () => {
    const read = await readSettled(deps, uuid);
    if (!read) return undefined;
    const { instance: from, host, target } = read;
    const { evacuation, isNew } = reportedOn(from, report);
    if (!isNew) return from;
    const dest = report.status === 'done' ? target : undefined;
    if (report.status === 'done' && !dest) return undefined;
    const { restarts } = await deps.departures(evacuation.source);
    const to = dest
      ? arrived(from, evacuation, { dest, restarts, actor })
      : stranded(from, evacuation, host, actor);
    const standing = dest ? [{ host: dest, silent: false }] : [];
    if (!(await deps.saveInstance(from, to, standing))) return undefined;
    await sendExpress(deps, [instanceEvent(to)]);
    return to;
  });
}

/**
 * The instance, settled with the hosts around it. Undefined if it had to be settled first, which is
 * done and told, or if somebody was faster: it is to be read again.
 * @throws not_found if there is none.
 */
async function readSettled(
  deps: MoveDeps,
  uuid: string,
): Promise<({ readonly instance: Instance } & HostsAround) | undefined> {
  const instance = await deps.instance(uuid);
  if (!instance || instance.deleted) {
    throw new DomainError('not_found', `Instance ${uuid} could not be found.`);
  }
  const around = await hostsAround(deps, instance);
  const to = settled(instance, around.host, around.target);
  if (!to) return { instance, ...around };
  const written = await deps.saveInstance(instance, to);
  if (written && to.revision > instance.revision) await sendExpress(deps, [instanceEvent(to)]);
  return undefined;
}
