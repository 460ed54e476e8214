/** How the functions that use the cloud share the requests that may be in flight at once. */

/** Processes that apply Doctor's state to the cloud, for each of their two queues. */
export const cloudProcesses = 2;

/** Jobs of the mirror that make one request after the other. */
const singleJobs = 3;

/** Requests that one process of a queue needs at most: more make a large host no faster. */
const mostOfProcess = 4;

/** The least number of requests in flight: one for each process that may run. */
export const leastInFlight = singleJobs + 1 + 2 * cloudProcesses;

/** The requests in flight of each that may have several. */
export type CallShares = {
  /** Of the job that reads hosts that are up again. */
  readonly returned: number;
  /** Of each process that applies services and ports. One of the move queue has one request. */
  readonly applying: number;
};

/** The shares of a limit on all requests to the cloud, which is at least `leastInFlight`. */
export function callShares(limit: number): CallShares {
  const free = limit - singleJobs - cloudProcesses - 1;
  const applying = Math.max(1, Math.min(mostOfProcess, Math.floor(free / cloudProcesses)));
  return { applying, returned: Math.max(1, free + 1 - applying * cloudProcesses) };
}
