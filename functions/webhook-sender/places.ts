import type { Taken } from '../../domain/delivery/webhook-place.ts';

type Held = Exclude<Taken, { readonly full: unknown }>;

/** What the places of a batch need from outside. */
export type PlaceDeps = {
  /** Takes a place of the project for a batch of first attempts, if one is free. */
  readonly take: (project_id: string) => Promise<Taken>;
  /** True if this process found a moment ago that the project has no free place. */
  readonly isFull: (project_id: string) => boolean;
  /** Makes the place free again. */
  readonly giveBack: (held: Held) => Promise<void>;
  /** Keeps the place taken for a while, although its batch has ended. */
  readonly keep: (held: Held) => Promise<void>;
  /** Notes for other senders that a receiver keeps the holder of the place waiting. */
  readonly noteWaiting: (held: Held) => Promise<void>;
  /** Calls the function after so many milliseconds, unless the result is called first. */
  readonly after: (ms: number, call: () => void) => () => void;
  /** Called with an error of a place; the webhooks of the batch go on. */
  readonly interrupted: (step: string, error: unknown) => void;
};

/** The places that one batch holds. */
export type BatchPlaces = {
  /** True if a webhook of this batch has requested a place of the project. */
  readonly isAsked: (project_id: string) => boolean;
  /**
   * `held`: the project has a place in this batch; else why it has none. It is requested once for
   * all of the project's webhooks that are under way, each of which calls `leave` at its end.
   */
  readonly of: (project_id: string) => Promise<'held' | 'hung' | 'busy'>;
  /**
   * Gives the place back with the last webhook of the project, whatever those of other projects
   * wait for.
   */
  readonly leave: (project_id: string) => Promise<void>;
  /** Notes after a second that a receiver keeps the project waiting, unless the result is called first. */
  readonly watch: (project_id: string) => () => void;
  /** Records that a receiver of the project did not answer in time. */
  readonly noteHung: (project_id: string) => void;
};

/**
 * After so long without an answer others do not wait for the place of the project any more, in
 * milliseconds.
 */
export const waitingMs = 1_000;

/** A place that was requested, and how many webhooks use it. */
type Asked = {
  readonly taking: Promise<Taken | undefined>;
  users: number;
  /** The note that a receiver keeps it waiting; undefined if none does. */
  waiting: Promise<void> | undefined;
  hung: boolean;
};

/** The places of a new batch. */
export function batchPlaces(deps: PlaceDeps): BatchPlaces {
  const asked = new Map<string, Asked>();

  /** Does something with the place, if there is one. Its error is logged: a place expires by itself. */
  async function withHeld({ taking }: Asked, use: (held: Held) => Promise<void>): Promise<void> {
    const taken = await taking;
    if (!taken || 'full' in taken) return;
    try {
      await use(taken);
    } catch (error) {
      deps.interrupted('place', error);
    }
  }

  function ask(project_id: string): Asked {
    const taking = deps.take(project_id).catch((error: unknown) => {
      // The webhook is sent without a place: at worst the project has one more batch at work.
      deps.interrupted('place', error);
      return undefined;
    });
    const place: Asked = { taking, users: 0, waiting: undefined, hung: false };
    asked.set(project_id, place);
    return place;
  }

  return {
    isAsked: (project_id) => asked.has(project_id),
    of: async (project_id) => {
      const place = asked.get(project_id) ?? ask(project_id);
      place.users++;
      const taken = await place.taking;
      return taken && 'full' in taken ? taken.full : 'held';
    },
    leave: async (project_id) => {
      const place = asked.get(project_id);
      if (!place || --place.users > 0) return;
      asked.delete(project_id);
      await place.waiting;
      await withHeld(place, place.hung ? deps.keep : deps.giveBack);
    },
    watch: (project_id) => {
      const place = asked.get(project_id);
      if (!place) return () => undefined;
      return deps.after(waitingMs, () => {
        place.waiting ??= withHeld(place, deps.noteWaiting);
      });
    },
    noteHung: (project_id) => {
      const place = asked.get(project_id);
      if (place) place.hung = true;
    },
  };
}

/** How long this process requests no place for a project that has none, in milliseconds. */
const fullMs = 500;

/**
 * Remembers for a moment which projects have no free place, since their webhooks come in batches of ten
 * and soon again. Old entries are removed at each call, so the map stays small.
 */
export function rememberingFull(
  take: PlaceDeps['take'],
  now: () => number,
): Pick<PlaceDeps, 'take' | 'isFull'> {
  const full = new Map<string, { readonly taken: Taken; readonly until: number }>();
  const known = (project_id: string): Taken | undefined => {
    for (const [project, { until }] of full) if (until <= now()) full.delete(project);
    return full.get(project_id)?.taken;
  };
  return {
    take: async (project_id) => {
      const remembered = known(project_id);
      if (remembered) return remembered;
      const taken = await take(project_id);
      if ('full' in taken) full.set(project_id, { taken, until: now() + fullMs });
      return taken;
    },
    isFull: (project_id) => known(project_id) !== undefined,
  };
}
