/** One observation of a port, of a server, or of the network beneath a host. */
import { type Condition, idOfCondition, targetKey } from '../domain/conditions/condition.ts';
import {
  clearOnTarget,
  type Holds,
  holdsId,
  raiseOnTarget,
  recordOnly,
  type TargetStep,
} from '../domain/conditions/held-target.ts';
import type {
  ConditionEffect,
  ConditionTarget,
  Observation,
} from '../domain/conditions/observation.ts';
import { endOfNone, overtaken } from '../domain/conditions/order.ts';
import { type Host, HostName } from '../domain/hosts/host.ts';
import type { Port } from '../domain/ports/port.ts';
import { updatedPort } from '../domain/ports/port.ts';
import type { Instance } from '../domain/servers/instance.ts';
import { afterAction } from '../domain/servers/server-action.ts';
import { type ChangePortDeps, changePort } from './change-port.ts';
import { type ChangeServerDeps, changeServer } from './change-server.ts';
import { type ReportDataPlaneDeps, reportDataPlane } from './report-data-plane.ts';
import type { ReportFrom, Unknown } from './report-on-host.ts';
import { untilWritten } from './retry.ts';
import type { ConditionWrite } from './write-report.ts';

export type ReportOnTargetDeps = {
  readonly condition: (condition_id: string) => Promise<Condition | undefined>;
  readonly saveCondition: (change: ConditionWrite) => Promise<boolean>;
  /** The holders of a target, read consistently; empty if there is no row. */
  readonly holds: (holds_id: string) => Promise<Holds>;
  /** Writes condition and holders in one transaction; false if another writer was faster. */
  readonly saveHolds: (holds: Holds, condition: ConditionWrite) => Promise<boolean>;
  /** Records that a revision is applied; false if the holders have changed since. */
  readonly markApplied: (holds: Holds) => Promise<boolean>;
  readonly host: (name: string) => Promise<Host | undefined>;
  readonly port: (id: string) => Promise<Port | undefined>;
  readonly instance: (uuid: string) => Promise<Instance | undefined>;
  readonly changingPorts: ChangePortDeps;
  readonly changingServers: ChangeServerDeps;
  readonly reportingDataPlanes: ReportDataPlaneDeps;
};

/** Raises or clears a condition. `unmatched` if there is no such target. */
export async function reportOnTarget(
  deps: ReportOnTargetDeps,
  observation: Observation,
  from: ReportFrom,
): Promise<TargetStep | Unknown> {
  const { target, effect, status } = observation;
  const condition_id = idOfCondition(from.source.name, observation);
  const id = holdsId(targetKey(target), effect);
  // The end of a condition needs no target. Only an end with an order may be recorded for one.
  const asks = status === 'raised' || observation.order !== undefined;
  const found = asks ? await rowOf(deps, target) : undefined;
  const registered = found?.deleted === false;
  if (status === 'raised' && !registered) return { kind: 'unmatched', reason: reasonOf(target) };
  if (!changesState(target, effect)) {
    return untilWritten(async () => {
      const before = await deps.condition(condition_id);
      const late = overtaken(before, observation);
      if (late) return late;
      const step = recordOnly({ before, registered }, observation, from);
      if (!('condition' in step) || step.written) return step;
      return (await deps.saveCondition({ from: before, to: step.condition })) ? step : undefined;
    }, mostTries);
  }
  const { step, holds } = await written(deps, condition_id, id, (holds, before) => {
    const late = overtaken(before, observation);
    if (late) return late;
    if (status === 'raised') {
      return raiseOnTarget({ holds, before, recovered: hasRecovered(found) }, observation, from);
    }
    return before?.state === 'raised'
      ? clearOnTarget(holds, before, { ...from, order: observation.order })
      : endOfNone({ known: registered, before }, observation, from);
  });
  await settle(deps, holds, { target, effect }, from.by);
  return step;
}

/** Ends a condition by hand, with an administrator's reason. */
export async function endConditionOfTarget(
  deps: ReportOnTargetDeps,
  { condition_id, target, effect }: Condition,
  from: ReportFrom & { readonly reason: string },
): Promise<void> {
  const id = holdsId(targetKey(target), effect);
  const { holds } = await written(deps, condition_id, id, (holds, before) =>
    before && (before.state === 'raised' || before.held)
      ? clearOnTarget(holds, before, from, from.reason)
      : { kind: 'ignored', reason: 'The condition has ended before.' },
  );
  if (changesState(target, effect)) await settle(deps, holds, { target, effect }, from.by);
}

/** How often an overtaken step is tried. */
const mostTries = 30;

