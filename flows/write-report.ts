/** Writes a report about a host, and then does all that follows from it. */
import type { Condition } from '../domain/conditions/condition.ts';
import { DomainError } from '../domain/errors.ts';
import { type DoctorEvent, hostEvent, instanceEvent } from '../domain/events/event.ts';
import type { WriteProof } from '../domain/events/messages.ts';
import { hasFailed } from '../domain/hosts/fault.ts';
import type { Host } from '../domain/hosts/host.ts';
import { noticeOf } from '../domain/hosts/maintenance.ts';
import type { HostReport } from '../domain/hosts/service-update.ts';
import type { Departures } from '../domain/servers/evacuation.ts';
import { type ApplyFaultDeps, applyFault, type InstanceChange, owedBy } from './apply-fault.ts';
import { sendExpress, withFirst } from './events-out.ts';
import { notifyOwners } from './notify-owners.ts';
import type { ReadAhead, ReadAheadDeps } from './read-ahead.ts';

/** A condition's row as it was read, undefined if there was none, and as it is to be written. */
export type ConditionWrite = { readonly from: Condition | undefined; readonly to: Condition };

/**
 * What is written with a report: a monitor's condition, and the id of the `WriteProof` of events that
 * are sent beside it.
 */
export type WrittenWith = {
  readonly condition?: ConditionWrite | undefined;
  readonly write_id?: string | undefined;
};

export type WriteReportDeps = ApplyFaultDeps &
  ReadAheadDeps & {
    /**
     * Writes host and fault, and the condition of a monitor's report, in one transaction; false if another
     * writer was faster.
     */
    readonly saveReport: (
      from: Host,
      report: HostReport,
      condition?: ConditionWrite,
    ) => Promise<boolean>;
    /**
     * The same with instances. False, and nothing written, if one of the rows is not as it was read, if
     * another transaction is writing it, or if there are too many rows for one transaction.
     * @param changes at most `mostInReport`.
     */
    readonly saveWhole: (
      from: Host,
      report: HostReport,
      changes: readonly InstanceChange[],
      also?: WrittenWith,
    ) => Promise<boolean>;
    /** Durably queues events that count only if the proof is written, or throws. */
    readonly sendBeside: (events: readonly DoctorEvent[], proof: WriteProof) => Promise<void>;
    /** A new random UUID. */
    readonly newId: () => string;
  };

/**
 * So many instances are written with the report itself: a transaction has room for 100 rows, of which the
 * report may need several, and the record of an instance's evacuation one.
 */
export const mostInReport = 75;

/** A report to write: the host as it was read, and what else belongs to it. */
type ReportToWrite = {
  readonly from: Host;
  readonly report: HostReport;
  readonly condition?: ConditionWrite;
  /** The instances that were found before it is written. */
  readonly ahead?: ReadAhead;
};

/** A report that is written, or that changed nothing. */
export type WrittenReport = {
  readonly host: Host;
  /** Whether clients see a change of the host. */
  readonly changed: boolean;
  readonly notice: ReturnType<typeof noticeOf>;
  /** The instances that were written with it; undefined if none was. */
  readonly whole?: Whole;
  readonly ahead?: ReadAhead;
};

/** The instances that were written with a report. */
type Whole = {
  /** The uuids of those that need no further write; undefined if these are all of the host. */
  readonly done: ReadonlySet<string> | undefined;
  /** How many of them changed. */
  readonly changed: number;
  /** The events of the report that are still to be sent. */
  readonly unsent: readonly DoctorEvent[];
};

/**
 * Writes a report, with the first `mostInReport` instances of the host; undefined if another writer was
 * faster.
 */
export async function writeReport(
  deps: WriteReportDeps,
  { from, report, condition, ahead }: ReportToWrite,
): Promise<WrittenReport | undefined> {
  const { host } = report;
  const written = {
    host,
    changed: host.revision > from.revision,
    notice: noticeOf(from, host),
    ...(ahead && { ahead }),
  };
  if (ahead && !written.notice) {
    const whole = await writtenWhole(deps, {
      from,
      report,
      ahead,
      ...(condition && { condition }),
    });
    if (whole) return { ...written, whole };
  }
  return (await deps.saveReport(from, report, condition)) ? written : undefined;
}

