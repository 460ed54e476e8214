/** Puts the receiver of reports together: handler and flows, on plain stores. */
import type { DepsOf } from '../../flows/deps-of.ts';
import { noteHeartbeats } from '../../flows/note-heartbeats.ts';
import {
  type RecordMissedHeartbeatsDeps,
  recordMissedHeartbeats,
} from '../../flows/record-missed-heartbeats.ts';
import { reportConditions } from '../../flows/report-conditions.ts';
import { type ReportingParts, reportingOf } from '../../flows/reporting.ts';
import { type TakeOutsideDeps, takeOutside } from '../../flows/take-outside.ts';
import { type ReportReceiverDeps, reportReceiver } from './handler.ts';

export type ReportReceiverParts = Omit<
  ReportReceiverDeps,
  'reportConditions' | 'noteHeartbeats' | 'recordMissedHeartbeats' | 'sendTwice'
> &
  ReportingParts &
  DepsOf<typeof noteHeartbeats> &
  Pick<RecordMissedHeartbeatsDeps, 'serviceDownTimeSeconds'> &
  TakeOutsideDeps;

/** The handler of the queue of reports. */
export function compose(parts: ReportReceiverParts) {
  const flows = reportingOf(parts);
  return reportReceiver({
    ...parts,
    reportConditions: (report) => reportConditions(flows, report),
    noteHeartbeats: (hosts, at) => noteHeartbeats(parts, hosts, at),
    recordMissedHeartbeats: (message, id) =>
      recordMissedHeartbeats({ ...parts, ...flows }, message, id),
    sendTwice: (events) => takeOutside(parts, events),
  });
}
