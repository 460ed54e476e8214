/**
 * The safe lane: what the tables' streams tell is sent again, a little later than the express lane
 * sent it. Everything here may run twice; a failure makes the stream deliver the records again.
 */

import { type DoctorEvent, hostEvent, instanceEvent } from '../domain/events/event.ts';
import type { DeadLetter, FinishMessage } from '../domain/events/messages.ts';
import { type Affected, affectedBy } from '../domain/hosts/affected.ts';
import type { Host } from '../domain/hosts/host.ts';
import { noticeOf } from '../domain/hosts/maintenance.ts';
import { departedServers } from '../domain/ports/departed-servers.ts';
import type { HostDataPlane } from '../domain/ports/host-data-plane.ts';
import type { Port } from '../domain/ports/port.ts';
import { portEvents } from '../domain/ports/port-event.ts';
import type { Instance } from '../domain/servers/instance.ts';

/** A change of a row, in the order of its stream; `before` is undefined for a new row. */
export type RowChange =
  | { readonly kind: 'host'; readonly before: Host | undefined; readonly after: Host }
  | { readonly kind: 'instance'; readonly before: Instance | undefined; readonly after: Instance }
  | { readonly kind: 'port'; readonly before: Port | undefined; readonly after: Port }
  | {
      readonly kind: 'data plane';
      readonly before: HostDataPlane | undefined;
      readonly after: HostDataPlane;
    }
  | { readonly kind: 'unreadable'; readonly letter: DeadLetter };

export type ReconcileDeps = {
  /** Queues the events' safe copies, seen after the delay. */
  readonly sendCopies: (events: readonly DoctorEvent[]) => Promise<void>;
  /**
   * Queues the finishing of faults, of what owners are told of maintenance, and of the ports of
   * servers that left their host: soon and much later.
   */
  readonly sendFinish: (messages: readonly FinishMessage[]) => Promise<void>;
  readonly publishEvents: (events: readonly DoctorEvent[]) => Promise<void>;
  /** Remembers which instances and ports faults touched; what is remembered already changes nothing. */
  readonly noteAffected: (affected: readonly Affected[]) => Promise<void>;
  readonly bury: (letters: readonly DeadLetter[]) => Promise<void>;
};

export type Reconciled = {
  readonly events: number;
  readonly faults: number;
  readonly notices: number;
  /** Hosts that servers left. */
  readonly departures: number;
  readonly buried: number;
};

/** Whether a change is one that readers may see: a new incarnation, or a higher revision. */
const isReal = (
  before: Host | Instance | Port | undefined,
  after: Host | Instance | Port,
): boolean => before?.incarnation !== after.incarnation || before.revision < after.revision;

/**
 * Sends all at once: on the embedded stack the queues are not looked at while this runs, so three
 * sends in a row would hold up the express events. No order is needed: the stream delivers the batch
 * again until all was sent, and everything may be sent twice.
 */
export async function reconcile(
  deps: ReconcileDeps,
  changes: readonly RowChange[],
): Promise<Reconciled> {
  const events = changes.flatMap(eventsOf);
  const faults = changes.flatMap(faultOfChange);
  const notices = changes.flatMap(noticeOfChange);
  const departures = departedServers(
    changes.flatMap((change) => (change.kind === 'instance' ? [change] : [])),
  );
  const finishing = [...faults, ...notices, ...departures.map((departed) => ({ departed }))];
  const letters = changes.flatMap((change) =>
    change.kind === 'unreadable' ? [change.letter] : [],
  );
  const affected = affectedBy(changes.flatMap(changedInstance), changes.flatMap(changedPort));
  const outcomes = await Promise.allSettled([
    events.length > 0 && deps.sendCopies(events),
    finishing.length > 0 && deps.sendFinish(finishing),
    letters.length > 0 && deps.bury(letters),
    events.length > 0 && deps.publishEvents(events),
    affected.length > 0 && deps.noteAffected(affected),
  ]);
  const failed = outcomes.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return {
    events: events.length,
    faults: faults.length,
    notices: notices.length,
    departures: departures.length,
    buried: letters.length,
  };
}

function eventsOf(change: RowChange): DoctorEvent[] {
  if (change.kind === 'unreadable' || change.kind === 'data plane') return [];
  if (!isReal(change.before, change.after)) return [];
  if (change.kind === 'port') return portEvents(change.after);
  return [change.kind === 'host' ? hostEvent(change.after) : instanceEvent(change.after)];
}

const changedInstance = (change: RowChange): Instance[] =>
  change.kind === 'instance' && isReal(change.before, change.after) ? [change.after] : [];

const changedPort = (change: RowChange): Port[] =>
  change.kind === 'port' && isReal(change.before, change.after) ? [change.after] : [];

/**
 * A host's numbers rise with each fault, and with each report on its ports. One that is deleted is
 * finished, too: an instance on its way there, which the index did not show, has lost its target.
 */
function faultOfChange(change: RowChange): FinishMessage[] {
  if (change.kind === 'data plane') {
    const { host, number } = change.after;
    return number > (change.before?.number ?? 0) ? [{ host, number, of: 'ports' }] : [];
  }
  if (change.kind !== 'host') return [];
  // One registered over its tombstone keeps its number.
  const { host, fault_number: number, deleted } = change.after;
  const gone = deleted && !change.before?.deleted;
  const failed = number > (change.before?.fault_number ?? 0);
  return failed || gone ? [{ host, number, of: 'instances' }] : [];
}

function noticeOfChange(change: RowChange): FinishMessage[] {
  const notice = change.kind === 'host' ? noticeOf(change.before, change.after) : undefined;
  return notice ? [{ notice }] : [];
}
