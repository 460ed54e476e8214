import type { Taken } from '../../domain/delivery/webhook-place.ts';

type Held = Exclude<Taken, { readonly full: unknown }>;

export type PlaceDeps = {
  /** Takes a place of the project for a batch of first tries, if one is free. */
  readonly take: (project_id: string) => Promise<Taken>;
  readonly giveBack: (held: Held) => Promise<void>;
  /** Keeps the place from its project for a while. */
  readonly keep: (held: Held) => Promise<void>;
  /** Told of what went wrong with a place: nobody's webhook waits for that. */
  readonly interrupted: (step: string, error: unknown) => void;
};

/** The places that one batch holds. */
export type BatchPlaces = {
  /** Whether somebody of this batch has asked for a place of the project. */
  readonly isAsked: (project_id: string) => boolean;
  /** Whether the project has a place in this batch, or why it has none. It is asked for once. */
  readonly of: (project_id: string) => Promise<'held' | 'hung' | 'busy'>;
  /** Notes that a receiver of the project let the time of a try pass. */
  readonly noteHung: (project_id: string) => void;
  /** Gives the places back, but those of projects with a receiver that hung. */
  readonly end: () => Promise<void>;
};

export function batchPlaces({ take, giveBack, keep, interrupted }: PlaceDeps): BatchPlaces {
  const asked = new Map<string, Promise<Taken | undefined>>();
  const hung = new Set<string>();
  const ask = (project_id: string): Promise<Taken | undefined> => {
    const taken = take(project_id).catch((error: unknown) => {
      // Whoever cannot ask goes on: at worst the project has a batch more under way.
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
            // It is free again when its time is over.
            interrupted('place', error);
          }
        }),
      );
    },
  };
}

/** For so long nobody of this process asks again for a place of a project that has none. */
const fullMs = 500;

/**
 * Remembers for a moment which projects have no place: their webhooks come by tens, and again soon. What
 * is remembered is forgotten by then; so it stays small.
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
