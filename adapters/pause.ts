/** Waits, for flows that do not know a clock. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves after so many milliseconds. */
export const pause = (ms: number): Promise<void> => sleep(ms);
