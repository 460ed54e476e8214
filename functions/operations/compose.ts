/** Puts the surface together: handler and flows, on plain stores. */
import { type CloudStatusDeps, keptStatus } from '../../flows/cloud-status.ts';
import type { DepsOf } from '../../flows/deps-of.ts';
import { type RatesDeps, ratesOf } from '../../flows/rates.ts';
import { readAgain } from '../../flows/read-again.ts';
import type { RedriveDeps } from '../../flows/redrive.ts';
import { watchChanges } from '../../flows/watch-changes.ts';
import { type OperationsDeps, operationsApi, operationsRoutes } from './handler.ts';
import { byInvocation, type SamplerDeps } from './invocations.ts';
import { type CallReader, readWhereServed } from './reads.ts';

/** What the flows answer for the routes. */
type Composed =
  | 'watch'
  | 'readDue'
  | 'status'
  | 'rates'
  | 'lettersOf'
  | 'redrive'
  | 'deleteLetters';

export type OperationsParts = Omit<OperationsDeps, Composed> &
  DepsOf<typeof watchChanges> &
  CloudStatusDeps &
  RatesDeps &
  RedriveDeps &
  Pick<SamplerDeps, 'sampleQueues'> & {
    /** Sends a read to the function that serves it. */
    readonly callReader: CallReader;
  };

/** The flows of dead letters, which few requests need: they read every message that Doctor queues. */
const ofLetters = () => import('../../flows/redrive.ts');

/** The handler of requests. */
export function composeApi(parts: OperationsParts) {
  const read = readWhereServed({
    callReader: parts.callReader,
    surface: () => operationsRoutes(deps),
  });
  const deps: OperationsDeps = {
    ...parts,
    watch: (watch) => watchChanges(parts, watch),
    readDue: (request, due) => readAgain((each) => read(request, each), due),
    status: keptStatus(parts),
    rates: (hours) => ratesOf(parts, hours),
    lettersOf: async (queue) => (await ofLetters()).lettersOf(parts, queue),
    redrive: async (queue, chosen) => (await ofLetters()).redrive(parts, queue, chosen),
    deleteLetters: async (queue, chosen) => (await ofLetters()).deleteLetters(parts, queue, chosen),
  };
  return operationsApi(deps);
}

/** The handler of requests and of the schedule. */
export const compose = (parts: OperationsParts) =>
  byInvocation(composeApi(parts), { ...parts, log: parts.logger });
