/** Updates a host's service: most of all, the report that a host is down, or up again. */
import type { Actor } from '../domain/change.ts';
import { DomainError } from '../domain/errors.ts';
import { hostEvent } from '../domain/events/event.ts';
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
import { type ApplyFaultDeps, applyFault } from './apply-fault.ts';
import { withFirst } from './events-out.ts';
import { notifyOwners } from './notify-owners.ts';
import { untilWritten } from './retry.ts';

export type UpdateServiceDeps = ApplyFaultDeps & {
  /** The host's row, tombstones included, read consistently. */
  readonly host: (name: string) => Promise<Host | undefined>;
  /** Writes host and fault in one transaction; false if another writer changed the host first. */
  readonly saveReport: (from: Host, report: HostReport) => Promise<boolean>;
  /** The evacuations from a host, read consistently. */
  readonly departures: (source: string) => Promise<Departures>;
};

/** The outcome of an update. */
export type UpdatedService = {
  readonly host: Host;
  /** How many instances this call changed; 0 for a repeated report. */
  readonly affected: number;
};

/**
 * Records an update of a host's service. If the host is reported down, applies the fault to its
 * instances. If its maintenance is switched, notifies the owners of its instances.
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
  const { from, host } = await untilWritten(async () => {
    const from = await deps.host(name);
    if (!from || from.deleted) {
      throw new DomainError('not_found', `Compute host ${name} could not be found.`);
    }
    const report = afterUpdate(from, update, actor, reporter);
    if (!report) return { from, host: from };
    if (from.forced_down && !report.host.forced_down) await checkDepartures(deps, from.host);
    return (await deps.saveReport(from, report)) ? { from, host: report.host } : undefined;
  });
  return {
    host,
    affected: await applied(deps, { from, host, reported: update.forced_down ?? false }),
  };
}

/** A host as it was read and as it was written, and whether it was reported down. */
export type WrittenReport = {
  readonly from: Host;
  readonly host: Host;
  readonly reported: boolean;
};

/**
 * Does what follows from a report that is written: applies the fault, notifies owners of a switch of
 * maintenance, and sends the host's event if clients see a change. A failure is logged, and the
 * fault-finisher does the rest.
 * @returns how many instances this call changed.
 */
export async function applied(
  deps: ApplyFaultDeps,
  { from, host, reported }: WrittenReport,
): Promise<number> {
  const changed = host.revision > from.revision;
  const { out, flush } = withFirst(deps, changed ? [hostEvent(host)] : []);
  const affected =
    reported && hasFailed(host)
      ? await countOf(deps, 'instances of a failed host', applyFault({ ...deps, ...out }, host))
      : 0;
  const notice = noticeOf(from, host);
  if (notice)
    await countOf(deps, 'owners in maintenance', notifyOwners({ ...deps, ...out }, notice));
  await flush();
  return affected;
}

/**
 * The old guests may still run on the host. Source: nova `api/openstack/compute/services.py`.
 * @throws invalid if instances were evacuated from the host, and its compute service was not restarted.
 */
export async function checkDepartures(
  deps: Pick<UpdateServiceDeps, 'departures'>,
  name: string,
): Promise<void> {
  const { done } = await deps.departures(name);
  if (done === 0) return;
  throw new DomainError(
    'invalid',
    `Unable to force up ${name}: ${done} evacuations from it are done. Restart its compute service first.`,
  );
}

/** The count of the work; 0 if it failed: the failure is logged, and the fault-finisher does it again. */
async function countOf(
  { interrupted }: ApplyFaultDeps,
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
