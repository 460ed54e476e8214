import type { RoundLane } from '../../domain/alarms/round-plan.ts';
import type { SlowProjects } from '../../flows/ask-queries.ts';

/** How long a query that was not answered in time counts, in milliseconds. */
const forMs = 60_000;
/** So many such queries make a project slow. */
const queries = 3;
/** The most projects to remember; the oldest is removed first. */
const most = 1_000;

/**
 * Remembers the projects whose queries were not answered in time lately, in this process and for each
 * lane. A project takes up a process for the time of a few queries a minute at most.
 */
export function slowProjects(now: () => number): SlowProjects {
  const seen = new Map<string, { readonly until: number; readonly count: number }>();
  const keyOf = (lane: RoundLane, project_id: string): string => `${lane}#${project_id}`;
  const found = (key: string) => {
    const known = seen.get(key);
    return known && known.until > now() ? known : undefined;
  };
  return {
    isSlow: (lane, project_id) => (found(keyOf(lane, project_id))?.count ?? 0) >= queries,
    note: (lane, project_id) => {
      const key = keyOf(lane, project_id);
      const { count, until } = found(key) ?? { count: 0, until: now() + forMs };
      seen.delete(key);
      seen.set(key, { count: count + 1, until });
      for (const oldest of seen.keys()) {
        if (seen.size <= most) break;
        seen.delete(oldest);
      }
    },
  };
}
