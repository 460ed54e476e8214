/**
 * The safe lane: sends the events of all changes in the tables' streams again, a little later than the
 * express lane. Everything here may run twice: after an error the stream delivers the records again.
 */

import { isHeldSilent } from '../domain/conditions/missed-heartbeats.ts';
import { type DoctorEvent, hostEvent, instanceEvent } from '../domain/events/event.ts';
import type { DeadLetter, FinishMessage } from '../domain/events/messages.ts';
import { type Affected, affectedBy } from '../domain/hosts/affected.ts';
import type { Host } from '../domain/hosts/host.ts';
import { type HostSwitch, switchOf } from '../domain/hosts/host-switch.ts';
import { noticeOf } from '../domain/hosts/maintenance.ts';
import { departedServers } from '../domain/ports/departed-servers.ts';
import type { Port } from '../domain/ports/port.ts';
import { portEvents } from '../domain/ports/port-event.ts';
import type { Instance } from '../domain/servers/instance.ts';
import { type CloudOut, sendCloudTasks } from './cloud-tasks.ts';
import { type NoteChangesDeps, noteChanges } from './note-changes.ts';
import type { RowChange } from './row-change.ts';

/** What the safe lane needs from outside. */
export type ReconcileDeps = NoteChangesDeps & {
  /** Queues the safe copies of the events, to be delivered after a delay. */
  readonly sendCopies: (events: readonly DoctorEvent[]) => Promise<void>;
  /**
   * Queues work for the fault-finisher: faults, notices of maintenance, and ports of servers that left
   * their host. Each is delivered soon and once more much later.
   */
  readonly sendFinish: (messages: readonly FinishMessage[]) => Promise<void>;
  /** Queues hosts that missed their heartbeats and send them again. */
  readonly sendHeard: (hosts: readonly string[]) => Promise<void>;
  /** Publishes the events for operators. */
  readonly publishEvents: (events: readonly DoctorEvent[]) => Promise<void>;
  /** Records which instances and ports faults touched. A repeat changes nothing. */
  readonly noteAffected: (affected: readonly Affected[]) => Promise<void>;
  /** Keeps switches of hosts for their history. A repeat changes nothing. */
  readonly keepSwitches: (switches: readonly HostSwitch[]) => Promise<void>;
  /** Keeps the events for previews of alarms. A repeat changes nothing. */
  readonly keepEvents: (events: readonly DoctorEvent[]) => Promise<void>;
  /** The queues of the cloud; undefined without a cloud. */
  readonly cloud?: CloudOut | undefined;
  /** Sends records that cannot be read to the dead-letter queue. */
  readonly deadLetter: (letters: readonly DeadLetter[]) => Promise<void>;
};

/** The counts of one batch. */
export type Reconciled = {
  readonly events: number;
  readonly faults: number;
  readonly notices: number;
  /** Hosts that servers left. */
  readonly departures: number;
  readonly deadLettered: number;
};

/** True for a change that clients can see: a new incarnation, or a higher revision. */
const isReal = (
  before: Host | Instance | Port | undefined,
  after: Host | Instance | Port,
): boolean => before?.incarnation !== after.incarnation || before.revision < after.revision;

/**
 * Sends everything of a batch at the same time: the embedded stack delivers no messages while this runs,
 * so sends in a row would delay the events of the express lane. The order does not matter, since the
 * stream delivers the batch again until all is sent.
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
  const heard = [...new Set(changes.flatMap(heardAgain))];
  const outcomes = await Promise.allSettled([
    events.length > 0 && deps.sendCopies(events),
    finishing.length > 0 && deps.sendFinish(finishing),
    letters.length > 0 && deps.deadLetter(letters),
    heard.length > 0 && deps.sendHeard(heard),
    events.length > 0 && deps.publishEvents(events),
    noteAll(deps, changes, { events, affected }),
    deps.cloud && sendCloudTasks(deps.cloud, changes),
  ]);
  const failed = outcomes.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return {
    events: events.length,
    faults: faults.length,
    notices: notices.length,
    departures: departures.length,
    deadLettered: letters.length,
  };
}

type Noted = { readonly events: readonly DoctorEvent[]; readonly affected: readonly Affected[] };

/**
 * Records what faults touched, and then notes the changes: readers of the feed look for what is recorded.
 * Events and switches of hosts are kept with the notes, which is one request for all of them.
 */
async function noteAll(
  deps: ReconcileDeps,
  changes: readonly RowChange[],
  { events, affected }: Noted,
): Promise<void> {
  const switches = changes.flatMap(switchOfChange);
  if (affected.length > 0) await deps.noteAffected(affected);
  await Promise.all([
    events.length > 0 && deps.keepEvents(events),
    switches.length > 0 && deps.keepSwitches(switches),
    noteChanges(deps, changes, affected),
  ]);
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
 * The work that a change starts. A host's numbers rise with each fault, and with each report on its
 * ports. A deleted host has work too: an instance that was being moved there, and that the index did
 * not show, has lost its target.
 */
function faultOfChange(change: RowChange): FinishMessage[] {
  if (change.kind === 'data plane') {
    const { host, number } = change.after;
    return number > (change.before?.number ?? 0) ? [{ host, number, of: 'ports' }] : [];
  }
  if (change.kind !== 'host') return [];
  // A host that is registered again after its deletion keeps its number.
  const { host, fault_number: number, deleted } = change.after;
  const gone = deleted && !change.before?.deleted;
  const failed = number > (change.before?.fault_number ?? 0);
  return failed || gone ? [{ host, number, of: 'instances' }] : [];
}

/**
 * A host that missed heartbeats hold down, and for which this ends: a heartbeat wrote its row, which has not
 * changed otherwise, or it need not send heartbeats any more.
 */
function heardAgain(change: RowChange): string[] {
  if (change.kind !== 'host' || !isHeldSilent(change.after)) return [];
  const { before, after } = change;
  return after.heartbeat && isReal(before, after) ? [] : [after.host];
}

function switchOfChange(change: RowChange): HostSwitch[] {
  const found = change.kind === 'host' ? switchOf(change.before, change.after) : undefined;
  return found ? [found] : [];
}

function noticeOfChange(change: RowChange): FinishMessage[] {
  const notice = change.kind === 'host' ? noticeOf(change.before, change.after) : undefined;
  return notice ? [{ notice }] : [];
}
