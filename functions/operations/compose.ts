/** Puts the surface together: handler and flows, on plain stores. */
import { type CloudStatusDeps, keptStatus } from '../../flows/cloud-status.ts';
import type { DepsOf } from '../../flows/deps-of.ts';
import { type RatesDeps, ratesOf } from '../../flows/rates.ts';
import { deleteLetters, lettersOf, type RedriveDeps, redrive } from '../../flows/redrive.ts';
import { watchChanges } from '../../flows/watch-changes.ts';
import { type OperationsDeps, operationsApi } from './handler.ts';
import { byInvocation, type SamplerDeps } from './invocations.ts';

/** What the flows answer for the routes. */
type Composed = 'watch' | 'status' | 'rates' | 'lettersOf' | 'redrive' | 'deleteLetters';

export type OperationsParts = Omit<OperationsDeps, Composed> &
  DepsOf<typeof watchChanges> &
  CloudStatusDeps &
  RatesDeps &
  RedriveDeps &
  Pick<SamplerDeps, 'sampleQueues'>;

/** The handler of requests. */
export const composeApi = (parts: OperationsParts) =>
  operationsApi({
    ...parts,
    watch: (watch) => watchChanges(parts, watch),
    status: keptStatus(parts),
    rates: (hours) => ratesOf(parts, hours),
    lettersOf: (queue) => lettersOf(parts, queue),
    redrive: (queue, chosen) => redrive(parts, queue, chosen),
    deleteLetters: (queue, chosen) => deleteLetters(parts, queue, chosen),
  });

/** The handler of requests and of the schedule. */
export const compose = (parts: OperationsParts) =>
  byInvocation(composeApi(parts), { ...parts, log: parts.logger });
