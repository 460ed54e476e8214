import { setTimeout as sleep } from 'node:timers/promises';

const firstPauseMs = 15;

/** The attempts of a write that other writers disturb. */
export const mostTries = 6;

/** Waits after the n-th attempt (from 1): 15 to 30 ms, and twice as long after each further one. */
export const pauseAfter = (tries: number): Promise<void> =>
  sleep(firstPauseMs * 2 ** tries * (0.5 + Math.random() / 2));
