/** Puts the mirror of the cloud together: handler and flows, on plain stores. */
import { turnAfter } from '../../domain/mirror/cloud-job.ts';
import type { DepsOf } from '../../flows/deps-of.ts';
import { runJob } from '../../flows/mirror-cloud.ts';
import { noteReturnedHost } from '../../flows/read-returned-hosts.ts';
import { reportConditions } from '../../flows/report-conditions.ts';
import { type ReportingParts, reportingOf } from '../../flows/reporting.ts';
import { type CloudMirrorDeps, cloudMirror } from './handler.ts';

type Flows = DepsOf<typeof runJob>;

export type CloudMirrorParts = Omit<CloudMirrorDeps, 'runJob' | 'noteReturned'> &
  Omit<Flows, 'reportConditions' | 'sendJob' | 'newMac' | 'jobFailed' | 'hostFailed'> &
  ReportingParts;

/** The handler of the schedule and the queue of the mirror. */
export function compose(parts: CloudMirrorParts) {
  const reporting = reportingOf(parts);
  const flows: Flows = {
    ...parts,
    reportConditions: (report) => reportConditions(reporting, report),
    sendJob: (job, delaySeconds = 0) => parts.sendJobs([turnAfter(job, delaySeconds, parts.now())]),
    newMac: () => {
      throw new Error('a port of the cloud has a MAC address');
    },
    jobFailed: (job, error) => parts.log.error('a job of the mirror failed', { job, error }),
    hostFailed: (host, error) =>
      parts.log.error('the servers of a host were not read', { host, error }),
  };
  return cloudMirror({
    ...parts,
    runJob: (job) => runJob(flows, job),
    noteReturned: (host) => noteReturnedHost(parts, host),
  });
}
