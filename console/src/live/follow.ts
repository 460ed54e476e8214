/** The one loop of requests that a page makes by itself. Clock and network are given. */
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

/** What the loop needs from outside. */
export type FollowDeps = {
  /** Asks the feed. Undefined: no answer came, or a refusal; `offline`: there is no connection. */
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
 * Asks until the session has ended. The first request belongs to the login; from then on two leave
 * in five seconds.
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
    // Views load by themselves when they are opened: the first answer only says where the feed is.
    loads.take(sent, answer, first ? { kinds: new Set(), everything: false } : changedBy(answer));
  }
}
