import type { Taken } from '../../domain/delivery/webhook-place.ts';

type Held = Exclude<Taken, { readonly full: unknown }>;

/** What the places of a batch need from outside. */
export type PlaceDeps = {
  /** Takes a place of the share for a batch, if one is free. */
  readonly take: (share: string) => Promise<Taken>;
  /** True if this process found within the last seconds that the share has no free place. */
  readonly wasFull: (share: string) => boolean;
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

/**
 * The places that one batch holds, by share: the first attempts of a project are one, its retries
 * another (`shareOf` in `domain/delivery/webhook-place.ts`).
 */
export type BatchPlaces = {
  /** True if a webhook of this batch has requested a place of the share. */
  readonly isAsked: (share: string) => boolean;
  /**
   * `held`: the share has a place in this batch; else why it has none. It is requested once for
   * all of its webhooks that are under way, each of which calls `leave` at its end.
   */
  readonly of: (share: string) => Promise<'held' | 'hung' | 'busy'>;
  /**
   * Gives the place back with the last webhook of the share, whatever those of others wait for.
   */
  readonly leave: (share: string) => Promise<void>;
  /** Notes after a second that a receiver keeps the share waiting, unless the result is called first. */
  readonly watch: (share: string) => () => void;
  /** Records that a receiver of the share did not answer in time. */
  readonly noteHung: (share: string) => void;
};

/**
 * After so long without an answer others do not wait for the place any more, in milliseconds.
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

  function ask(share: string): Asked {
    const taking = deps.take(share).catch((error: unknown) => {
      // The webhook is sent without a place: at worst the share has one more batch at work.
      deps.interrupted('place', error);
      return undefined;
    });
    const place: Asked = { taking, users: 0, waiting: undefined, hung: false };
    asked.set(share, place);
    return place;
  }

  return {
    isAsked: (share) => asked.has(share),
    of: async (share) => {
      const place = asked.get(share) ?? ask(share);
      place.users++;
      const taken = await place.taking;
      return taken && 'full' in taken ? taken.full : 'held';
    },
    leave: async (share) => {
      const place = asked.get(share);
      if (!place || --place.users > 0) return;
      asked.delete(share);
      await place.waiting;
      await withHeld(place, place.hung ? deps.keep : deps.giveBack);
    },
    watch: (share) => {
      const place = asked.get(share);
      if (!place) return () => undefined;
      return deps.after(waitingMs, () => {
        place.waiting ??= withHeld(place, deps.noteWaiting);
      });
    },
    noteHung: (share) => {
      const place = asked.get(share);
      if (place) place.hung = true;
    },
  };
}

/** How long this process requests no place for a share that has none, in milliseconds. */
const fullMs = 500;
/** How long it remembers that there was none, in milliseconds. */
const wasFullMs = 10_000;

/**
 * Remembers for a moment which shares have no free place, since their webhooks come in batches of ten
 * and soon again. Old entries are removed at each call, so the map stays small.
 */
export function rememberingFull(
  take: PlaceDeps['take'],
  now: () => number,
): Pick<PlaceDeps, 'take' | 'wasFull'> {
  const full = new Map<string, { readonly taken: Taken; readonly at: number }>();
  const known = (share: string) => {
    for (const [each, { at }] of full) if (at + wasFullMs <= now()) full.delete(each);
    return full.get(share);
  };
  return {
    take: async (share) => {
      const found = known(share);
      if (found && found.at + fullMs > now()) return found.taken;
      const taken = await take(share);
      if ('full' in taken) full.set(share, { taken, at: now() });
      return taken;
    },
    wasFull: (share) => known(share) !== undefined,
  };
}
