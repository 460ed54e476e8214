/** A webhook for which its minute has no room: how long it waits, and why it is given up at last. */
import type { FullCounter, MinuteLimits } from './webhook-minute.ts';
import { retryAgeSeconds } from './webhook-retry.ts';

/** SQS's longest delay, in seconds. */
const longestDelay = 900;
/** A webhook waits at least so long before it is given up, in seconds, however few its tries. */
const leastAge = 600;

type Waiting = {
  readonly now: string;
  /** When it had to wait first; undefined if it did not wait yet. */
  readonly since: string | undefined;
  /** The number of tries after which a webhook is given up. */
  readonly mostAttempts: number;
  /** A random number, at least 0 and less than 1. */
  readonly random: number;
};

/**
 * The seconds until a webhook without room is tried again; undefined if it has waited as long as
 * its tries may take in all. It comes back after this minute, within as much time again as it has
 * waited. So in a flood a webhook is looked at a few times, and not each minute.
 */
export function waitSeconds({ now, since, mostAttempts, random }: Waiting): number | undefined {
  const waited = since === undefined ? 0 : (Date.parse(now) - Date.parse(since)) / 1000;
  if (waited > Math.max(retryAgeSeconds(mostAttempts), leastAge)) return undefined;
  const rest = 60 - ((Date.parse(now) / 1000) % 60);
  return Math.min(Math.ceil(rest + random * Math.max(waited, 60)), longestDelay);
}

/** Why a webhook that waited too long is given up, for people. */
export const waitedTooLong = (
  full: FullCounter,
  { perReceiver, perProject }: MinuteLimits,
): string =>
  full === 'receiver'
    ? `its receiver gets no more than ${perReceiver} posts a minute, half of them of one project`
    : `its project gets no more than ${perProject} posts a minute`;
