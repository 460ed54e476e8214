/** What the reference says of one route. */
export type RouteText = {
  /** One sentence, or the part of one that follows the path. */
  readonly does: string;
  /** Who may use a route that declares no roles, because its handler decides it. */
  readonly who?: string;
};

/** @param who only of a route that declares no roles. */
export const text = (does: string, who?: string): RouteText => ({ does, ...(who && { who }) });
