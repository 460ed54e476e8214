/** The text of one route in the reference. */
export type RouteText = {
  /** One sentence, or the part of one that follows the path. */
  readonly does: string;
  /** The callers of a route that declares no roles because its handler decides. */
  readonly who?: string;
};

/** @param who The callers; only for a route that declares no roles. */
export const text = (does: string, who?: string): RouteText => ({ does, ...(who && { who }) });
