/** Updates a host's service: most of all, the report that a host is down, or up again. */
import type { Actor } from '../domain/change.ts';
import { DomainError } from '../domain/errors.ts';
import { hostEvent, instanceEvent } from '../domain/events/event.ts';
import { hasFailed } from '../domain/hosts/fault.ts';
import type { Host } from '../domain/hosts/host.ts';
import { noticeOf } from '../domain/hosts/maintenance.ts';
import {
  afterUpdate,
  type HostReport,
  type Reporter,
  type ServiceUpdate,
} from '../domain/hosts/service-update.ts';
import type { Departures } from '../domain/servers/evacuation.ts';
import { type ApplyFaultDeps, applyFault, type InstanceChange, owedBy } from './apply-fault.ts';
import { sendExpress, withFirst } from './events-out.ts';
import { notifyOwners } from './notify-owners.ts';
import { type ReadAhead, readAhead } from './read-ahead.ts';
import { untilWritten } from './retry.ts';

export type UpdateServiceDeps = ApplyFaultDeps & {
  /** The host's row, tombstones included, read consistently. */
  readonly host: (name: string) => Promise<Host | undefined>;
  /** Writes host and fault in one transaction; false if another writer changed the host first. */
  readonly saveReport: (from: Host, report: HostReport) => Promise<boolean>;
  /**
   * Writes host, fault and instances in one transaction. False, and nothing written, if one of the rows
   * is not as it was read, or if another transaction is writing it.
   * @param changes at most `mostInReport`.
   */
  readonly saveWhole: (
    from: Host,
    report: HostReport,
    changes: readonly InstanceChange[],
  ) => Promise<boolean>;
  /** The evacuations from a host, read consistently. */
  readonly departures: (source: string) => Promise<Departures>;
};

/**
 * So many instances are written with the report itself. More would make one transaction slow, and more
 * likely to meet another writer.
 */
export const mostInReport = 25;

/** The outcome of an update. */
export type UpdatedService = {
  readonly host: Host;
  /** How many instances this call changed; 0 for a repeated report. */
  readonly affected: number;
};

/**
 * Records an update of a host's service. If the host is reported down, applies the fault to its
 * instances: with the report if they are few, else after it. If its maintenance is switched, notifies
 * the owners of its instances.
 * A crash after the host is written loses nothing: readers see owed faults, and the fault-finisher does
 * the rest of the work.
 * A repeated report does not write the host. It applies the fault to the instances that are left.
 * @throws not_found if there is no such host; invalid if the host shall be up again before its compute
 * service was restarted, although instances were evacuated from it.
 */
export async function updateService(
  deps: UpdateServiceDeps,
  { host: name, update }: { readonly host: string; readonly update: ServiceUpdate },
  { actor, reporter }: { readonly actor: Actor; readonly reporter: Reporter },
): Promise<UpdatedService> {
  const done = await untilWritten(() => recorded(deps, { name, update, actor, reporter }));
  const { host, changed, notice, whole, ahead } = done;
  if (whole) {
    await sendExpress(deps, [hostEvent(host), ...whole.map(({ to }) => to).map(instanceEvent)]);
    return { host, affected: whole.length };
  }
  const { out, flush } = withFirst(deps, changed ? [hostEvent(host)] : []);
  const reported = update.forced_down && hasFailed(host);
  const affected = reported
    ? await countOf(
        deps,
        'instances of a failed host',
        applyFault({ ...deps, ...out, ...ahead }, host),
      )
    : 0;
  if (notice)
    await countOf(deps, 'owners in maintenance', notifyOwners({ ...deps, ...out }, notice));
  await flush();
  return { host, affected };
}

type Update = {
  readonly name: string;
  readonly update: ServiceUpdate;
  readonly actor: Actor;
  readonly reporter: Reporter;
};

/** A recorded update. */
type Recorded = {
  readonly host: Host;
  readonly changed: boolean;
  readonly notice: ReturnType<typeof noticeOf>;
  /** The instances whose change was written with it; undefined if none was. */
  readonly whole?: readonly InstanceChange[];
  /** The instances that were found before it was written. */
  readonly ahead?: ReadAhead;
};

/**
 * Reads, decides and writes once; undefined if another writer was faster. Instances are looked up while
 * the host is read. One that is registered on the host in between is found by the fault-finisher, like
 * one that the index does not show yet.
 */
async function recorded(
  deps: UpdateServiceDeps,
  { name, update, actor, reporter }: Update,
): Promise<Recorded | undefined> {
  const started = update.forced_down ? readAhead(deps, name) : undefined;
  const from = await deps.host(name);
  if (!from || from.deleted) {
    throw new DomainError('not_found', `Compute host ${name} could not be found.`);
  }
  // The caller may spell the host's name in another case.
  const ahead = started && from.host !== name ? readAhead(deps, from.host) : started;
  const also = ahead ? { ahead } : {};
  const report = afterUpdate(from, update, actor, reporter);
  if (!report) return { host: from, changed: false, notice: undefined, ...also };
  if (from.forced_down && !report.host.forced_down) await checkDepartures(deps, from.host);
  const notice = noticeOf(from, report.host);
  const { host } = report;
  const whole = ahead && !notice ? await writtenWhole(deps, from, report, ahead) : undefined;
  if (whole) return { host, changed: true, notice, whole };
  if (!(await deps.saveReport(from, report))) return undefined;
  return { host, changed: true, notice, ...also };
}

/**
 * Writes the report with the instances of the host, if these are few. Any failure is left to the
 * report alone: no report fails because of an instance.
 * @returns the changes that are real; undefined if nothing is known to be written.
 */
async function writtenWhole(
  deps: UpdateServiceDeps,
  from: Host,
  report: HostReport,
  { few }: ReadAhead,
): Promise<readonly InstanceChange[] | undefined> {
  if (!hasFailed(report.host)) return undefined;
  try {
    const changes = owedBy((await few(mostInReport)) ?? [], report.host);
    if (changes.length === 0 || !(await deps.saveWhole(from, report, changes))) return undefined;
    return changes.filter((change) => change.to.revision > change.from.revision);
  } catch (error) {
    deps.interrupted('report with its instances', error);
    return undefined;
  }
}

/** The old guests may still run on the host. Source: nova `api/openstack/compute/services.py`. */
async function checkDepartures(deps: UpdateServiceDeps, name: string): Promise<void> {
  const { done } = await deps.departures(name);
  if (done === 0) return;
  throw new DomainError(
    'invalid',
    `Unable to force up ${name}: ${done} evacuations from it are done. Restart its compute service first.`,
  );
}

/** The count of the work; 0 if it failed: the failure is logged, and the fault-finisher does it again. */
async function countOf(
  { interrupted }: UpdateServiceDeps,
  step: string,
  work: Promise<number>,
): Promise<number> {
  try {
    return await work;
  } catch (error) {
    interrupted(step, error);
    return 0;
  }
}
