/** Puts the receiver of reports together: handler and flows, on plain stores. */
import type { DepsOf } from '../../flows/deps-of.ts';
import { noteHeartbeats } from '../../flows/note-heartbeats.ts';
import { reportConditions } from '../../flows/report-conditions.ts';
import { type SendTwiceDeps, sendTwice } from '../../flows/send-twice.ts';
import { type ReportReceiverDeps, reportReceiver } from './handler.ts';

export type ReportReceiverParts = Omit<
  ReportReceiverDeps,
  'reportConditions' | 'noteHeartbeats' | 'sendTwice'
> &
  DepsOf<typeof reportConditions> &
  DepsOf<typeof noteHeartbeats> &
  SendTwiceDeps;

/** The handler of the queue of reports. */
export const compose = (parts: ReportReceiverParts) =>
  reportReceiver({
    ...parts,
    reportConditions: (report) => reportConditions(parts, report),
    noteHeartbeats: (hosts, at) => noteHeartbeats(parts, hosts, at),
    sendTwice: (events) => sendTwice(parts, events),
  });
