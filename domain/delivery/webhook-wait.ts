/**
 * A webhook for which its minute, or its project's share of the senders of retries, has no room: how long it
 * waits, and why it is given up at last.
 */
import type { FullCounter, MinuteLimits } from './webhook-minute.ts';
import { retryAgeSeconds } from './webhook-retry.ts';

/** SQS's longest delay, in seconds. */
const longestDelay = 900;
/** A webhook waits at least so long before it is given up, in seconds, however few its tries. */
const leastAge = 600;
/** The longest time that a sender waits for a receiver, in seconds: the limit of `webhookTimeoutSeconds`. */
const senderSeconds = 10;

/**
 * Why a webhook waits: a count of its minute is full, or (`senders`) as many senders as may work for the
 * retries of its project do so.
 */
export type WaitReason = FullCounter | 'senders';

type Waiting = {
  readonly why: WaitReason;
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
 * its tries may take in all. It comes back after this minute, or after the longest time that a
 * sender waits for a receiver, within as much time again as it has waited. So in a flood a webhook is
 * looked at a few times, and not each minute.
 */
export function waitSeconds({
  why,
  now,
  since,
  mostAttempts,
  random,
}: Waiting): number | undefined {
  const waited = since === undefined ? 0 : (Date.parse(now) - Date.parse(since)) / 1000;
  if (waited > Math.max(retryAgeSeconds(mostAttempts), leastAge)) return undefined;
  if (why === 'senders') {
    return Math.min(
      Math.ceil(senderSeconds + random * Math.max(waited, senderSeconds)),
      longestDelay,
    );
  }
  const rest = 60 - ((Date.parse(now) / 1000) % 60);
  return Math.min(Math.ceil(rest + random * Math.max(waited, 60)), longestDelay);
}

/** Why a webhook that waited too long is given up, for people. */
export function waitedTooLong(why: WaitReason, { perReceiver, perProject }: MinuteLimits): string {
  switch (why) {
    case 'receiver':
      return `its receiver gets no more than ${perReceiver} posts a minute, half of them of one project`;
    case 'project':
      return `its project gets no more than ${perProject} posts a minute`;
    case 'senders':
      return 'other receivers of its project kept the senders of its retries waiting';
  }
}
