/** The story of a fault: what it affected in each project, and which notifications followed. */
import type { Affected } from '../../domain/hosts/affected.ts';

/** The effects of a fault in one project. */
export type ProjectStory = {
  readonly project_id: string;
  /** Instances or ports that the fault changed. */
  readonly resources: number;
  /** Events for which an alarm fired. */
  readonly events: number;
  readonly notifications: number;
  /** When the first and the last alarm fired; null without one. */
  readonly first_at: string | null;
  readonly last_at: string | null;
};

type Firing = { readonly project_id: string; readonly at: string; readonly event_id: string };

/** The parts of a place; a project's id may have `#` in it, a moment and an event's id come last. */
function firingIn(place: string): Firing {
  const [, project_id = '', at = '', event_id = ''] =
    /^(.*?)#(\d{4}-\d\d-\d\dT[\d:.]+Z)#(.*)$/s.exec(place) ?? [];
  return { project_id, at, event_id };
}

/** The stories of all projects that a fault affected, or whose alarms fired for it, by their ids. */
export function projectStories(
  affected: readonly Affected[],
  places: readonly string[],
): ProjectStory[] {
  const firings = Map.groupBy(places.map(firingIn), ({ project_id }) => project_id);
  const resources = new Map(affected.map(({ project_id, uuids }) => [project_id, uuids.size]));
  return [...new Set([...resources.keys(), ...firings.keys()])].sort().map((project_id) => {
    const its = firings.get(project_id) ?? [];
    const times = its.map(({ at }) => at).sort();
    return {
      project_id,
      resources: resources.get(project_id) ?? 0,
      events: new Set(its.map(({ event_id }) => event_id)).size,
      notifications: its.length,
      first_at: times[0] ?? null,
      last_at: times.at(-1) ?? null,
    };
  });
}
