/** A host is reported down, or up again. */
import type { Actor } from '../domain/change.ts';
import { DomainError } from '../domain/errors.ts';
import { hostEvent } from '../domain/event.ts';
import type { Host } from '../domain/host.ts';
import { afterReport, type HostReport, type Reporter } from '../domain/host-fault.ts';
import { type ApplyFaultDeps, applyFault } from './apply-fault.ts';
import { sendExpress } from './events-out.ts';
import { untilWritten } from './retry.ts';

export type ReportHostDeps = ApplyFaultDeps & {
  /** The host's row, tombstones included, read consistently. */
  readonly host: (name: string) => Promise<Host | undefined>;
  /** Writes host and fault in one transaction; false if somebody changed the host first. */
  readonly saveReport: (from: Host, report: HostReport) => Promise<boolean>;
};

export type ReportedHost = {
  readonly host: Host;
  /** Instances that took another state by this call; 0 for a repeated report. */
  readonly affected: number;
};

/**
 * Records a report and makes the instances' recorded state true. Once the report is durable its
 * work may be interrupted: readers see what is owed, and the fault-finisher finishes it.
 * A repeated report writes nothing on the host, and finishes at once what was left.
 * @throws not_found if there is no such host.
 */
export async function reportHost(
  deps: ReportHostDeps,
  { host: name, forced_down }: { readonly host: string; readonly forced_down: boolean },
  { actor, reporter }: { readonly actor: Actor; readonly reporter: Reporter },
): Promise<ReportedHost> {
  const { host, changed } = await untilWritten(async () => {
    const from = await deps.host(name);
    if (!from || from.deleted) {
      throw new DomainError('not_found', `Compute host ${name} could not be found.`);
    }
    const report = afterReport(from, forced_down, actor, reporter);
    if (!report) return { host: from, changed: false };
    return (await deps.saveReport(from, report)) ? { host: report.host, changed: true } : undefined;
  });
  const told = sendExpress(deps, changed ? [hostEvent(host)] : []);
  const affected = forced_down ? await applied(deps, host) : 0;
  await told;
  return { host, affected };
}

async function applied(deps: ReportHostDeps, host: Host): Promise<number> {
  try {
    return await applyFault(deps, host);
  } catch (error) {
    deps.interrupted('instances of a failed host', error);
    return 0;
  }
}
