import type { Taken } from '../../domain/delivery/webhook-place.ts';

type Held = Exclude<Taken, { readonly full: unknown }>;

/** What the places of a batch need from outside. */
export type PlaceDeps = {
  /** Takes a place of the project for a batch of first attempts, if one is free. */
  readonly take: (project_id: string) => Promise<Taken>;
  /** Makes the place free again. */
  readonly giveBack: (held: Held) => Promise<void>;
  /** Keeps the place taken for a while, although its batch has ended. */
  readonly keep: (held: Held) => Promise<void>;
  /** Called with an error of a place; the webhooks of the batch go on. */
  readonly interrupted: (step: string, error: unknown) => void;
};

/** The places that one batch holds. */
export type BatchPlaces = {
  /** True if a webhook of this batch has requested a place of the project. */
  readonly isAsked: (project_id: string) => boolean;
  /** `held`: the project has a place in this batch; else why it has none. It is requested once a batch. */
  readonly of: (project_id: string) => Promise<'held' | 'hung' | 'busy'>;
  /** Records that a receiver of the project did not answer in time. */
  readonly noteHung: (project_id: string) => void;
  /** Gives the places back, except those of projects with a receiver that hung. */
  readonly end: () => Promise<void>;
};

/** The places of a new batch. */
export function batchPlaces({ take, giveBack, keep, interrupted }: PlaceDeps): BatchPlaces {
  const asked = new Map<string, Promise<Taken | undefined>>();
  const hung = new Set<string>();
  const ask = (project_id: string): Promise<Taken | undefined> => {
    const taken = take(project_id).catch((error: unknown) => {
      // The webhook is sent without a place: at worst the project has one more batch at work.
      interrupted('place', error);
      return undefined;
    });
    asked.set(project_id, taken);
    return taken;
  };
  return {
    isAsked: (project_id) => asked.has(project_id),
    of: async (project_id) => {
      const taken = await (asked.get(project_id) ?? ask(project_id));
      return taken && 'full' in taken ? taken.full : 'held';
    },
    noteHung: (project_id) => {
      hung.add(project_id);
    },
    end: async () => {
      await Promise.all(
        [...asked].map(async ([project_id, asking]) => {
          const taken = await asking;
          if (!taken || 'full' in taken) return;
          try {
            await (hung.has(project_id) ? keep(taken) : giveBack(taken));
          } catch (error) {
            // The place expires by itself.
            interrupted('place', error);
          }
        }),
      );
    },
  };
}

/** How long this process requests no place for a project that has none, in milliseconds. */
const fullMs = 500;

/**
 * Remembers for a moment which projects have no free place, since their webhooks come in batches of ten
 * and soon again. Old entries are removed at each call, so the map stays small.
 */
export function rememberingFull(take: PlaceDeps['take'], now: () => number): PlaceDeps['take'] {
  const full = new Map<string, { readonly taken: Taken; readonly until: number }>();
  return async (project_id) => {
    for (const [project, { until }] of full) if (until <= now()) full.delete(project);
    const known = full.get(project_id);
    if (known) return known.taken;
    const taken = await take(project_id);
    if ('full' in taken) full.set(project_id, { taken, until: now() + fullMs });
    return taken;
  };
}
