/** A host's service is updated: above all, reported down, or up again. */
import type { Actor } from '../domain/change.ts';
import { DomainError } from '../domain/errors.ts';
import { hostEvent } from '../domain/events/event.ts';
import { hasFailed } from '../domain/hosts/fault.ts';
import type { Host } from '../domain/hosts/host.ts';
import {
  afterUpdate,
  type HostReport,
  type Reporter,
  type ServiceUpdate,
} from '../domain/hosts/host-fault.ts';
import { noticeOf } from '../domain/hosts/maintenance.ts';
import type { Departures } from '../domain/servers/evacuation.ts';
import { type ApplyFaultDeps, applyFault } from './apply-fault.ts';
import { withFirst } from './events-out.ts';
import { notifyOwners } from './notify-owners.ts';
import { untilWritten } from './retry.ts';

export type UpdateServiceDeps = ApplyFaultDeps & {
  /** The host's row, tombstones included, read consistently. */
  readonly host: (name: string) => Promise<Host | undefined>;
  /** Writes host and fault in one transaction; false if somebody changed the host first. */
  readonly saveReport: (from: Host, report: HostReport) => Promise<boolean>;
  /** What has left a host by evacuation, read consistently. */
  readonly departures: (source: string) => Promise<Departures>;
};

export type UpdatedService = {
  readonly host: Host;
  /** Instances that took another state by this call; 0 for a repeated report. */
  readonly affected: number;
};

/**
 * Records an update. Of a host that is reported down it makes the instances' recorded state true; of
 * one whose maintenance was switched it tells the owners of the instances.
 * Once the report is durable its work may be interrupted: readers see what is owed, and the
 * fault-finisher finishes it.
 * A repeated report writes nothing on the host, and finishes at once what was left.
 * @throws not_found if there is no such host; invalid if it is to be up again while evacuations from
 * it are done that its compute service has not heard of.
 */
export async function updateService(
  deps: UpdateServiceDeps,
  { host: name, update }: { readonly host: string; readonly update: ServiceUpdate },
  { actor, reporter }: { readonly actor: Actor; readonly reporter: Reporter },
): Promise<UpdatedService> {
  const { host, changed, notice } = await untilWritten(async () => {
    const from = await deps.host(name);
    if (!from || from.deleted) {
      throw new DomainError('not_found', `Compute host ${name} could not be found.`);
    }
    const report = afterUpdate(from, update, actor, reporter);
    if (!report) return { host: from, changed: false, notice: undefined };
    if (from.forced_down && !report.host.forced_down) await checkDepartures(deps, from.host);
    if (!(await deps.saveReport(from, report))) return undefined;
    return { host: report.host, changed: true, notice: noticeOf(from, report.host) };
  });
  const { out, flush } = withFirst(deps, changed ? [hostEvent(host)] : []);
  const reported = update.forced_down && hasFailed(host);
  const affected = reported
    ? await ended(deps, 'instances of a failed host', applyFault({ ...deps, ...out }, host))
    : 0;
  if (notice) await ended(deps, 'owners in maintenance', notifyOwners({ ...deps, ...out }, notice));
  await flush();
  return { host, affected };
}

/** Source: nova `api/openstack/compute/services.py`: the guests may still be there. */
async function checkDepartures(deps: UpdateServiceDeps, name: string): Promise<void> {
  const { done } = await deps.departures(name);
  if (done === 0) return;
  throw new DomainError(
    'invalid',
    `Unable to force up ${name}: ${done} evacuations from it are done. Restart its compute service first.`,
  );
}

/** What the work counted; 0 of work that was interrupted: the fault-finisher does it again. */
async function ended(
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
