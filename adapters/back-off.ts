import { setTimeout as sleep } from 'node:timers/promises';
import { grownPause, spread } from '../domain/back-off.ts';

/** The attempts of a write that other writers disturb. */
export const mostTries = 6;

/** The first and the longest pause, in milliseconds. */
const pauses = { first: 30, longest: 960 };

/** Waits after the n-th attempt (from 1): 15 to 30 ms, and twice as long after each further one. */
export const pauseAfter = (tries: number): Promise<void> =>
  sleep(spread(grownPause(tries, pauses), Math.random()));
