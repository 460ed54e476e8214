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
  isFenced,
  raiseOnHost,
} from '../domain/conditions/host-condition.ts';
import type { Observation } from '../domain/conditions/observation.ts';
import { endOfNone, overtaken } from '../domain/conditions/order.ts';
import type { Source } from '../domain/conditions/source.ts';
import { type Host, HostName } from '../domain/hosts/host.ts';
import type { Departures } from '../domain/servers/evacuation.ts';
import { readAhead } from './read-ahead.ts';
import { untilWritten } from './retry.ts';
import {
  type ConditionWrite,
  checkDepartures,
  followReport,
  type WriteReportDeps,
  writeReport,
} from './write-report.ts';

export type ReportOnHostDeps = WriteReportDeps & {
  /** The host's row by any spelling of its name, tombstones included, read consistently. */
  readonly host: (name: string) => Promise<Host | undefined>;
  /** The condition's row, read consistently. */
  readonly condition: (condition_id: string) => Promise<Condition | undefined>;
  /** Writes a condition that is as it was read; false if another writer was faster. */
  readonly saveCondition: (change: ConditionWrite) => Promise<boolean>;
  /** The evacuations from a host, read consistently. */
  readonly departures: (source: string) => Promise<Departures>;
};

/** Who reports, and the settings of the source. */
export type ReportFrom = { readonly source: Source; readonly by: MonitorReport };

/** A target that Doctor does not know. */
export type Unknown = { readonly kind: 'unmatched'; readonly reason: string };

/**
 * Raises or clears a condition of the host of a name. `unmatched` if a host of the name is not
 * registered.
 */
export async function reportOnHost(
  deps: ReportOnHostDeps,
  observation: Observation,
  name: string,
  from: ReportFrom,
): Promise<ConditionStep | Unknown> {
  const condition_id = idOfCondition(from.source.name, observation);
  const fenced = observation.status === 'raised' && isFenced(observation, from.source);
  const what = { name, condition_id, early: fenced };
  return step<ConditionStep | Unknown>(deps, what, async (host, before) => {
    const late = overtaken(before, observation);
    if (late) return late;
    if (observation.status === 'raised') {
      if (!host)
        return { kind: 'unmatched', reason: `Host ${name.slice(0, 255)} is not registered.` };
      return raiseOnHost({ host, before }, observation, from);
    }
    if (before?.state !== 'raised') {
      return endOfNone({ known: host !== undefined, before }, observation, from);
    }
    const stuck = host !== undefined && (await deps.departures(host.host)).done > 0;
    return clearOnHost(host, before, { ...from, stuck, order: observation.order });
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
  return step<ConditionStep>(deps, { name, condition_id, early: false }, async (host, before) => {
    if (!before || (before.state === 'cleared' && !before.held)) {
      return { kind: 'ignored', reason: 'The condition has ended before.' };
    }
    const ended = endOnHost(host, before, by);
    const up =
      host?.forced_down && ended.kind === 'cleared' && ended.report?.host.forced_down === false;
    if (up) checkDepartures(host.host, await deps.departures(host.host));
    return ended;
  });
}

type Asked = {
  /** The name of the host, in any spelling. */
  readonly name: string;
  readonly condition_id: string;
  /** Whether the host's instances are looked up while its row is read: a fault is likely. */
  readonly early: boolean;
};

/**
 * Reads host and condition, has the step decided, and writes it; again if another writer was faster.
 * @param decide gets no host if none of the name is registered.
 */
async function step<T extends ConditionStep | Unknown>(
  deps: ReportOnHostDeps,
  { name, condition_id, early }: Asked,
  decide: (host: Host | undefined, before: Condition | undefined) => Promise<T>,
): Promise<T> {
  const { decided, written } = await untilWritten(async () => {
    const valid = HostName.safeParse(name).success;
    const started = early && valid ? readAhead(deps, name) : undefined;
    const [row, before] = await Promise.all([
      valid ? deps.host(name) : undefined,
      deps.condition(condition_id),
    ]);
    const host = row?.deleted ? undefined : row;
    const decided = await decide(host, before);
    if (!('condition' in decided) || decided.written) return { decided, written: undefined };
    const condition = { from: before, to: decided.condition };
    const { report } = decided;
    if (!host || !report) {
      return (await deps.saveCondition(condition)) ? { decided, written: undefined } : undefined;
    }
    const failed = report.fault !== undefined && 'opened' in report.fault;
    const found = host.host === name ? started : undefined;
    const ahead = failed ? { ahead: found ?? readAhead(deps, host.host) } : {};
    const written = await writeReport(deps, { from: host, report, condition, ...ahead });
    return written && { decided, written };
  }, mostTries);
  if (written) await followReport(deps, written, decided.kind === 'raised');
  return decided;
}

/** How often an overtaken step is tried: many sources may report one host at once. */
const mostTries = 30;
