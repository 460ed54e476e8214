/** Puts the sweeper together: handler and flow, on plain stores. */
import { type EndSilencesDeps, endSilences } from '../../flows/end-silences.ts';
import { type SweeperDeps, sweeper } from './handler.ts';

export type SweeperParts = Omit<SweeperDeps, 'endSilences'> & Omit<EndSilencesDeps, 'lateSeconds'>;

/** The handler of the schedule. */
export const compose = (parts: SweeperParts) =>
  sweeper({
    ...parts,
    endSilences: (lateSeconds) => endSilences({ ...parts, lateSeconds }),
  });