/**
 * Writes the report with the first instances of the host. Any failure is left to the report alone: no
 * report fails because of an instance. The events of a new fault are sent meanwhile, and count only if
 * the transaction is written.
 * @returns undefined if nothing is known to be written.
 */
async function writtenWhole(
  deps: WriteReportDeps,
  { from, report, condition, ahead }: ReportToWrite & { readonly ahead: ReadAhead },
): Promise<Whole | undefined> {
  const { host, fault } = report;
  if (!hasFailed(host)) return undefined;
  try {
    const { instances, isAll } = await ahead.first(mostInReport);
    const changes = owedBy(instances, host);
    if (changes.length === 0) return undefined;
    const done = isAll ? undefined : new Set(instances.map(({ uuid }) => uuid));
    const changed = changes.filter((change) => change.to.revision > change.from.revision);
    const events = [hostEvent(host), ...changed.map(({ to }) => instanceEvent(to))];
    if (!fault || !('opened' in fault)) {
      const saved = await deps.saveWhole(from, report, changes, { condition });
      return saved ? { done, changed: changed.length, unsent: events } : undefined;
    }
    const write_id = deps.newId();
    const proof = { host: host.host, number: fault.opened.number, write_id };
    const sending = sendBeside(deps, events, proof);
    // The message leaves first: the embedded stack starts no evaluator while it reads the streams.
    await new Promise(setImmediate);
    const saved = await deps
      .saveWhole(from, report, changes, { condition, write_id })
      .finally(() => sending);
    return saved ? { done, changed: changed.length, unsent: [] } : undefined;
  } catch (error) {
    deps.interrupted('report with its instances', error);
    return undefined;
  }
}

/** Sends the events beside their transaction. An error is logged; the safe lane sends the events later. */
async function sendBeside(
  deps: WriteReportDeps,
  events: readonly DoctorEvent[],
  proof: WriteProof,
): Promise<void> {
  try {
    await deps.sendBeside(events, proof);
  } catch (error) {
    deps.interrupted('express lane', error);
  }
}

/**
 * Does what follows from a report that is written: applies the fault to instances, notifies their owners
 * of a switch of maintenance, and sends the events. A failure is logged, and the fault-finisher does the
 * rest.
 * @param down whether the host was reported down. @returns how many instances the report changed.
 */
export async function followReport(
  deps: ApplyFaultDeps,
  { host, changed, notice, whole, ahead }: WrittenReport,
  down: boolean,
): Promise<number> {
  if (whole && !whole.done) {
    await sendExpress(deps, whole.unsent);
    return whole.changed;
  }
  const { out, flush } = withFirst(deps, whole?.unsent ?? (changed ? [hostEvent(host)] : []));
  const left = ahead && whole?.done ? leftOf(ahead, whole.done) : ahead;
  const applying = { ...deps, ...out, ...left };
  const affected =
    down && hasFailed(host)
      ? await countOf(deps, 'instances of a failed host', applyFault(applying, host))
      : 0;
  if (notice)
    await countOf(deps, 'owners in maintenance', notifyOwners({ ...deps, ...out }, notice));
  await flush();
  return affected + (whole?.changed ?? 0);
}

/** The instances that are not done. */
const leftOf = (ahead: ReadAhead, done: ReadonlySet<string>): ReadAhead => ({
  ...ahead,
  instancesOn: (host) => without(ahead.instancesOn(host), done),
  instancesTo: (host) => without(ahead.instancesTo(host), done),
});

async function* without(
  pages: AsyncIterable<readonly string[]>,
  done: ReadonlySet<string>,
): AsyncGenerator<readonly string[]> {
  for await (const page of pages) yield page.filter((uuid) => !done.has(uuid));
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

/**
 * The old guests may still run on the host. Source: nova `api/openstack/compute/services.py`.
 * @throws invalid if instances were evacuated from the host, and its compute service was not restarted.
 */
export function checkDepartures(name: string, { done }: Departures): void {
  if (done === 0) return;
  throw new DomainError(
    'invalid',
    `Unable to force up ${name}: ${done} evacuations from it are done. Restart its compute service first.`,
  );
}
