/**
 * The only loop of requests that a page sends by itself. The caller passes the clock and the
 * network.
 */
import {
  changedBy,
  type FeedAnswer,
  holdSeconds,
  pauseAfterFailures,
  pauseBefore,
} from './feed-plan.ts';
import type { Loads, Sent } from './loads.ts';

/** The body of a request. */
export type FeedRequest = {
  readonly since?: string;
  readonly wait: number;
  readonly reads: Sent['reads'];
};

/** What the loop needs from the caller. */
export type FollowDeps = {
  /** Reads the feed. `refused`: an error answer; `offline`: no answer. */
  readonly ask: (request: FeedRequest) => Promise<FeedAnswer | 'refused' | 'offline'>;
  readonly loads: Loads;
  readonly show: (connection: 'live' | 'lost') => void;
  /** Resolves when the page can be seen. */
  readonly visible: () => Promise<void>;
  readonly sleep: (ms: number) => Promise<void>;
  /** Milliseconds. */
  readonly now: () => number;
  readonly ended: () => boolean;
};

/**
 * Reads the feed until the session has ended. The first request belongs to the login. After it, the
 * page sends two requests in five seconds.
 */
export async function follow(deps: FollowDeps): Promise<void> {
  const { ask, loads, show, visible, sleep, now, ended } = deps;
  let cursor: string | undefined;
  let failures = 0;
  let last: number | undefined;
  while (!ended()) {
    await visible();
    await sleep(pauseBefore(last, now()));
    if (ended()) return;
    if (failures > 0) loads.missed();
    const sent: Sent = cursor === undefined ? { reads: [], loads: new Map() } : loads.next();
    if (cursor !== undefined || failures > 0) last = now();
    const since = cursor === undefined ? {} : { since: cursor };
    const answer = await ask({ ...since, wait: holdSeconds, reads: sent.reads });
    if (ended()) return;
    if (answer === 'refused' || answer === 'offline') {
      failures += 1;
      if (failures > 1 || answer === 'offline') show('lost');
      await sleep(pauseAfterFailures(failures));
      continue;
    }
    const first = cursor === undefined;
    cursor = answer.cursor;
    failures = 0;
    show('live');
    // The first answer only gives the position in the feed, because each view loads itself when it
    // is opened.
    loads.take(sent, answer, first ? { kinds: new Set(), everything: false } : changedBy(answer));
  }
}
