/** Updates a host's service: most of all, the report that a host is down, or up again. */
import type { Actor } from '../domain/change.ts';
import { noSuch } from '../domain/errors.ts';
import type { Host } from '../domain/hosts/host.ts';
import { afterUpdate, type Reporter, type ServiceUpdate } from '../domain/hosts/service-update.ts';
import type { Departures } from '../domain/servers/evacuation.ts';
import { readAhead } from './read-ahead.ts';
import { untilWritten } from './retry.ts';
import {
  checkDepartures,
  followReport,
  type WriteReportDeps,
  type WrittenReport,
  writeReport,
} from './write-report.ts';

export type UpdateServiceDeps = WriteReportDeps & {
  /** The host's row, tombstones included, read consistently. */
  readonly host: (name: string) => Promise<Host | undefined>;
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
  const written = await untilWritten(() => recorded(deps, { name, update, actor, reporter }));
  const affected = await followReport(deps, written, update.forced_down ?? false);
  return { host: written.host, affected };
}

type Update = {
  readonly name: string;
  readonly update: ServiceUpdate;
  readonly actor: Actor;
  readonly reporter: Reporter;
};

/**
 * Reads, decides and writes once; undefined if another writer was faster. Instances are looked up while
 * the host is read. One that is registered on the host in between is found by the fault-finisher, like
 * one that the index does not show yet.
 */
async function recorded(
  deps: UpdateServiceDeps,
  { name, update, actor, reporter }: Update,
): Promise<WrittenReport | undefined> {
  const started = update.forced_down ? readAhead(deps, name) : undefined;
  const from = await deps.host(name);
  if (!from || from.deleted) {
    throw noSuch('Compute host', name);
  }
  // The caller may spell the host's name in another case.
  const ahead = started && from.host !== name ? readAhead(deps, from.host) : started;
  const also = ahead ? { ahead } : {};
  const report = afterUpdate(from, update, actor, reporter);
  if (!report) return { host: from, changed: false, notice: undefined, ...also };
  if (from.forced_down && !report.host.forced_down) {
    checkDepartures(from.host, await deps.departures(from.host));
  }
  return writeReport(deps, { from, report, ...also });
}
