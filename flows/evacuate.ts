/** Evacuates an instance from a host that is down, and takes the executor's report of the result. */
import type { Actor } from '../domain/change.ts';
import { DomainError, noSuch } from '../domain/errors.ts';
import { instanceEvent } from '../domain/events/event.ts';
import type { Host, HostState } from '../domain/hosts/host.ts';
import { settled } from '../domain/hosts/host-fault.ts';
import { checkEvacuation, evacuated, type Target } from '../domain/servers/evacuate.ts';
import type { Evacuation, Executor } from '../domain/servers/evacuation.ts';
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
import type { RegisterDeps } from './registration.ts';
import { untilWritten } from './retry.ts';

/**
 * A host whose row must be as it was read while an instance is written. `noHeartbeat`: the host must
 * also have sent no heartbeat since then.
 */
export type ExpectedHost = { readonly host: Host; readonly noHeartbeat: boolean };

/** What both flows read, write and send. */
export type MoveDeps = EventsOut &
  Pick<RegisterDeps, 'host' | 'instance' | 'departures'> & {
    /** False if the instance or one of the hosts is not as it was read; nothing is written then. */
    readonly saveInstance: (
      from: Instance | undefined,
      to: Instance,
      expected?: readonly ExpectedHost[],
    ) => Promise<boolean>;
  };

/** What an evacuation needs besides. */
export type EvacuateDeps = MoveDeps & {
  readonly stateOf: (host: Host) => HostState;
  readonly targets: Targets;
  readonly executor: Executor;
  /** A number never given before. */
  readonly nextMigrationNumber: () => Promise<number>;
  readonly newId: () => string;
};

/** A request to evacuate an instance. */
export type EvacuationRequest = {
  /** The name of the target; undefined for any. */
  readonly target: string | undefined;
  readonly actor: Actor;
  /** The project of the caller's token. */
  readonly project_id: string;
};

/**
 * Evacuates an instance. Writes it in one transaction with its record, on the condition that source and
 * target are as they were read. An owed fault is applied first, as a separate change.
 * @returns the instance after the change: in `error` if there is no target.
 * @throws what `checkEvacuation` throws; not_found if there is no such instance.
 */
export async function evacuate(
  deps: EvacuateDeps,
  uuid: string,
  { target: name, actor, project_id }: EvacuationRequest,
): Promise<Instance> {
  const record = deps.newId();
  let number: number | undefined;
  return untilWritten(async () => {
    const read = await readWithHosts(deps, uuid);
    if (!read) return undefined;
    const { instance: from, host: source } = read;
    const named = name === undefined ? undefined : await deps.host(name);
    const left = checkEvacuation({
      instance: from,
      source,
      sourceUp: source !== undefined && deps.stateOf(source) === 'up',
      named: name === undefined ? undefined : { name, host: named },
    });
    const later = name === undefined && deps.executor === 'openstack';
    const [{ restarts }, chosen] = await Promise.all([
      deps.departures(left.host),
      name === undefined && !later ? deps.targets.choose(left.host) : named,
    ]);
    const fit = chosen && isTarget(chosen, deps.stateOf(chosen)) ? chosen : undefined;
    number ??= await deps.nextMigrationNumber();
    const order = { uuid: record, number, executor: deps.executor, actor, project_id, restarts };
    const to = evacuated(from, left, targetFor(fit, later, named), order);
    const expected = [
      { host: left, noHeartbeat: !left.forced_down },
      ...(fit ? [{ host: fit, noHeartbeat: false }] : []),
    ];
    if (!(await deps.saveInstance(from, to, expected))) return undefined;
    if (fit) deps.targets.placed(fit.host);
    await sendExpress(deps, [instanceEvent(to)]);
    return to;
  });
}

const targetFor = (fit: Host | undefined, later: boolean, named: Host | undefined): Target =>
  fit ?? (later ? { later: true } : { unfit: named?.host ?? null });

/**
 * Records the result of a move, reported by its executor. If the target has failed before, the move has
 * failed already. A repeated report changes nothing.
 * @returns the instance; its record has the reported status.
 * @throws not_found if there is no such instance; conflict if its move has ended with the other status.
 */
export async function reportEvacuation(
  deps: MoveDeps,
  uuid: string,
  report: EvacuationReport,
  actor: Actor,
): Promise<Instance> {
  return untilWritten(async () => {
    const read = await readWithHosts(deps, uuid);
    if (!read) return undefined;
    const { instance: from, host, target } = read;
    const { evacuation, isNew } = reportedOn(from, report);
    if (!isNew) return from;
    const isDone = report.status === 'done';
    const dest =
      isDone || report.host !== undefined
        ? await destOf(deps, { evacuation, target: isDone ? target : undefined }, report)
        : undefined;
    if (isDone && !dest) return undefined;
    const { restarts } = await deps.departures(evacuation.source);
    const { original = evacuation.original, reason = null } = report;
    const failed = isDone ? {} : { failed: reason ?? '' };
    const to = dest
      ? arrived(from, { ...evacuation, original }, { dest, restarts, actor, ...failed })
      : stranded(from, evacuation, host, actor, reason);
    const expected = dest ? [{ host: dest, noHeartbeat: false }] : [];
    if (!(await deps.saveInstance(from, to, expected))) return undefined;
    await sendExpress(deps, [instanceEvent(to)]);
    return to;
  });
}

/**
 * The host where a move ended: its target, the one that Nova chose, or the one to which others moved
 * the instance.
 * @throws conflict if the report names no host although Nova chose it, or one that is not registered.
 */
async function destOf(
  { host: read }: MoveDeps,
  { evacuation, target }: { readonly evacuation: Evacuation; readonly target: Host | undefined },
  { status, host: name }: EvacuationReport,
): Promise<Host | undefined> {
  if (evacuation.dest !== null && status === 'done') return target;
  const host = name === undefined ? undefined : await read(name);
  if (host && !host.deleted) return host;
  throw new DomainError(
    'conflict',
    `The host of the instance, ${name ?? 'which Nova chose'}, is not registered.`,
  );
}

/**
 * The instance with its host and its target, settled with both. Undefined if a fault was owed: it has
 * been applied and its event sent, or another writer was faster. The caller reads again then.
 * @throws not_found if there is no such instance.
 */
async function readWithHosts(
  deps: MoveDeps,
  uuid: string,
): Promise<({ readonly instance: Instance } & HostsAround) | undefined> {
  const instance = await deps.instance(uuid);
  if (!instance || instance.deleted) {
    throw noSuch('Instance', uuid);
  }
  const around = await hostsAround(deps, instance);
  const to = settled(instance, around.host, around.target);
  if (!to) return { instance, ...around };
  const written = await deps.saveInstance(instance, to);
  if (written && to.revision > instance.revision) await sendExpress(deps, [instanceEvent(to)]);
  return undefined;
}
