/** Puts the mirror of the cloud together: handler and flows, on plain stores. */
import type { DepsOf } from '../../flows/deps-of.ts';
import { runJob } from '../../flows/mirror-cloud.ts';
import { readReturnedHost } from '../../flows/read-returned-host.ts';
import { reportConditions } from '../../flows/report-conditions.ts';
import { type ReportingParts, reportingOf } from '../../flows/reporting.ts';
import { type CloudMirrorDeps, cloudMirror } from './handler.ts';

type Flows = DepsOf<typeof runJob>;

export type CloudMirrorParts = Omit<CloudMirrorDeps, 'runJob' | 'readHost'> &
  Omit<Flows, 'reportConditions' | 'sendJob' | 'newMac' | 'jobFailed'> &
  ReportingParts;

/** The handler of the schedule and the queue of the mirror. */
export function compose(parts: CloudMirrorParts) {
  const reporting = reportingOf(parts);
  const flows: Flows = {
    ...parts,
    reportConditions: (report) => reportConditions(reporting, report),
    sendJob: (job) => parts.sendJobs([{ message: { job, due_at: parts.now() }, delaySeconds: 0 }]),
    newMac: () => {
      throw new Error('a port of the cloud has a MAC address');
    },
    jobFailed: (job, error) => parts.log.error('a job of the mirror failed', { job, error }),
  };
  return cloudMirror({
    ...parts,
    runJob: (job) => runJob(flows, job),
    readHost: (host) => readReturnedHost(parts, host),
  });
}
