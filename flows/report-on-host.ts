/** One observation of a host, by the same step as the report of an administrator. */
import {
  type Condition,
  idOfCondition,
  type MonitorReport,
} from '../domain/conditions/condition.ts';
import {
  type ConditionStep,
  clearOnHost,
  endOnHost,
  raiseOnHost,
} from '../domain/conditions/host-condition.ts';
import type { Observation } from '../domain/conditions/observation.ts';
import type { Source } from '../domain/conditions/source.ts';
import { type Host, HostName } from '../domain/hosts/host.ts';
import type { HostReport } from '../domain/hosts/service-update.ts';
import type { Departures } from '../domain/servers/evacuation.ts';
import type { ApplyFaultDeps } from './apply-fault.ts';
import { untilWritten } from './retry.ts';
import { applied, checkDepartures } from './update-service.ts';

/** A condition's row as it was read, undefined if there was none, and as it is to be written. */
export type ConditionWrite = { readonly from: Condition | undefined; readonly to: Condition };

export type ReportOnHostDeps = ApplyFaultDeps & {
  /** The host's row by any spelling of its name, tombstones included, read consistently. */
  readonly host: (name: string) => Promise<Host | undefined>;
  /** The condition's row, read consistently. */
  readonly condition: (condition_id: string) => Promise<Condition | undefined>;
  /** Writes a condition that is as it was read; false if another writer was faster. */
  readonly saveCondition: (change: ConditionWrite) => Promise<boolean>;
  /** Writes host, fault and condition in one transaction; false if another writer was faster. */
  readonly saveReport: (
    from: Host,
    report: HostReport,
    condition?: ConditionWrite,
  ) => Promise<boolean>;
  /** The evacuations from a host, read consistently. */
  readonly departures: (source: string) => Promise<Departures>;
};

/** Who reports, and the settings of the source. */
export type ReportFrom = { readonly source: Source; readonly by: MonitorReport };

/** A target that Doctor does not know. */
export type Unknown = { readonly kind: 'unmatched'; readonly reason: string };

/** Raises or clears a condition of the host of a name. `unmatched` if a host of the name is not registered. */
export async function reportOnHost(
  deps: ReportOnHostDeps,
  observation: Observation,
  name: string,
  from: ReportFrom,
): Promise<ConditionStep | Unknown> {
  const condition_id = idOfCondition(from.source.name, observation);
  return step<ConditionStep | Unknown>(deps, { name, condition_id }, async (host, before) => {
    if (observation.status === 'raised') {
      if (!host)
        return { kind: 'unmatched', reason: `Host ${name.slice(0, 255)} is not registered.` };
      return raiseOnHost({ host, before }, observation, from);
    }
    if (before?.state !== 'raised') {
      return { kind: 'ignored', reason: 'The condition is not raised.' };
    }
    const stuck = host !== undefined && (await deps.departures(host.host)).done > 0;
    return clearOnHost(host, before, { ...from, stuck });
  });
}

/**
 * Ends a condition by hand. @returns the condition as it is now, and if it was ended before.
 * @throws invalid if the host may not be up again before its compute service was restarted.
 */
export async function endConditionOfHost(
  deps: ReportOnHostDeps,
  { condition_id, name }: { readonly condition_id: string; readonly name: string },
  by: MonitorReport & { readonly reason: string },
): Promise<ConditionStep> {
  return step<ConditionStep>(deps, { name, condition_id }, async (host, before) => {
    if (!before || (before.state === 'cleared' && !before.held)) {
      return { kind: 'ignored', reason: 'The condition has ended before.' };
    }
    const ended = endOnHost(host, before, by);
    const up =
      host?.forced_down && ended.kind === 'cleared' && ended.report?.host.forced_down === false;
    if (up) await checkDepartures(deps, host.host);
    return ended;
  });
}

/**
 * Reads host and condition, has the step decided, and writes it; again if another writer was faster.
 * @param decide gets no host if none of the name is registered.
 */
async function step<T extends ConditionStep | Unknown>(
  deps: ReportOnHostDeps,
  { name, condition_id }: { readonly name: string; readonly condition_id: string },
  decide: (host: Host | undefined, before: Condition | undefined) => Promise<T>,
): Promise<T> {
  const { decided, written } = await untilWritten(async () => {
    const [row, before] = await Promise.all([
      HostName.safeParse(name).success ? deps.host(name) : undefined,
      deps.condition(condition_id),
    ]);
    const host = row?.deleted ? undefined : row;
    const decided = await decide(host, before);
    if (!('condition' in decided)) return { decided, written: undefined };
    const change = { from: before, to: decided.condition };
    if (!host || !decided.report) {
      return (await deps.saveCondition(change)) ? { decided, written: undefined } : undefined;
    }
    if (!(await deps.saveReport(host, decided.report, change))) return undefined;
    const reported = decided.kind === 'raised';
    return { decided, written: { from: host, host: decided.report.host, reported } };
  }, mostTries);
  if (written) await applied(deps, written);
  return decided;
}

/** How often an overtaken step is tried: many sources may report one host at once. */
const mostTries = 30;
