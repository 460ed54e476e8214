/**
 * Remembers how many alarms projects had when they were last asked, so that the alarms of the next event
 * can be looked up while they are asked again.
 */
import type { AlarmCounts } from '../domain/alarms/lookup-plan.ts';

/** The most projects that are remembered. The one that was asked the longest ago is forgotten first. */
const mostProjects = 1_000;

export type LastCounts = {
  /** What was read last of those of the projects that had alarms then. */
  readonly of: (project_ids: readonly string[]) => ReadonlyMap<string, AlarmCounts>;
  /** Remembers what was read of the projects. Those without alarms are forgotten. */
  readonly note: (project_ids: readonly string[], counts: ReadonlyMap<string, AlarmCounts>) => void;
};

/** A memory without projects, for one process. */
export function lastCounts(most: number = mostProjects): LastCounts {
  const known = new Map<string, AlarmCounts>();
  return {
    of: (project_ids) =>
      new Map(
        project_ids.flatMap((id) => {
          const counts = known.get(id);
          return counts ? [[id, counts] as const] : [];
        }),
      ),
    note: (project_ids, counts) => {
      for (const id of project_ids) {
        const its = counts.get(id);
        known.delete(id);
        if (its && its.all > 0) known.set(id, its);
      }
      for (const id of known.keys()) {
        if (known.size <= most) break;
        known.delete(id);
      }
    },
  };
}