const reasonOf = (target: ConditionTarget): string => {
  if (target.kind === 'host') return `Host ${target.host.slice(0, 255)} is not registered.`;
  return target.kind === 'port'
    ? `Port ${target.port_id.slice(0, 255)} could not be found.`
    : `Server ${target.server_id.slice(0, 255)} could not be found.`;
};

/** The row of a target, tombstones included; undefined if there is none. */
async function rowOf(
  deps: ReportOnTargetDeps,
  target: ConditionTarget,
): Promise<Host | Port | Instance | undefined> {
  if (target.kind === 'host') {
    return HostName.safeParse(target.host).success ? deps.host(target.host) : undefined;
  }
  const id = idOfTarget(target);
  if (id === undefined) return undefined;
  return target.kind === 'port' ? deps.port(id) : deps.instance(id);
}

/** Whether it is a server that is not in error. */
const hasRecovered = (row: Host | Port | Instance | undefined): boolean =>
  row !== undefined && 'vm_state' in row && row.vm_state !== 'error';

/** Ids of ports and servers. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The id of a port or server as rows have it; undefined for what can be no id. */
export function idOfTarget(target: Exclude<ConditionTarget, { kind: 'host' }>): string | undefined {
  const id = (target.kind === 'port' ? target.port_id : target.server_id).toLowerCase();
  return uuid.test(id) ? id : undefined;
}

/** Whether an effect changes a state of such a target, for which holders have a row of their own. */
export const changesState = ({ kind }: ConditionTarget, effect: ConditionEffect): boolean =>
  (kind === 'host' && effect === 'host_data_plane') ||
  (kind === 'port' && (effect === 'port_data_plane' || effect === 'port_status')) ||
  (kind === 'server' && effect === 'server_error');

/** Reads, decides and writes. @returns the step, and the holders as they are after it. */
async function written(
  deps: ReportOnTargetDeps,
  condition_id: string,
  holds_id: string,
  decide: (holds: Holds, before: Condition | undefined) => TargetStep,
): Promise<{ readonly step: TargetStep; readonly holds: Holds }> {
  return untilWritten(async () => {
    const [holds, before] = await Promise.all([deps.holds(holds_id), deps.condition(condition_id)]);
    const step = decide(holds, before);
    if (!('condition' in step) || step.written) return { step, holds };
    const change = { from: before, to: step.condition };
    const saved = step.holds ? deps.saveHolds(step.holds, change) : deps.saveCondition(change);
    return (await saved) ? { step, holds: step.holds ?? holds } : undefined;
  }, mostTries);
}

type State = { readonly target: ConditionTarget; readonly effect: ConditionEffect };

/**
 * Applies to the target what its holders say, until no holder has changed meanwhile. A report that
 * died before this was not answered: its repeat comes here again. @param found the holders as they
 * were read or written.
 */
async function settle(
  deps: ReportOnTargetDeps,
  found: Holds,
  state: State,
  by: ReportFrom['by'],
): Promise<void> {
  // What this call has applied may have come after a newer change: then that one is applied again.
  let mine: number | undefined;
  let first: Holds | undefined = found;
  await untilWritten(async () => {
    const holds = first ?? (await deps.holds(found.holds_id));
    first = undefined;
    if (holds.applied === holds.revision && (mine ?? holds.revision) === holds.revision)
      return true;
    mine = holds.revision;
    await apply(deps, state, holds.holders.length > 0, by);
    return (await deps.markApplied(holds)) ? true : undefined;
  }, mostTries);
}

/** Sets the state of a target, which may have it already. */
async function apply(
  deps: ReportOnTargetDeps,
  { target, effect }: State,
  held: boolean,
  { actor, reporter, source }: ReportFrom['by'],
): Promise<void> {
  const status = held ? ('DOWN' as const) : ('ACTIVE' as const);
  if (target.kind === 'host') {
    const host = (await deps.host(target.host))?.host ?? target.host;
    const report = { host, data_plane_status: status, actor, reporter, source } as const;
    await reportDataPlane(deps.reportingDataPlanes, report);
    return;
  }
  const id = idOfTarget(target);
  if (id === undefined) return;
  if (target.kind === 'port') {
    const update = effect === 'port_status' ? { status } : { data_plane_status: status };
    const row = await deps.port(id);
    if (!row || row.deleted) return;
    await changePort(deps.changingPorts, id, (port) =>
      port && !port.deleted ? updatedPort(port, update, actor) : undefined,
    );
    return;
  }
  const row = await deps.instance(id);
  if (!row || row.deleted) return;
  await changeServer(deps.changingServers, id, ({ instance, host }) => {
    if (!held && instance.vm_state !== 'error') return undefined;
    if (held && instance.vm_state === 'error') return undefined;
    const action = { name: 'os-resetState', state: held ? 'error' : 'active' } as const;
    return afterAction({ instance, host, up: true }, action, actor);
  });
}
