/** Answers what changed since a cursor, and holds the request for a few seconds while nothing has. */
import {
  type ChangeRow,
  type Changes,
  changesAfter,
  type FeedCursor,
  hasChanges,
} from '../domain/activity/change-feed.ts';
import type { Taken } from '../domain/delivery/webhook-place.ts';

type Place = Exclude<Taken, { full: unknown }>;

/** What the flow needs from outside. */
export type WatchDeps = {
  /** Rows of a scope from a moment on, in their order, read consistently; one more than an answer shows. */
  readonly changesFrom: (scope: string, from: string) => Promise<readonly ChangeRow[]>;
  /** Takes one of the places for held requests of a project. */
  readonly take: (project: string) => Promise<Taken>;
  /** Takes one of the places for held requests of all projects together. */
  readonly takeOfAll: () => Promise<Taken>;
  readonly giveBack: (place: Place) => Promise<void>;
  readonly pause: (ms: number) => Promise<void>;
  readonly now: () => string;
};

/** What is watched, and for how long. */
export type Watch = {
  readonly scope: string;
  readonly cursor: FeedCursor;
  readonly waitSeconds: number;
  /** Whose places for held requests are taken. */
  readonly project: string;
};

/** How often the feed is read while a request is held, in milliseconds. */
const pauseMs = 500;

/**
 * The places of a held request, of its project and of all; undefined, and none is taken, if one of them
 * is not free.
 */
async function placesFor(
  { take, takeOfAll, giveBack }: WatchDeps,
  project: string,
): Promise<readonly Place[] | undefined> {
  const own = await take(project);
  if ('full' in own) return undefined;
  const shared = await takeOfAll();
  if (!('full' in shared)) return [own, shared];
  await giveBack(own);
  return undefined;
}

/**
 * The changes; `held` is false if the request was not held because too many are, of its project or of
 * all together.
 */
export async function watchChanges(
  deps: WatchDeps,
  { scope, cursor, waitSeconds, project }: Watch,
): Promise<{ readonly changes: Changes; readonly held: boolean }> {
  const read = async (from: FeedCursor): Promise<Changes> =>
    changesAfter(from, await deps.changesFrom(scope, from.from), deps.now());
  let changes = await read(cursor);
  if (hasChanges(changes) || waitSeconds === 0) return { changes, held: true };
  const places = await placesFor(deps, project);
  if (!places) return { changes, held: false };
  try {
    for (let waited = 0; waited < waitSeconds * 1_000 && !hasChanges(changes); waited += pauseMs) {
      await deps.pause(pauseMs);
      changes = await read(changes.cursor);
    }
  } finally {
    await Promise.all(places.map(deps.giveBack));
  }
  return { changes, held: true };
}
